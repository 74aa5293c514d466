"""The page of one referral, for each side as much as it may read; and what was shared, opened."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from partners.actor import Actor
from partners.enums import CodeList, Role
from partners.queries import code_label
from partners.templatetags.interface import dial, moment
from referral import disclosure
from referral.enums import TERMINAL, UNANSWERED, Action, Holder, Level, MessageKind, PlacementState, State
from referral.forms.receiving import AcknowledgeForm
from referral.lifecycle import STANDING, message_kinds
from referral.models import Placement, Referral
from referral.queries import Possible, actions_for, tie
from referral.queries.urgency import open_elsewhere
from referral.queries.waiting import position, waiting_of
from referral.references import spoken
from referral.services import reading
from referral.views import tasks_shown, timeline, trips, words
from referral.views.choosing import suggestion
from referral.views.confirming import to_referral
from referral.views.door import ActingRequest, now, referral_or_404
from referral.views.shared import group_rows, preview_rows

#: The act that moves on is the green button. During a service there is none: staying and ending weigh the same.
_FIRST = [
    Action.SEND,
    Action.ACKNOWLEDGE,
    Action.ANSWER,
    Action.ACCEPT,
    Action.START,
    Action.RESUME,
    Action.REDIRECT,
]
#: Red on the page; other acts that cannot be undone are red where they are confirmed.
_RED = {Action.DECLINE}


@require_GET
def referral(request: ActingRequest, pk: UUID) -> HttpResponse:
    row, at = referral_or_404(request, pk), now()
    standing = tie(request.actor, row)
    level = reading.level_of(request.actor, row, at, standing)
    reading.open_referral_page(request.actor, row, level)
    preview = reading.read_preview(request.actor, row, level)
    offered = actions_for(request.actor, row, standing, at)
    return render(
        request,
        "referral/referral/page.html",
        {
            "referral": row,
            "level": level,
            "at": at,
            "reference": spoken(row.reference),
            "service": code_label(CodeList.SERVICE, row.service),
            "holder": holder(request.actor, row),
            "next_step": words.NEXT_STEP.get(row.state),
            "ended_words": ended_words(request.actor, row),
            **buttons(row, offered),
            "acknowledge": AcknowledgeForm(version=row.version, at=at, earliest=row.sent_at),
            "facts": facts(request.actor, row, level),
            "preview": preview_rows(row, preview) if preview else [],
            "shared_url": reverse("referral_shared", args=[pk]) if level == Level.SNAPSHOT else "",
            "closed_by_basis": closed_by_basis(request.actor, row, level),
            "arrival_code": spoken(reading.arrival_code(row, level)),
            "place": place(row, level),
            "trip": trips.box(request.actor, row, standing),
            "telephone": telephone_answers(row, level),
            "messages_list": timeline.conversation(request.actor, row, level),
            "may_write": any(each.action == Action.WRITE and not each.reasons for each in offered),
            "listedopen": MessageKind.TEXT in message_kinds(row.state),
            "entries": timeline.entries(request.actor, row, level),
            "family": family(request.actor, row),
            "elsewhere": elsewhere(row, level),
            "suggested": suggestion(request, row) if level == Level.CASE and may_redirect(offered) else None,
            "tasks": tasks(row, level),
            "back_url": back_url(request.actor, row),
            "case_url": reverse("case", args=[row.case_id]) if level == Level.CASE else "",
            "case_reference": spoken(row.case.reference) if ours(request.actor, row) else "",
        },
    )


def back_url(actor: Actor, referral: Referral) -> str:
    """The list on which this reader finds the referral; none for who has no such list."""
    show = "" if referral.is_open else "?show=ended"
    if ours(actor, referral) and actor.desk is not None:
        return f"{reverse('referrals')}{show}"
    if actor.has(Role.FOCAL_POINT, Role.SUPERVISOR):
        return f"{reverse('inbox')}{show}"
    return reverse("routing") if actor.has(Role.COORDINATOR) else reverse("home")


def ours(actor: Actor, referral: Referral) -> bool:
    return actor.organisation_id == referral.referring_organisation_id


def holder(actor: Actor, referral: Referral) -> str:
    """Who must act; by name only among one's own."""
    receiving = referral.receiving_organisation
    match STANDING[referral.state].holder:
        case Holder.CASE_OWNER:
            owner = referral.case.owner
            return owner.name if owner and ours(actor, referral) else referral.referring_organisation.name
        case Holder.RECEIVING_DESK:
            return _("the desk (%(organisation)s)") % {"organisation": receiving}
        case Holder.WORKER:
            if referral.worker and actor.organisation_id == receiving.pk:
                return str(referral.worker.name)
            return _("the person in charge (%(organisation)s)") % {"organisation": receiving}
        case _:
            return ""


