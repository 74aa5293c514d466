"""One's own account: the link of the invitation, the undertaking, the language."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as keep_language

from partners.forms.channels import ChannelsForm
from partners.forms.people import AcceptForm, UndertakingForm
from partners.queries import has_undertaken, open_invitation
from partners.services import accounts
from partners.services.channels import choose_channels
from partners.views.door import ActingRequest, attempt, done, now, posted, question


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the link chooses a password. The page names nobody: the link may have been forwarded."""
    found = open_invitation(token)
    if found is None:
        return render(request, "partners/invitation_closed.html", status=410)
    form = AcceptForm(found, posted(request))
    if attempt(
        form,
        lambda data: accounts.accept_invitation(
            token,
            password=data["password"],
            language=(get_language() or settings.LANGUAGE_CODE)[:2],
            at=now(),
        ),
    ):
        return done(request, _("Your account is open. Sign in with your e-mail address."), "account_login")
    return render(request, "partners/invitation.html", {"form": form})


@require_http_methods(["GET", "POST"])
def undertaking(request: ActingRequest) -> HttpResponse:
    if has_undertaken(request.user):
        return redirect("/")
    form = UndertakingForm(posted(request))
    if attempt(form, lambda data: accounts.accept_undertaking(request.user.pk, at=now())):
        return redirect("/")
    return render(request, "partners/undertaking.html", {"form": form})


@require_http_methods(["GET", "POST"])
def channels(request: ActingRequest) -> HttpResponse:
    """How I am told, beside the page itself."""
    user = request.user
    by_sms = bool(settings.RELAIS_GATEWAY_URL)
    kept = {name: getattr(user, name) for name in ("telephone", "mail_pace", "sms_pace")}
    form = ChannelsForm(posted(request), initial={"version": user.version, **kept}, by_sms=by_sms)
    if attempt(
        form,
        lambda data: choose_channels(
            user.pk, data["version"], **{name: data.get(name, kept[name]) for name in kept}
        ),
    ):
        return done(request, _("Saved."), "notices")
    return question(
        request,
        form,
        title=_("How I am told"),
        text=_("Every notice stands on the page “Notices” in any case.")
        if by_sms
        else _(
            "Every notice stands on the page “Notices” in any case. Text messages are not installed here: "
            "there is only mail."
        ),
        submit=_("Save"),
        back_url=reverse("notices"),
    )


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's, which leaves a cookie; for somebody signed in, also kept for the next machine."""
    language = request.POST.get("language")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        accounts.choose_language(request.user.pk, language)
    return keep_language(request)
