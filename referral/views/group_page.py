"""One page for a group of referrals, for both sides; the desk acknowledges and answers all of them at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crypto.errors import KeyDestroyed, Tampered
from partners.actor import Actor
from partners.enums import CodeList, PersonGroup, Role, Sex
from partners.models import Places
from partners.queries import code_label
from partners.services.ledger import Above
from partners.templatetags.interface import moment
from referral.enums import SHELTER_SERVICES, UNANSWERED, Action, AgeBand, State, Urgency
from referral.families import first_that_fit, letter
from referral.forms.groups import AcknowledgeGroupForm, AnswerGroupForm, PickForm
from referral.models import GroupReferral, Referral
from referral.queries import places_for
from referral.queries.arrivals import group_of, referrals_of_group
from referral.queries.facts import facts_for_each, groups_of_persons
from referral.references import spoken
from referral.services import already_here, group_answering, receiving, steps
from referral.services.group_answering import Answer, families_of, version_of
from referral.views import words
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform
from referral.views.shared import in_codes, persons

_REFUSED = (State.DECLINED, State.EXPIRED)


def group_or_404(request: ActingRequest, pk: UUID) -> tuple[GroupReferral, list[Referral]]:
    group = group_of(request.actor, pk)
    if group is None:
        raise steps.NotVisible
    return group, referrals_of_group(request.actor, group)


def _is_desk(actor: Actor, group: GroupReferral) -> bool:
    return actor.organisation_id == group.receiving_organisation_id and actor.has(
        Role.FOCAL_POINT, Role.SUPERVISOR
    )


@require_GET
def group_referral(request: ActingRequest, pk: UUID) -> HttpResponse:
    group, rows = group_or_404(request, pk)
    actor = request.actor
    desk, ours = _is_desk(actor, group), actor.organisation_id == group.referring_organisation_id
    split_reason = group_answering.read_group(actor, group, rows, desk=desk)
    waiting = [row for row in rows if row.state in UNANSWERED]
    refused = _still_refused(rows)
    page = reverse("arrival_refer", args=[group.arrival_id])
    return render(
        request,
        "referral/group/page.html",
        {
            "group": group,
            "title": _("Group referral %(reference)s") % {"reference": spoken(group.reference)},
            "facts": _facts(group),
            "split_reason": split_reason,
            "counts": counts((row.sex, row.preview.age_band) for row in waiting),
            "waiting": len(waiting),
            "members": _members(rows, families_of(group, rows), desk=desk),
            "acknowledge": AcknowledgeGroupForm(version=version_of(rows))
            if desk and any(row.state == State.SENT for row in rows)
            else None,
            "may_answer": desk and bool(waiting),
            "rest_url": f"{page}?of={pk}" if ours and refused and actor.has(Role.CASEWORKER) else "",
            "arrival_url": reverse("arrival", args=[group.arrival_id]) if ours else "",
            "due": group.due_at,  # type: ignore[attr-defined]  # annotated
            "at": now(),
            "back_url": reverse("inbox") if desk else reverse("referrals"),
        },
    )


def _still_refused(rows: Sequence[Referral]) -> list[Referral]:
    """Those whom the desk did not take and nobody was asked about since."""
    refused = [row for row in rows if row.state in _REFUSED]
    asked = facts_for_each(refused, Action.REDIRECT, now()) if refused else []
    return [row for row, known in zip(refused, asked, strict=True) if not known.redirected]


def _facts(group: GroupReferral) -> list[tuple[str, str]]:
    return [
        (_("From"), group.referring_organisation.name),
        (_("To"), group.receiving_organisation.name),
        (_("Service"), code_label(CodeList.SERVICE, group.service)),
        (_("Persons"), persons(group.size)),
        (_("Sent"), moment(group.sent_at)),
    ]


def counts(people: Any) -> list[dict[str, Any]]:
    """How many of each sex, by age band, in the order of the bands."""
    found = Counter(people)
    return [
        {
            "band": str(band.label),
            "by_sex": [(str(sex.label), found[sex, band]) for sex in Sex if found[sex, band]],
        }
        for band in AgeBand
        if any(found[sex, band] for sex in Sex)
    ]


def _members(rows: Sequence[Referral], families: list[list[UUID]], *, desk: bool) -> list[dict[str, Any]]:
    letters = _letters(families)
    return [
        {
            "pk": str(row.pk),
            "number": row.case.slip.number,
            "who": in_codes(row),
            "family": letters.get(row.pk, ""),
            "needs": _needs(row) if desk and row.state in UNANSWERED else "",
            "urgency": row.urgency,
            "state": row.state,
            "label": row.get_state_display(),
            "reference": spoken(row.reference),
            "url": reverse("referral", args=[row.pk]),
        }
        for row in rows
    ]


def _letters(families: list[list[UUID]]) -> dict[UUID, str]:
    real = [family for family in families if len(family) > 1]
    return {pk: letter(place) for place, family in enumerate(real) for pk in family}


def _needs(row: Referral) -> str:
    """What the place depends on. A damaged preview says so, and does not close the page of all others."""
    try:
        details = row.preview.details
    except (KeyDestroyed, Tampered):
        return _("This cannot be read")
    parts = [words.languages(details["languages"]), words.flags(details["flags"])]
    return " · ".join(part for part in parts if part)


@require_http_methods(["GET", "POST"])
def group_acknowledge(request: ActingRequest, pk: UUID) -> HttpResponse:
    group, rows = group_or_404(request, pk)
    steps.permit(request.actor, Action.ACKNOWLEDGE, rows[0])
    form = AcknowledgeGroupForm(posted(request), version=version_of(rows))

    def act(cleaned: dict[str, Any]) -> str:
        group_answering.acknowledge_group(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("Receipt acknowledged. The time to decide runs from now."))
        return reverse("group_referral", args=[pk])

    done = perform(request, form, act)
    form.renew(version_of(rows))
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Acknowledge receipt of this group?"),
            "rows": _facts(group),
            "submit": Action.ACKNOWLEDGE.label,
            "cancel_url": reverse("group_referral", args=[pk]),
        },
    )


@require_http_methods(["GET", "POST"])
def group_answer(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Ticks by hand, or "the first n that fit"; then one press for all of them."""
    group, rows = group_or_404(request, pk)
    actor = request.actor
    steps.permit(actor, Action.ACCEPT, rows[0])
    group_answering.read_group(actor, group, rows, desk=True)
    waiting = [row for row in rows if row.state in UNANSWERED]
    families = families_of(group, waiting)
    kinds = {row.pk: _kind(row) for row in waiting}
    pick = PickForm(request.GET if "pick" in request.GET else None)
    form = AnswerGroupForm(
        posted(request),
        version=version_of(rows),
        at=now(),
        me=actor.id,
        waiting=[row.pk for row in waiting],
        workers=list(receiving.workers_of(group.receiving_organisation_id)),
        places=_places(waiting, kinds),
        asked=Counter(kinds.values()),
        called={row.pk: _called(row) for row in waiting},
        here=already_here.choices_among(actor, waiting),
        initial={"accepted": [str(each) for each in _picked(pick, waiting, families)]},
    )

    def act(cleaned: dict[str, Any]) -> str:
        answer = _answer(form, cleaned, kinds, form.above(actor, now()))
        group_answering.answer_group(pk, by=actor, at=now(), version=cleaned["version"], answer=answer)
        messages.success(
            request,
            _("Your answer was sent. Accepted: %(persons)s.") % {"persons": persons(len(answer.accepted))},
        )
        still = answer.accepted or not answer.decline_rest
        return reverse("group_referral", args=[pk]) if still else reverse("inbox")

    done = perform(request, form, act)
    form.renew(version_of(rows))
    ticked = {str(each) for each in form["accepted"].value() or []}
    return done or render(
        request,
        "referral/group/answer.html",
        {
            "form": form,
            "pick": pick,
            "title": _("Whom can you receive?"),
            "caption": f"{code_label(CodeList.SERVICE, group.service)} · {Urgency(group.urgency).label}",
            "members": [
                member | {"ticked": member["pk"] in ticked}
                for member in _members(waiting, families, desk=True)
            ],
            "cancel_url": reverse("group_referral", args=[pk]),
        },
    )