def ended_words(actor: Actor, referral: Referral) -> str:
    """How it ended, for the box in which the next step stood."""
    match referral.state:
        case State.COMPLETED:
            return code_label(CodeList.OUTCOME, referral.outcome)
        case State.DECLINED:
            return code_label(CodeList.DECLINE_REASON, referral.decline_reason)
        case State.WITHDRAWN if ours(actor, referral):
            return code_label(CodeList.WITHDRAW_REASON, referral.withdraw_reason)
        case _:
            return ""


def may_redirect(offered: Iterable[Possible]) -> bool:
    return any(each.action == Action.REDIRECT and not each.reasons for each in offered)


def buttons(referral: Referral, offered: Iterable[Possible]) -> dict[str, Any]:
    """The button, the further acts, and what is not yet possible with its sentences; writing has its own place."""
    shown = [each for each in offered if each.action != Action.WRITE]
    ready = [each for each in shown if not each.reasons or each.action == Action.SEND]
    first = next((action for action in _FIRST for each in ready if each.action == action), None)
    return {
        "first": _button(referral, first) if first else None,
        "others": [_button(referral, each.action) for each in ready if each.action != first],
        # That the house is not full stands against the waiting list, and is no news.
        "blocked": [
            (each.action.label, each.reasons)
            for each in shown
            if each not in ready and each.action != Action.PUT_ON_LIST
        ],
    }


def _button(referral: Referral, action: Action) -> dict[str, Any]:
    url = reverse("referral_act", args=[referral.pk, action])
    label: str | Promise = action.label
    if action == Action.SEND:
        url, label = reverse("referral_check", args=[referral.pk]), _("Check and send")
    if action == Action.WITHDRAW and referral.state == State.DRAFT:
        label = _("Throw the draft away")
    return {"action": action.value, "label": label, "url": url, "danger": action in _RED}


def facts(actor: Actor, referral: Referral, level: Level) -> list[tuple[str, Any]]:
    """What is in clear on the row, and what of it each side may know; at the end a receiver keeps who and when."""
    rows = [
        (pgettext("sender", "From"), referral.referring_organisation.name),
        (_("To"), referral.receiving_organisation.name),
    ]
    if referral.is_open or ours(actor, referral) or actor.has(Role.COORDINATOR):
        shared = _("Shared") if referral.accepted_at else _("Shared after acceptance")
        rows.append((_("Person"), _person(referral)))
        rows.append((shared, words.group_words(referral.released_groups) or _("Nothing")))
    if referral.basis and level in (Level.CASE, Level.SNAPSHOT):
        basis = referral.ground.get_code_display() if referral.ground else referral.get_basis_display()
        rows.append((_("On the basis of"), str(basis)))
    if (
        referral.expected_arrival_at
        and referral.state in reading.AWAITED
        and level in (Level.CASE, Level.SNAPSHOT)
    ):
        rows.append((_("Expected arrival"), moment(referral.expected_arrival_at)))
    number = referral.receiving_organisation.telephone
    if number and referral.state in UNANSWERED and level == Level.CASE:
        rows.append((_("Telephone of the desk"), dial(number)))
    if (waiting := waiting_of(referral)) is not None:
        listed = _("since %(moment)s") % {"moment": moment(waiting.since)}
        if actor.organisation_id == referral.receiving_organisation_id:
            listed = _("number %(number)d, %(since)s") % {"number": position(waiting), "since": listed}
        rows.append((_("On the waiting list"), listed))
    if referral.answered_late:
        rows.append((_("Answer"), _("Given after the deadline")))
    return rows


def _person(referral: Referral) -> str:
    age = _("Child") if referral.is_child else _("Adult")
    return f"{age}, {str(referral.get_sex_display()).lower()}"


