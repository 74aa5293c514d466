"""What is read aloud before consent is asked: national coordination edits it, with its history, and validates it."""

from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.models import User
from partners.templatetags.interface import day
from partners.views.changes import Change
from referral.forms.acts import ActForm
from referral.forms.consent_texts import ConsentTextForm, part_label
from referral.models import ConsentText
from referral.queries.talks import all_texts
from referral.services import consent_texts as services
from referral.services.steps import NotVisible
from referral.talks import AIDS, PARTS
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform


@require_GET
def text_list(request: ActingRequest) -> HttpResponse:
    services.require_coordination(request.actor)
    rows = [
        {
            "url": reverse("consent_text", args=[text.pk]),
            "name": str(text),
            "written": sum(bool(getattr(text, part)) for part in PARTS),
            "of": len(PARTS),
            **_standing(text),
        }
        for text in all_texts()
    ]
    return render(request, "referral/consent_texts.html", {"rows": rows, "title": _("Consent texts")})


def _standing(text: ConsentText) -> dict[str, str]:
    if text.validated_at is None or text.validated_by is None:
        return {"state": "unknown", "label": _("To be validated")}
    said = {"name": text.validated_by.name, "day": day(text.validated_at)}
    return {"state": "given", "label": _("Validated by %(name)s on %(day)s") % said}


@require_http_methods(["GET", "POST"])
def text_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    services.require_coordination(request.actor)
    text = _text(pk)
    form = ConsentTextForm(posted(request), text=text, aid=text.language in AIDS)

    def act(cleaned: dict[str, Any]) -> str:
        services.change_text(pk, by=request.actor, version=cleaned["version"], parts=form.parts())
        messages.success(request, _("Saved. The text is to be validated before the next conversation."))
        return reverse("consent_text", args=[pk])

    answer = perform(request, form, act)
    form.renew(text.version)
    return answer or render(
        request,
        "referral/consent_text.html",
        {
            "form": form,
            "title": str(text),
            "caption": _("Consent texts"),
            "aid": text.language in AIDS,
            "validate_url": "" if text.validated_at else reverse("consent_text_validate", args=[pk]),
            "changes": _changes(text),
            "submit": _("Save"),
            "back_url": reverse("consent_texts"),
            **_standing(text),
        },
    )


@require_http_methods(["GET", "POST"])
def text_validate(request: ActingRequest, pk: UUID) -> HttpResponse:
    services.require_coordination(request.actor)
    text = _text(pk)
    form = ActForm(posted(request), version=text.version)

    def act(cleaned: dict[str, Any]) -> str:
        services.validate_text(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The text is validated."))
        return reverse("consent_text", args=[pk])

    answer = perform(request, form, act)
    form.renew(text.version)
    return answer or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Validate this text?"),
            "text": _("You say that it is right, complete and understood by those to whom it is read."),
            "rows": [(_("Text"), str(text)), (_("Version"), str(text.version))],
            "undo": _("Any change afterwards has to be validated again."),
            "submit": _("Validate"),
            "cancel_url": reverse("consent_text", args=[pk]),
        },
    )


def _text(pk: UUID) -> ConsentText:
    text = all_texts().filter(pk=pk).first()
    if text is None:
        raise NotVisible
    return text


def _changes(text: ConsentText) -> list[Change]:
    """Part by part, the newest first."""
    notes = list(ConsentText.history.filter(id=text.pk).order_by("history_id"))
    names = dict(User.objects.filter(pk__in={note.history_by for note in notes}).values_list("pk", "name"))
    found = [
        Change(
            at=note.history_date,
            who=names.get(note.history_by, _("The system")),
            what=part_label(part),
            before=getattr(earlier, part),
            after=getattr(note, part),
        )
        for earlier, note in pairwise(notes)
        for part in PARTS
        if getattr(earlier, part) != getattr(note, part)
    ]
    return found[::-1]
