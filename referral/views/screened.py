"""Elements of trafficking in words: what was recorded, and what it corresponds to, for a human being who decides."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.enums import CodeList
from partners.queries import code_label
from referral.enums import CaseAct, RevealReason
from referral.forms.file import SCREENING
from referral.forms.screening import ANSWERS, ScreeningForm, initial_from
from referral.models import Person, Screening
from referral.screening import LISTS, Aggravation, Elements, Means, PlaceType, TraffickingAct, elements
from referral.services import drafts, steps
from referral.services.screening import record_screening, reveal_screening
from referral.views import words
from referral.views.door import ActingRequest, case_or_404, now, perform
from referral.views.drafts import resume

_LABEL: Mapping[str, Callable[[str], str]] = {
    "acts": lambda code: str(TraffickingAct(code).label),
    "recruitment": lambda code: code_label(CodeList.RECRUITMENT, code),
    "control": lambda code: code_label(CodeList.CONTROL, code),
    "means": lambda code: str(Means(code).label),
    "exploitation": lambda code: code_label(CodeList.EXPLOITATION, code),
    "places": lambda code: str(PlaceType(code).label),
    "aggravations": lambda code: str(Aggravation(code).label),
}


def masked(person: Person, opened: Mapping[str, Any]) -> dict[str, Any]:
    """As a masked part of the page of a file."""
    shown = opened.get(SCREENING)
    return {
        "name": _("Elements of trafficking"),
        "opened": shown is not None,
        "rows": _rows(person, shown) if shown is not None else [],
    }


def told(person: Person, shown: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was recorded, for the person; empty where nothing was."""
    rows = _rows(person, shown) if shown["answers"] or shown["non_punishment"] is not None else []
    asked = str(ScreeningForm.base_fields["non_punishment"].label)
    # The question is put to whoever fills it in; on the sheet it is the person who reads.
    return [
        (_("Accused of something done under coercion") if key == asked else key, said) for key, said in rows
    ]


def _rows(person: Person, shown: Mapping[str, Any]) -> list[tuple[str, str]]:
    answers: Mapping[str, Sequence[str]] = shown["answers"]
    if not answers and shown["non_punishment"] is None:
        return [(_("Elements of trafficking"), _("Nothing recorded"))]
    found = elements(answers, age_status=person.age_status, flags=person.flags or [])
    questions = ScreeningForm.base_fields
    return [
        (_("Elements of trafficking"), "\n".join(findings(found))),
        *(
            (str(questions[name].label), words.listed([_LABEL[name](code) for code in answers[name]]))
            for name in ANSWERS
            if answers.get(name)
        ),
        (str(questions["non_punishment"].label), words.yes_no(shown["non_punishment"])),
    ]


def findings(found: Elements) -> list[str]:
    """What the answers correspond to; never a decision."""
    sentences = [_complete(found) if found.complete else _missing(found)]
    if found.aggravations:
        listed = words.listed([str(each.label) for each in found.aggravations])
        sentences.append(_("Circumstances that weigh more (art. 1 and 2): %(listed)s.") % {"listed": listed})
    if found.begging:
        sentences.append(_("Exploiting the begging of others is an offence of its own (art. 3)."))
    sentences.append(_("A human being decides; nothing is decided here."))
    return sentences


def _complete(found: Elements) -> str:
    if found.means_needed:
        return _(
            "What was recorded corresponds to trafficking as law 2005-06 describes it (art. 1): act, means and purpose."
        )
    if found.age_known:
        return _(
            "What was recorded corresponds to trafficking as law 2005-06 describes it (art. 1): act and purpose. "
            "Of a child no means is needed."
        )
    return _(
        "What was recorded corresponds to trafficking as law 2005-06 describes it (art. 1): act and purpose. "
        "As long as the age is not known, no means is needed, as of a child."
    )


def _missing(found: Elements) -> str:
    missing = [] if found.acts else [_("an act")]
    if found.means_needed and not found.means:
        missing.append(_("a means"))
    if not found.purpose:
        missing.append(_("a purpose"))
    return _("Not recorded yet: %(missing)s. That says nothing about what happened.") % {
        "missing": words.listed(missing)
    }


@require_http_methods(["GET", "POST"])
def case_screening(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Recorded, or corrected; opening what was recorded is a look."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.RECORD_SCREENING, case)
    recorded = Screening.objects.filter(case=case).values_list("version", flat=True).first()
    version = recorded or 0
    form = ScreeningForm(request.POST or None, version=version)
    form.offer_held({name: request.POST.getlist(name) for name in LISTS})

    def act(cleaned: dict[str, Any]) -> str:
        said = {"answers": {}, "non_punishment": None} | form.screening_values()
        record_screening(pk, by=request.actor, at=now(), version=cleaned["version"], **said)
        drafts.drop_draft(by=request.actor, form="screening", about=pk)
        messages.success(request, _("The elements are recorded."))
        return reverse("case", args=[pk])

    done = perform(request, form, act)
    if done:
        return done
    form.renew(version)
    if not form.is_bound and recorded:
        _row, values = reveal_screening(request.actor, case, reason=RevealReason.CARE)
        form.offer_held(values["answers"])
        form.initial.update(initial_from(**values))
    return render(
        request,
        "referral/case/edit.html",
        {
            "form": form,
            "title": _("Elements of trafficking"),
            "caption": words.case_title(case),
            "text": _("Tick what was told. Do not ask for a story: none is needed to help."),
            "submit": _("Save"),
            "back_url": reverse("case", args=[pk]),
            "skip_url": reverse("case", args=[pk]),
            "skip": _("Change nothing"),
            **resume(request, form, "screening", pk),
        },
    )