def closed_by_basis(actor: Actor, referral: Referral, level: Level) -> bool:
    """Would this person read what was shared, had the consent not run out?"""
    return (
        level == Level.CODES
        and disclosure.level(actor, referral, case_granted=False, basis_live=True) == Level.SNAPSHOT
    )


def place(referral: Referral, level: Level) -> list[tuple[str, Any]]:
    """The place: which one and under what label for the centre, that there is one for the sender."""
    if level not in (Level.CASE, Level.SNAPSHOT, Level.PREVIEW):
        return []
    live = [PlacementState.HELD, PlacementState.OCCUPIED, PlacementState.LEFT]
    found: Placement | None = (
        referral.placements.filter(state__in=live).select_related("places__site").order_by("-version").first()
    )
    if found is None:
        return []
    rows: list[tuple[str, Any]] = [(_("Place"), found.get_state_display())]
    if level == Level.SNAPSHOT:
        rows.append((_("Where"), f"{found.places.site.name}, {found.places.get_group_display()}"))
        if found.label:
            rows.append((_("Room or bed"), found.label))
    if found.state == PlacementState.HELD and found.held_until:
        rows.append((_("Held until"), moment(found.held_until)))
    if found.away_until and level in (Level.SNAPSHOT, Level.CASE):
        rows.append((_("On leave"), _("back on %(moment)s") % {"moment": moment(found.away_until)}))
    if found.left_at:
        rows.append((_("Left"), moment(found.left_at)))
    return rows


def telephone_answers(referral: Referral, level: Level) -> list[dict[str, Any]]:
    """What was told by telephone: never as the centre's own answer; who said it, for the sender's side only."""
    if level in (Level.NONE, Level.CODES) or referral.state in TERMINAL:
        return []
    return [
        {
            "yes": answer.yes,
            "at": answer.said_at,
            "by": answer.recorded_by.organisation.name,
            "said_by": answer.said_by if level == Level.CASE else "",
            "confirmed_at": answer.confirmed_at,
        }
        for answer in referral.telephone_answers.select_related("recorded_by__organisation").order_by(
            "-said_at"
        )
    ]


def family(actor: Actor, referral: Referral) -> list[tuple[str, Referral, str]]:
    """The referral before and those after; a receiver never learns of either."""
    if not ours(actor, referral):
        return []
    found = [(_("Follows"), referral.parent)] if referral.parent else []
    found += [(_("Followed by"), child) for child in referral.children.order_by("created_at")]
    return [(name, each, spoken(each.reference)) for name, each in found]


def elsewhere(referral: Referral, level: Level) -> list[dict[str, Any]]:
    """Once somebody has accepted: what else is open for the same need, for the sender to withdraw one of the two."""
    if level != Level.CASE:
        return []
    here = referral.state in UNANSWERED
    found = [each for each in open_elsewhere(referral) if not (here and each.state in UNANSWERED)]
    return [
        {
            "reference": spoken(each.reference),
            "organisation": each.receiving_organisation.name,
            "accepted": each.state not in UNANSWERED,
            "url": to_referral(each),
            # This one where it waits while somebody else has said yes.
            "here": here,
            "withdraw_url": reverse("referral_act", args=[(referral if here else each).pk, Action.WITHDRAW]),
        }
        for each in found
    ]


def tasks(referral: Referral, level: Level) -> list[dict[str, Any]]:
    """What is still to be done because of it, for the case's own people."""
    if level != Level.CASE:
        return []
    return [
        {
            "title": task.get_kind_display(),
            "url": tasks_shown.address(task),
            "due": task.due_at,
        }
        for task in referral.tasks.filter(done_at=None).order_by("due_at")
    ]


@require_GET
def shared(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What was shared, opened: an audited look, shown on this response alone."""
    row = referral_or_404(request, pk)
    snapshot = reading.read_snapshot(request.actor, row, now())
    return render(
        request,
        "referral/referral/shared.html",
        {
            "reference": spoken(row.reference),
            "parts": group_rows(snapshot.payload),
            "sealed_at": snapshot.sealed_at,
            "basis_until": row.basis_until,
            "back_url": reverse("referral", args=[pk]),
        },
    )
