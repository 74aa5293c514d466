"""An arrival of many: counted, written down line by line, shown in the order of triage, its slips printed."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import CodeList, Role
from partners.queries import code_label
from partners.templatetags.interface import day, moment
from referral import policy
from referral.enums import UNANSWERED, CaseAct, State
from referral.forms.arrivals import MORE, MOST_LINES, ArrivalForm, PeopleForm
from referral.models import Arrival, GroupReferral, Person
from referral.models.arrival import MOST_PERSONS
from referral.queries.arrivals import (
    Member,
    arrival_of,
    arrivals_of,
    caseworkers_of,
    grounds_that_wait,
    groups_of_arrival,
    members_of,
)
from referral.references import spoken
from referral.services import arrivals, drafts, steps
from referral.views.door import ActingRequest, now, perform
from referral.views.drafts import resume
from referral.views.shared import persons


def arrival_or_404(request: ActingRequest, pk: UUID) -> Arrival:
    arrival = arrival_of(request.actor, pk)
    if arrival is None:
        raise steps.NotVisible
    return arrival


@require_GET
def arrival_list(request: ActingRequest) -> HttpResponse:
    actor = request.actor
    if not actor.has(Role.CASEWORKER, Role.SUPERVISOR):
        raise steps.refuse_anybody(CaseAct.READ)
    found = arrivals_of(actor)
    arrivals.list_arrivals(found)
    return render(
        request,
        "referral/arrival/list.html",
        {
            "rows": [_row(arrival) for arrival in found],
            "may_open": policy.may_case(actor, CaseAct.OPEN, policy.Tie()),
        },
    )


def _row(arrival: Arrival) -> dict[str, Any]:
    return {
        "url": reverse("arrival", args=[arrival.pk]),
        "reference": spoken(arrival.reference),
        "kind": arrival.get_kind_display(),
        "where": where(arrival),
        "count": _entered(arrival.entered, arrival.counted),  # type: ignore[attr-defined]  # annotated
        "when": day(arrival.occurred_at),
    }


def where(arrival: Arrival) -> str:
    """No nearer than the department (domain §7.6)."""
    return arrival.department.name if arrival.department else arrival.region.name


def _entered(entered: int, counted: int) -> str:
    words = ngettext(
        "%(entered)d file of %(counted)d person", "%(entered)d files of %(counted)d persons", counted
    )
    return words % {"entered": entered, "counted": counted}


@require_http_methods(["GET", "POST"])
def arrival_new(request: ActingRequest) -> HttpResponse:
    """What is true of all of them, once."""
    if not policy.may_case(request.actor, CaseAct.OPEN, policy.Tie()):
        raise steps.refuse_anybody(CaseAct.OPEN)
    form = ArrivalForm(request.POST or None, at=now())

    def act(cleaned: dict[str, Any]) -> str:
        names = ("kind", "region", "department", "occurred_at", "counted", "note")
        arrival = arrivals.open_arrival(by=request.actor, at=now(), **{name: cleaned[name] for name in names})
        drafts.drop_draft(by=request.actor, form="arrival", about=drafts.NEW)
        return reverse("arrival_people", args=[arrival.pk])

    return perform(request, form, act) or render(
        request,
        "referral/arrival/new.html",
        {
            "form": form,
            "title": _("Arrival of many persons"),
            "text": _("An interception or a rescue: count, then write one line for each person."),
            "submit": _("Continue: one line for each person"),
            "back_url": reverse("arrivals"),
            **resume(request, form, "arrival", drafts.NEW),
        },
    )


@require_http_methods(["GET", "POST"])
def arrival_people(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The table. What is typed is kept; a line that is wrong is named by its number, and nothing is opened."""
    arrival = arrival_or_404(request, pk)
    arrivals.permit_filling(request.actor, arrival)
    kept = drafts.load_draft(by=request.actor, at=now(), form="people", about=pk) or {}
    numbers = _numbers(request.POST or kept) or _free(arrival)
    colleagues = caseworkers_of(arrival.organisation_id)
    if "more" in request.POST:
        numbers += [n for n in range(max(numbers) + 1, max(numbers) + 1 + MORE) if n <= MOST_PERSONS]
        form = PeopleForm(None, numbers=numbers[:MOST_LINES], colleagues=colleagues, initial=_typed(request))
    else:
        form = PeopleForm(request.POST or None, numbers=numbers[:MOST_LINES], colleagues=colleagues)

    def act(cleaned: dict[str, Any]) -> str:
        opened = arrivals.enter_people(
            pk, by=request.actor, at=now(), lines=form.entered(), owners=form.owners_chosen()
        )
        drafts.drop_draft(by=request.actor, form="people", about=pk)
        words = ngettext("%(count)d file is open.", "%(count)d files are open.", len(opened))
        messages.success(request, words % {"count": len(opened)})
        return reverse("arrival", args=[pk])

    done = perform(request, form, act) if form.is_bound else None
    kept_shown = resume(request, form, "people", pk) if "more" not in request.POST else _kept_on(pk)
    return done or render(
        request,
        "referral/arrival/people.html",
        {
            "form": form,
            "title": _("One line for each person"),
            "arrival": arrival,
            "caption": f"{arrival.get_kind_display()} · {where(arrival)}",
            "lines": list(form.lines()),
            "columns": form.columns,
            "may_have_more": len(form.numbers) < MOST_LINES,
            "slips_url": reverse("arrival_slips", args=[pk]),
            "back_url": reverse("arrival", args=[pk]),
            **kept_shown,
        },
    )


def _kept_on(pk: UUID) -> dict[str, Any]:
    return {"draft_url": reverse("draft_save", args=["people", pk]), "draft_resumed": False}


