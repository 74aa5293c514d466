"""Pages of the papers of a file. The file itself leaves by one of them only, under a name that says nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.actor import Actor
from partners.templatetags.interface import day, moment
from referral import lifecycle, policy
from referral.enums import CaseAct
from referral.forms.attachments import AttachmentForm, OpenForm, RemoveForm
from referral.kinds import MediaType
from referral.models import Attachment
from referral.queries import case_tie
from referral.queries.attachments import attachment_of
from referral.references import spoken
from referral.services import attachments, steps
from referral.services.steps import NotVisible
from referral.views import story, words
from referral.views.door import ActingRequest, case_or_404, now, perform

CONTENT_TYPES: Mapping[str, str] = {
    MediaType.PDF: "application/pdf",
    MediaType.JPEG: "image/jpeg",
    MediaType.PNG: "image/png",
}
#: Should a browser show it after all: without script, form, plugin, or anything from elsewhere.
LOCKED_IN = "default-src 'none'; frame-ancestors 'none'; sandbox"


def row(actor: Actor, attachment: Attachment) -> dict[str, Any]:
    """One line of the file's page: codes only."""
    return {
        "url": reverse("attachment", args=[attachment.pk]),
        "kind": attachment.get_kind_display(),
        "what": f"{attachment.get_media_type_display()}, {_size(attachment.size)}",
        "who": story.by(actor, attachment.added_by, attachment.added_by.organisation),
        "when": day(attachment.added_at),
    }


def _size(size: int) -> str:
    """As people say it: in thousands of bytes, in millions."""
    if size < 1_000_000:
        return _("%(size)s KB") % {"size": max(1, round(size / 1000))}
    return _("%(size)s MB") % {"size": number_format(size / 1_000_000, 1)}


def _or_404(request: ActingRequest, pk: UUID) -> Attachment:
    found = attachment_of(request.actor, pk)
    if found is None:
        raise NotVisible
    return found


@require_http_methods(["GET", "POST"])
def attachment_add(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.ADD_ATTACHMENT, case)
    form = AttachmentForm(request.POST or None, request.FILES or None)

    def act(cleaned: dict[str, Any]) -> str:
        made = attachments.add_attachment(
            pk,
            by=request.actor,
            at=now(),
            kind=cleaned["kind"],
            content=form.content,
            title=cleaned["title"],
            original_name=form.original_name,
            original_place=cleaned["original_place"],
        )
        messages.success(request, _("The attachment is in the file."))
        return f"{reverse('case', args=[made.case_id])}#attachments"

    return perform(request, form, act) or render(
        request,
        "referral/case/attachment_add.html",
        {
            "form": form,
            "title": _("Add an attachment"),
            "closed": lifecycle.unmet_on_closed(case),
            "rows": [(_("Case"), spoken(case.reference))],
            "submit": _("Put it in the file"),
            "cancel_url": reverse("case", args=[pk]),
        },
    )


@require_http_methods(["GET", "POST"])
def attachment(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What it is, in codes; a POST opens what is written about it, on this answer only."""
    found = _or_404(request, pk)
    attachments.open_attachment_page(request.actor, found)
    form = OpenForm(request.POST or None)
    opened: dict[str, Any] = {}
    if form.is_valid():
        opened = attachments.reveal_attachment(
            request.actor, found, at=now(), reason=form.cleaned_data["reason"]
        )
    return _page(request, found, form, opened)


@require_POST
def attachment_file(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The file, to be saved: never shown inside the browser, never under the name that it had."""
    found = _or_404(request, pk)
    form = OpenForm(request.POST)
    if not form.is_valid():
        attachments.open_attachment_page(request.actor, found)
        return _page(request, found, form, {})
    content = attachments.read_attachment(request.actor, found, at=now(), reason=form.cleaned_data["reason"])
    name = f"{found.pk.hex[:8]}.{found.media_type}"
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[found.media_type],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": LOCKED_IN,
        },
    )


def _page(
    request: ActingRequest, found: Attachment, form: OpenForm, opened: Mapping[str, Any]
) -> HttpResponse:
    case, actor = found.case, request.actor
    may_remove = policy.may_case(actor, CaseAct.REMOVE_ATTACHMENT, case_tie(actor, case))
    return render(
        request,
        "referral/case/attachment.html",
        {
            "form": form,
            "title": found.get_kind_display(),
            "attachment": found,
            "rows": _rows(actor, found),
            "masked": [
                (words.field_of(Attachment._meta.label_lower, name), opened.get(name))
                for name in attachments.WORDS
            ],
            "opened": bool(opened),
            "may_remove": may_remove and not lifecycle.unmet_on_closed(case),
            "back_url": reverse("case", args=[case.pk]),
        },
    )


def _rows(actor: Actor, found: Attachment) -> list[tuple[str, str]]:
    shown = row(actor, found)
    return [
        (_("Case"), spoken(found.case.reference)),
        (_("File"), shown["what"]),
        (_("Added"), f"{shown['who']}\n{moment(found.added_at)}"),
    ]


@require_http_methods(["GET", "POST"])
def attachment_remove(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = _or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.REMOVE_ATTACHMENT, found.case)
    form = RemoveForm(request.POST or None, version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        gone = attachments.remove_attachment(
            pk, by=request.actor, at=now(), version=cleaned["version"], reason=cleaned["reason"]
        )
        messages.success(request, _("The attachment is removed."))
        return f"{reverse('case', args=[gone.case_id])}#attachments"

    done = perform(request, form, act)
    form.renew(found.version)
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Remove this attachment?"),
            "rows": [(_("What it is"), found.get_kind_display()), *_rows(request.actor, found)],
            "undo": _("The file and its key are destroyed. Nobody can bring it back."),
            "danger": True,
            "submit": _("Remove the attachment"),
            "cancel_url": reverse("attachment", args=[pk]),
        },
    )
