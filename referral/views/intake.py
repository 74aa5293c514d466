"""A new file, and its correction one part at a time."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from referral.enums import AgeStatus, CaseAct, RevealReason
from referral.forms.intake import (
    PARTS,
    PERSON,
    PLACE,
    SITUATION,
    TALKING,
    PersonForm,
    columns_of,
    initial_from,
)
from referral.models import Case
from referral.policy import NotAllowed, Tie, may_case
from referral.references import spoken
from referral.services import cases, drafts, reading, steps
from referral.views import words
from referral.views.door import ActingRequest, case_or_404, now, perform
from referral.views.drafts import resume


def case_new(request: ActingRequest) -> HttpResponse:
    """Danger first, then what places depend on, then what the person wishes to give. Only four answers are compulsory."""
    if not may_case(request.actor, CaseAct.OPEN, Tie()):
        raise NotAllowed(CaseAct.OPEN)
    form = PersonForm(request.POST or None)

    def act(cleaned: dict[str, Any]) -> str:
        case = cases.open_case(
            by=request.actor,
            at=now(),
            region=cleaned["region"],
            person=form.person_values(),
            case=form.case_values(),
        )
        drafts.drop_draft(by=request.actor, form="intake", about=drafts.NEW)
        messages.success(
            request,
            _("The case is open. Its reference is %(reference)s.") % {"reference": spoken(case.reference)},
        )
        return reverse("case", args=[case.pk])

    done = perform(request, form, act)
    shown = {"form": form, **resume(request, form, "intake", drafts.NEW), "sections": _sections(form)}
    return done or render(request, "referral/case/new.html", shown)


def _sections(form: PersonForm) -> list[dict[str, Any]]:
    """The questions in the order in which they are asked; what is not compulsory is folded away."""
    sections = [
        (_("Danger"), "", SITUATION, True),
        (_("Age and sex"), _("Places depend on them."), PERSON, True),
        (_("Where"), "", PLACE, True),
        (_("Talking together"), "", TALKING, True),
        (_("What the person wishes to be called"), _("A name is never compulsory."), PARTS["identity"], True),
        (
            _("Safe contact"),
            _("Unless the person says otherwise, nobody contacts her."),
            PARTS["contact"],
            True,
        ),
        (_("Needs and health"), "", (*PARTS["needs"], "health"), True),
        (_("Children with the person"), _("How many, by age."), PARTS["children"], False),
        (
            _("What the person chose to tell"),
            _("Not needed to refer. It never leaves the file without consent."),
            ("narrative", "legal_situation", "documents"),
            False,
        ),
    ]
    return [
        {
            "title": title,
            "text": text,
            "fields": [form[name] for name in names],
            "open": shown or any(form[name].errors for name in names),
        }
        for title, text, names, shown in sections
    ]


def case_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Without a part: the list of parts. A part opens its own fields only, which is a look."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.EDIT, case)
    part = request.GET.get("part", "")
    if part not in PARTS:
        return render(
            request,
            "referral/case/edit_parts.html",
            {"case": case, "parts": words.part_names(), "back_url": reverse("case", args=[pk])},
        )
    return _edit(request, case, part)


def _edit(request: ActingRequest, case: Case, part: str) -> HttpResponse:
    person, names = case.person, PARTS[part]
    form = PersonForm(request.POST or None, only=names, age_status=person.age_status, version=person.version)

    def act(cleaned: dict[str, Any]) -> str:
        cases.correct_person(
            case.pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            values=form.person_values(),
            case_values=form.case_values(),
        )
        drafts.drop_draft(by=request.actor, form=f"edit_{part}", about=case.pk)
        messages.success(request, _("The file is corrected."))
        return reverse("case", args=[case.pk])

    done = perform(request, form, act)
    if done:
        return done
    form.renew(person.version)
    if not form.is_bound:
        opened = (
            reading.reveal(request.actor, case, columns_of(names), reason=RevealReason.CARE)
            if columns_of(names)
            else {}
        )
        form.initial |= initial_from(opened | {"urgency": case.urgency, "risk": case.risk})
    return render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": words.part_names()[part],
            "caption": words.case_title(case),
            "submit": _("Save"),
            "back_url": reverse("case", args=[case.pk]),
            "skip_url": reverse("case", args=[case.pk]),
            "skip": _("Change nothing"),
            "text": _("Whether the person is a child is decided by a second person, on a page of its own.")
            if part == "person" and person.age_status == AgeStatus.UNKNOWN
            else "",
            **resume(request, form, f"edit_{part}", case.pk),
        },
    )
