"""Case conferences of a file: who may hear what, what was decided, and the sheet without a name."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.models import Organisation
from partners.templatetags.interface import moment
from referral import lifecycle
from referral.enums import CaseAct
from referral.forms.conferences import ConferenceForm
from referral.models import Case, CaseConference
from referral.queries.conferences import Hearing, conferences_of, hearing_of
from referral.references import spoken
from referral.services import conferences, drafts, reading, steps
from referral.views import words
from referral.views.door import ActingRequest, case_or_404, now, perform
from referral.views.drafts import resume

DRAFT = "conference"


@require_GET
def case_conferences(request: ActingRequest, pk: UUID) -> HttpResponse:
    """When, and who sat together; a record is one click and one event away."""
    case = case_or_404(request, pk)
    reading.open_case_page(request.actor, case)
    held = conferences_of(case)
    return render(
        request,
        "referral/case/conferences.html",
        {
            "case": case,
            "caption": words.case_title(case),
            "title": _("Case conferences"),
            "rows": [
                {"url": reverse("conference", args=[each.pk]), "when": moment(each.held_at), "who": who}
                for each, who in zip(held, _names(held), strict=True)
            ],
            "hearings": [_hearing(each) for each in hearing_of(case, now())],
            "closed": bool(lifecycle.unmet_on_closed(case)),
            "back_url": reverse("case", args=[pk]),
        },
    )


def _names(held: list[CaseConference]) -> list[str]:
    wanted = {pk for each in held for pk in each.organisations}
    known = Organisation.objects.in_bulk(wanted)
    return [words.listed([known[pk].name for pk in each.organisations if pk in known]) for each in held]


def _hearing(hearing: Hearing) -> tuple[str, str]:
    if hearing.own:
        return hearing.organisation.name, _("The whole file: it is its own.")
    return hearing.organisation.name, words.group_words(hearing.groups)


@require_http_methods(["GET", "POST"])
def conference_new(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Only organisations that may know something of this person can be chosen."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.CONFER, case)
    hearings = hearing_of(case, now())
    form = ConferenceForm(
        request.POST or None,
        at=now(),
        organisations=[(str(each.organisation.pk), each.organisation.name) for each in hearings],
    )

    def act(cleaned: dict[str, Any]) -> str:
        conference = conferences.record_conference(
            pk,
            by=request.actor,
            at=now(),
            held_at=cleaned["occurred_at"],
            organisations=form.organisation_ids(),
            **{name: cleaned[name] for name in ("view", "attendance", "record", "decision", "decision_due")},
        )
        drafts.drop_draft(by=request.actor, form=DRAFT, about=case.pk)
        messages.success(request, _("The conference is written down."))
        return reverse("conference", args=[conference.pk])

    return perform(request, form, act) or render(
        request,
        "referral/case/conference_new.html",
        {
            "form": form,
            "title": _("Write down a case conference"),
            "caption": words.case_title(case),
            "hearings": [_hearing(each) for each in hearings],
            "submit": _("Write it down"),
            "back_url": reverse("case_conferences", args=[pk]),
            **resume(request, form, DRAFT, case.pk),
        },
    )


@require_GET
def conference(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The record, opened: who reads it is written down."""
    found, opened = reading.read_conference(request.actor, pk)
    return render(request, "referral/case/conference.html", _sheet(found.case, found, opened))


@require_GET
def conference_print(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The same without the words of the person and of the record, for the file on paper."""
    found = reading.print_conference(request.actor, pk)
    return render(request, "referral/case/conference_print.html", _sheet(found.case, found, {}))


def _sheet(case: Case, found: CaseConference, opened: dict[str, str]) -> dict[str, Any]:
    known = Organisation.objects.in_bulk(found.organisations)
    heard = found.heard
    return {
        "found": found,
        "opened": opened,
        "title": _("Case conference of %(moment)s") % {"moment": moment(found.held_at)},
        "reference": spoken(case.reference),
        "hearings": [
            (known[pk].name, words.group_words(heard.get(str(pk), [])) or _("The whole file: it is its own."))
            for pk in found.organisations
            if pk in known
        ],
        "back_url": reverse("case_conferences", args=[case.pk]),
    }