def _kind(row: Referral) -> str:
    """The group of places that is the first for such a person."""
    return groups_of_persons(row.sex, is_child=row.is_child, with_children=False)[0]


def _places(rows: Sequence[Referral], kinds: Mapping[UUID, str]) -> dict[str, list[Places]]:
    """The desk's places for each kind of person who waits; none where the service lodges nobody."""
    first = {kinds[row.pk]: row for row in reversed(rows) if row.service in SHELTER_SERVICES}
    found = {kind: list(places_for(first[kind])) for kind in PersonGroup if kind in first}
    return {str(kind): counted for kind, counted in found.items() if counted}


def _called(row: Referral) -> str:
    return _("Slip %(number)d: %(who)s") % {"number": row.case.slip.number, "who": in_codes(row)}


def _picked(pick: PickForm, rows: Sequence[Referral], families: list[list[UUID]]) -> set[UUID]:
    if not pick.is_bound or not pick.is_valid():
        return set()
    fitting = [row.pk for row in rows if pick.fits(row.sex, row.preview.age_band)]
    return first_that_fit(families, fitting, pick.most_of(len(fitting)))


def _answer(
    form: AnswerGroupForm, cleaned: Mapping[str, Any], kinds: Mapping[UUID, str], above: Above | None
) -> Answer:
    accepted = frozenset(cleaned["accepted"])
    places = {pk: place for pk in accepted if (place := form.place_of(kinds[pk])) is not None}
    return Answer(
        accepted=accepted,
        worker_id=UUID(cleaned["worker"]) if cleaned["worker"] else None,
        expected_arrival_at=cleaned["expected_arrival_at"],
        places=places,
        here=form.walk_ins(),
        above=above,
        conflict_declared=bool(cleaned["conflict"]),
        decline_rest=cleaned["rest"] == "decline",
        reason_code=cleaned["reason_code"],
        reason=cleaned["reason"],
        split_reason=cleaned["split_reason"],
    )
