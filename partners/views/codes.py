"""The coded lists, which the ministry extends without a programmer."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import Act, CodeList
from partners.forms.codes import AddCodeForm, ChangeCodeForm
from partners.forms.fields import VersionForm
from partners.models import Code
from partners.services import codes
from partners.services.guard import authorise
from partners.views.door import ActingRequest, attempt, confirmation, done, posted, question


@require_GET
def code_lists(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_CODES)
    return render(request, "partners/code_lists.html", {"lists": CodeList})


@require_GET
def code_list(request: ActingRequest, name: str) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_CODES)
    rows = Code.objects.filter(list=_known(name)).order_by("-active", "rank", "fr")
    context = {"list": _known(name), "codes": rows, "back_url": reverse("codes")}
    return render(request, "partners/codes.html", context)


@require_http_methods(["GET", "POST"])
def code_add(request: ActingRequest, name: str) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_CODES)
    form = AddCodeForm(_known(name), posted(request))
    if attempt(form, lambda data: codes.add_code(request.actor, name, data["code"], form.wording())):
        return done(request, _("The code can now be chosen."), "code-list", name)
    return question(
        request,
        form,
        title=_("New code"),
        caption=_known(name).label,
        submit=_("Add"),
        back_url=reverse("code-list", args=[name]),
    )


@require_http_methods(["GET", "POST"])
def code_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_CODES)
    code = get_object_or_404(Code, pk=pk)
    initial = {name: getattr(code, name) for name in codes.Wording.__dataclass_fields__}
    form = ChangeCodeForm(posted(request), initial={"version": code.version, **initial})
    if attempt(form, lambda data: codes.change_code(request.actor, pk, data["version"], form.wording())):
        return done(request, _("Saved."), "code-list", code.list)
    return question(
        request,
        form,
        title=code.code,
        caption=code.get_list_display(),
        submit=_("Save"),
        back_url=reverse("code-list", args=[code.list]),
        skip_url=reverse("code-retire" if code.active else "code-restore", args=[pk]),
        skip=_("Retire this code") if code.active else _("Use this code again"),
    )


@require_http_methods(["GET", "POST"])
def code_retire(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_CODES)
    code = get_object_or_404(Code, pk=pk)
    form = VersionForm(posted(request), initial={"version": code.version})
    if attempt(form, lambda data: codes.retire_code(request.actor, pk, data["version"])):
        return done(request, _("The code is retired."), "code-list", code.list)
    return confirmation(
        request,
        form,
        title=_("Retire this code?"),
        rows=_identity(code),
        undo=_(
            "Nobody can choose it any more. Where it was chosen it stays readable. It can be used again later."
        ),
        submit=_("Retire"),
        cancel_url=reverse("code-list", args=[code.list]),
    )


@require_http_methods(["GET", "POST"])
def code_restore(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_CODES)
    code = get_object_or_404(Code, pk=pk)
    form = VersionForm(posted(request), initial={"version": code.version})
    if attempt(form, lambda data: codes.restore_code(request.actor, pk, data["version"])):
        return done(request, _("The code can be chosen again."), "code-list", code.list)
    return confirmation(
        request,
        form,
        title=_("Use this code again?"),
        rows=_identity(code),
        submit=_("Use again"),
        cancel_url=reverse("code-list", args=[code.list]),
    )


def _known(name: str) -> CodeList:
    try:
        return CodeList(name)
    except ValueError as unknown:
        raise Http404 from unknown


def _identity(code: Code) -> list[tuple[str, str]]:
    return [(_("List"), code.get_list_display()), (_("Code"), code.code), (_("Wording"), code.label)]