def _numbers(typed: Mapping[str, Any]) -> list[int]:
    """The slips that a table had lines for, by the names of its boxes."""
    found = {name.removeprefix("triage_") for name in typed if name.startswith("triage_")}
    return sorted(int(n) for n in found if n.isdecimal() and len(n) < 4 and 0 < int(n) <= MOST_PERSONS)


def _typed(request: ActingRequest) -> dict[str, Any]:
    return {
        name: values if name == "owners" else values[-1]
        for name, values in request.POST.lists()
        if name != "version"
    }


def _free(arrival: Arrival) -> list[int]:
    """The slips that were counted and have no file yet; ten more where all have one."""
    taken = set(arrival.slips.values_list("number", flat=True))
    free = [number for number in range(1, arrival.counted + 1) if number not in taken]
    last = max([arrival.counted, *taken])
    return free[:MOST_LINES] or [n for n in range(last + 1, last + 1 + MORE) if n <= MOST_PERSONS]


@require_GET
def arrival(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Emergencies first, families together; a worker sees the own files and how many there are."""
    found = arrival_or_404(request, pk)
    actor = request.actor
    members = members_of(actor, found)
    note = arrivals.read_arrival(actor, found, members)
    keeps, entered = policy.keeps_arrival(actor, found), found.slips.count()
    groups = groups_of_arrival(actor, found)
    return render(
        request,
        "referral/arrival/page.html",
        {
            "arrival": found,
            "title": _("Arrival %(reference)s") % {"reference": spoken(found.reference)},
            "rows": [
                (_("What happened"), found.get_kind_display()),
                (_("Where"), where(found)),
                (_("When"), moment(found.occurred_at)),
                (_("Persons"), _entered(entered, found.counted)),
                (_("Opened by"), found.opened_by.name),
            ],
            "note": note,
            "members": [_member(member) for member in members],
            "hidden": entered - len(members),
            "keeps": keeps,
            "may_fill": policy.fills_arrival(actor, found) and found.counted <= MOST_PERSONS,
            "missing": max(found.counted - entered, 0),
            "may_refer": any(member.granted for member in members),
            "to_do": sum(member.to_be_referred for member in members),
            "grounds": len(grounds_that_wait(pk)) if actor.has(Role.SUPERVISOR) else 0,
            "groups": [group_row(group) for group in groups],
            "back_url": reverse("arrivals"),
        },
    )


def _member(member: Member) -> dict[str, Any]:
    case, referral = member.slip.case, member.open_referral or member.refused
    return {
        "number": member.number,
        "url": reverse("case", args=[case.pk]) if member.held else "",
        "reference": spoken(case.reference),
        "who": in_codes(member),
        "family": member.family,
        "urgency": case.urgency,
        "urgency_label": case.get_urgency_display(),
        "owner": case.owner.name if case.owner else "",
        "steps": _steps(member),
        "next": _next(member),
        "state": referral.state if referral else "",
        "label": referral.get_state_display() if referral else _not_referred(member),
    }


def _not_referred(member: Member) -> str:
    return _("Not referred yet") if member.to_be_referred else str(member.slip.case.get_state_display())


def _next(member: Member) -> tuple[str, str] | None:
    """Where whoever may refer the person does it: on with the draft, or from the start."""
    if not (member.granted and member.to_be_referred):
        return None
    if member.open_referral is not None:
        return reverse("referral_check", args=[member.open_referral.pk]), _("Go on with the draft")
    return reverse("case_refer", args=[member.slip.case_id]), _("Refer this person")


def in_codes(member: Member) -> str:
    return person_codes(member.slip.case.person)


def person_codes(person: Person) -> str:
    return f"{person.get_age_band_display()}, {str(person.get_sex_display()).lower()}"


def _steps(member: Member) -> list[str]:
    """What is still to be done for the person, and what is done, in words."""
    said = []
    if member.care:
        cared = any(r.service.startswith("MED_") and r.accepted_at is not None for r in member.referrals)
        said.append(_("care arranged") if cared else _("needs care"))
    referral, refused = member.open_referral, member.refused
    if refused is not None:
        words = (
            _("%(organisation)s said no")
            if refused.state == State.DECLINED
            else _("no answer from %(organisation)s")
        )
        said.append(words % {"organisation": refused.receiving_organisation.name})
    if referral is None:
        said += [_("to be referred")] if member.to_be_referred else []
    elif referral.state == State.DRAFT:
        said.append(_("a draft that was not sent"))
    elif referral.state in UNANSWERED:
        said.append(_("waits for %(organisation)s") % {"organisation": referral.receiving_organisation.name})
    else:
        said.append(_("at %(organisation)s") % {"organisation": referral.receiving_organisation.name})
    return said


def group_row(group: GroupReferral) -> dict[str, Any]:
    return {
        "url": reverse("group_referral", args=[group.pk]),
        "reference": spoken(group.reference),
        "what": code_label(CodeList.SERVICE, group.service),
        "who": group.receiving_organisation.name,
        "count": persons(group.size),
        "when": moment(group.sent_at),
    }


def slip_words(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)


@require_GET
def arrival_slips(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The numbered slips that staff keep: a number and the code of the arrival, nothing else."""
    found = arrival_or_404(request, pk)
    arrivals.print_slips(request.actor, found)
    highest = max([found.counted, *found.slips.values_list("number", flat=True)])
    return render(
        request,
        "referral/arrival/slips.html",
        {
            "reference": spoken(found.reference),
            "numbers": range(1, highest + 1),
            "back_url": reverse("arrival", args=[pk]),
        },
    )
