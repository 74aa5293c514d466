"""Tokens with which programs of partners read the directory; each is shown once."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import Act
from partners.forms.fields import VersionForm
from partners.forms.tokens import TokenForm
from partners.models import ApiToken
from partners.services.guard import authorise
from partners.services.tokens import make_token, revoke_token
from partners.views import hsds
from partners.views.door import ActingRequest, attempt, confirmation, done, now, posted, question


@require_GET
def token_list(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_TOKENS)
    tokens = ApiToken.objects.filter(revoked_at=None).select_related("organisation", "created_by")
    return render(request, "partners/tokens.html", {"tokens": tokens, "now": now()})


@require_http_methods(["GET", "POST"])
def token_new(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_TOKENS)
    form = TokenForm(posted(request))
    made: list[tuple[ApiToken, str]] = []
    if attempt(form, lambda data: made.append(make_token(request.actor, **data, at=now()))):
        [(row, token)] = made
        # Not after a redirect: what is shown once is stored nowhere on the way.
        api_url = request.build_absolute_uri(hsds.ROOT)
        context = {"row": row, "token": token, "api_url": api_url, "back_url": reverse("tokens")}
        return render(request, "partners/token.html", context)
    return question(
        request,
        form,
        title=_("New token"),
        text=_("With a token a program of a partner reads the directory. It reads no referral and no file."),
        submit=_("Make the token"),
        back_url=reverse("tokens"),
    )


@require_http_methods(["GET", "POST"])
def token_revoke(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_TOKENS)
    row = get_object_or_404(ApiToken.objects.select_related("organisation"), pk=pk)
    form = VersionForm(posted(request), initial={"version": row.version})
    if attempt(form, lambda data: revoke_token(request.actor, pk, data["version"], at=now())):
        return done(request, _("The token no longer opens anything."), "tokens")
    return confirmation(
        request,
        form,
        title=_("Take this token back?"),
        rows=[(_("Program"), row.name), (_("Organisation"), row.organisation.name)],
        undo=_("The program is refused at once. You can make another token."),
        danger=True,
        submit=_("Take back"),
        cancel_url=reverse("tokens"),
    )
