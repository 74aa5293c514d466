"""A new file, and its correction one part at a time."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referral.enums import CaseAct, RevealReason
from referral.forms.intake import (
    CHILDREN,
    CONTACT,
    NAMES,
    PARTS,
    PERSON,
    PLACE,
    SITUATION,
    TALKING,
    PersonForm,
    columns_of,
    initial_from,
)
from referral.forms.paper import PAPER, NewCaseForm
from referral.models import Case
from referral.policy import Tie, may_case
from referral.queries import paper
from referral.references import spoken
from referral.services import cases, drafts, intakes, reading, steps
from referral.views import pairs, words
from referral.views.door import ActingRequest, case_or_404, now, perform
from referral.views.drafts import resume


def require_opener(request: ActingRequest) -> None:
    if not may_case(request.actor, CaseAct.OPEN, Tie()):
        raise steps.refuse_anybody(CaseAct.OPEN)


@require_http_methods(["GET", "POST"])
def case_new_page(request: ActingRequest) -> HttpResponse:
    """All on one page: for what was written on paper first, and for whoever knows the questions by heart."""
    require_opener(request)
    sheet = _sheet(request)
    form = NewCaseForm(request.POST or None, at=now())
    if sheet is not None:
        form.initial["paper_code"] = spoken(paper.case_code(request.actor.organisation_id, sheet))
    # Each printed form has a draft of its own: what is told of one person never slips into another one's file.
    about = sheet or drafts.NEW

    def act(cleaned: dict[str, Any]) -> str:
        case = intakes.open_case(
            by=request.actor,
            at=now(),
            region=cleaned["region"],
            person=form.person_values(),
            case=form.case_values(),
            elements=form.screening_values(),
            card={},
            paper_code=cleaned["paper_code"],
            occurred_at=cleaned["occurred_at"] if cleaned["paper_code"] else None,
        )
        drafts.drop_draft(by=request.actor, form="intake", about=about)
        messages.success(
            request,
            _("The case is open. Its reference is %(reference)s.") % {"reference": spoken(case.reference)},
        )
        return pairs.after_saving(request.actor, case.pk)

    done = perform(request, form, act)
    shown = {
        "form": form,
        "title": _("New case"),
        "text": _("Only danger and need are compulsory. The rest can wait until the person is ready."),
        "submit": _("Open the case"),
        "back_url": reverse("case_new"),
        **resume(request, form, "intake", about),
        "sections": _sections(form, from_paper="sheet" in request.GET),
    }
    return done or render(request, "referral/case/new.html", shown)


def _sheet(request: ActingRequest) -> UUID | None:
    """The printed form that is being entered, where one came from the list of them."""
    try:
        return UUID(request.GET.get("sheet", ""))
    except ValueError:
        return None


def _sections(form: PersonForm, *, from_paper: bool) -> list[dict[str, Any]]:
    """The questions in the order in which they are asked; what is not compulsory is folded away."""
    written = section(form, _("It was first written on a paper form"), "", PAPER, folded=not from_paper)
    asked = _questions(form)
    return [written, *asked] if from_paper else [*asked, written]


def _questions(form: PersonForm) -> list[dict[str, Any]]:
    called = _("A name is never compulsory.")
    contact = _("Unless the person says otherwise, nobody contacts the person.")
    told = _("Not needed to refer. It never leaves the file without consent.")
    return [
        section(form, _("Danger"), "", SITUATION),
        section(form, _("Age and sex"), _("Places depend on them."), PERSON),
        section(form, _("Where"), "", PLACE),
        section(form, _("Talking together"), "", TALKING),
        section(form, _("What the person wishes to be called"), called, NAMES[:1]),
        # Nationality and papers are asked with their parts of the file: this page may weigh no more.
        section(
            form, _("Name and identity, if the person wishes to give them"), "", NAMES[1:-1], folded=True
        ),
        section(form, _("Safe contact"), contact, CONTACT),
        # Needs in words here: the services in codes, the elements of trafficking and the card have pages of their own.
        section(form, _("Needs and health"), "", ("needs", "flags", "health")),
        section(form, _("Children with the person"), _("How many, by age."), CHILDREN, folded=True),
        section(form, _("What the person chose to tell"), told, ("narrative",), folded=True),
    ]


def section(
    form: PersonForm, title: str, text: str, names: Sequence[str], *, folded: bool = False
) -> dict[str, Any]:
    """Some questions under one heading; folded ones open by themselves where something is wrong or already typed."""
    fields = [form[name] for name in names]
    return {
        "title": title,
        "text": text,
        "fields": fields,
        "folded": folded,
        "open": any(field.errors or field.value() for field in fields),
    }


@require_http_methods(["GET", "POST"])
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
    version = case.version if part == "situation" else person.version
    form = PersonForm(request.POST or None, only=names, age_status=person.age_status, version=version)

    def act(cleaned: dict[str, Any]) -> str:
        if part == "situation":
            cases.reassess(
                case.pk, by=request.actor, at=now(), version=cleaned["version"], **form.case_values()
            )
        else:
            cases.correct_person(
                case.pk, by=request.actor, at=now(), version=cleaned["version"], values=form.person_values()
            )
        drafts.drop_draft(by=request.actor, form=f"edit_{part}", about=case.pk)
        messages.success(request, _("The file is corrected."))
        return pairs.after_saving(request.actor, case.pk)

    done = perform(request, form, act)
    if done:
        return done
    form.renew(version)
    if not form.is_bound and part == "situation":
        form.initial.update(urgency=case.urgency, risk=case.risk)
    elif not form.is_bound:
        form.initial.update(_opened(request, case, names))
    decided_elsewhere = _(
        "Whether the person is a child is decided by a second person, on a page of its own."
    )
    return render(
        request,
        "referral/case/edit.html",
        {
            "form": form,
            "title": words.part_names()[part],
            "caption": words.case_title(case),
            "submit": _("Save"),
            "back_url": reverse("case", args=[case.pk]),
            "skip_url": reverse("case", args=[case.pk]),
            "skip": _("Change nothing"),
            "text": decided_elsewhere if part == "person" else "",
            **resume(request, form, f"edit_{part}", case.pk),
        },
    )


def _opened(request: ActingRequest, case: Case, names: Sequence[str]) -> dict[str, Any]:
    return initial_from(reading.reveal(request.actor, case, columns_of(names), reason=RevealReason.CARE))
