"""What happened to a referral and what was said, in words, as far as this reader may know."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actor import Actor
from partners.enums import CodeList
from partners.queries import code_label
from partners.templatetags.interface import dial, moment
from referral import escalation
from referral.answers import Heard
from referral.enums import Action, Level, Machine, MessageKind, ToldBack
from referral.escalation import Audience
from referral.lifecycle import message_kinds
from referral.models import Message, Referral, Rung, Task, Transition
from referral.queries.lists import rungs_of, timeline
from referral.queries.told_back import heard_by_telephone, told_back
from referral.trips import TripAction

#: Acts are often written down after the fact; a wider gap than this is shown (design §4, Time).
LATE_RECORD = timedelta(hours=24)

HAPPENED = {
    Action.SEND: gettext_lazy("Sent"),
    Action.ACKNOWLEDGE: gettext_lazy("Receipt acknowledged"),
    Action.REQUEST_INFO: gettext_lazy("Information asked for"),
    Action.ANSWER: gettext_lazy("Answer given"),
    Action.ACCEPT: gettext_lazy("Accepted"),
    Action.DECLINE: gettext_lazy("Could not receive the person"),
    Action.STEP_BACK: gettext_lazy("Stepped back"),
    Action.START: gettext_lazy("Arrival recorded"),
    Action.NO_SHOW: gettext_lazy("Non-arrival recorded"),
    Action.RESUME: gettext_lazy("Late arrival recorded"),
    Action.REVIEW: gettext_lazy("Stay renewed"),
    Action.COMPLETE: gettext_lazy("Service ended"),
    Action.WITHDRAW: gettext_lazy("Withdrawn by the sender"),
    Action.EXPIRE: gettext_lazy("Closed without an answer"),
    Action.REDIRECT: gettext_lazy("Referred elsewhere"),
    Action.PROPOSE_ONWARD: gettext_lazy("Further referral proposed"),
    Action.PUT_ON_LIST: gettext_lazy("On the waiting list"),
    Action.RECORD_TELEPHONE_ANSWER: gettext_lazy("Telephone answer recorded"),
}
#: Of the trip, on the way to the centre; its arrival is the arrival of the referral.
ON_THE_WAY = {
    TripAction.PLAN: gettext_lazy("Trip planned"),
    TripAction.DEPART: gettext_lazy("Left for the centre"),
    TripAction.STAY: gettext_lazy("Stopped for the night"),
    TripAction.ARRIVE: gettext_lazy("End of the trip"),
    TripAction.BREAK_OFF: gettext_lazy("Trip broken off"),
}
CLIMBED = {
    Audience.HOLDER: gettext_lazy("Reminder of the deadline"),
    Audience.HEADS: gettext_lazy("Deadline passed: those responsible were told"),
    Audience.COORDINATION: gettext_lazy("Deadline passed: national coordination was told"),
    Audience.DUTY: gettext_lazy("Deadline passed: the national duty officer telephones"),
}
_REASONS = {
    Action.DECLINE: CodeList.DECLINE_REASON,
    Action.STEP_BACK: CodeList.DECLINE_REASON,
    Action.NO_SHOW: CodeList.NON_ARRIVAL,
    Action.COMPLETE: CodeList.OUTCOME,
    Action.WITHDRAW: CodeList.WITHDRAW_REASON,
}
#: Codes of our own, which no ministry's list holds.
_OWN_CODES = {
    "CODE": gettext_lazy("By the arrival code"),
    "OTHERWISE": gettext_lazy("Identified otherwise"),
    "YES": gettext_lazy("Yes, to be confirmed by the centre"),
    "NO": gettext_lazy("No"),
}


def entries(actor: Actor, referral: Referral, level: Level) -> list[dict[str, Any]]:
    """Newest first; by organisation, with names only of the reader's own."""
    found = [(move.recorded_at, _entry(actor, referral, move, level)) for move in timeline(referral)]
    if actor.organisation_id == referral.referring_organisation_id:
        found += [(message.written_at, _told_back(message)) for message in told_back(referral)]
        found += [(task.done_at, _heard(task)) for task in heard_by_telephone(referral)]
    found += [(rung.reached_at, _climbed(actor, rung)) for rung in rungs_of(referral)]
    return [entry for _at, entry in sorted(found, key=lambda each: each[0], reverse=True)]


def _climbed(actor: Actor, rung: Rung) -> dict[str, Any]:
    """Of all ladders of a referral the same number speaks to the same people."""
    words = CLIMBED[escalation.rung_of(escalation.UNANSWERED_LADDER, rung.number).audience]
    text = ""
    if rung.confirmed_by is not None and rung.confirmed_at is not None:
        own = rung.confirmed_by.organisation_id == actor.organisation_id
        who = rung.confirmed_by.name if own else rung.confirmed_by.organisation.name
        text = _("Read by %(who)s on %(moment)s") % {"who": who, "moment": moment(rung.confirmed_at)}
    elif rung.told == 0:
        text = _("Nobody was there to hear it")
    return {"title": words, "by": _("the system"), "at": rung.reached_at, "text": text, "coded": True}


def _told_back(message: Message) -> dict[str, Any]:
    arrived = message.code == ToldBack.ARRIVED_WELL
    return {
        "title": ToldBack(message.code).label,
        # That the care goes on is what the centre's record says, not what somebody there has written.
        "by": message.from_organisation.name if arrived else _("the system"),
        "at": message.written_at,
    }


def _heard(task: Task) -> dict[str, Any]:
    heard = dict(Heard.choices).get(task.result)
    return {
        "title": _("Outcome asked by telephone"),
        "by": f"{task.done_by.name}, {task.organisation.name}" if task.done_by else "",
        "at": task.done_at,
        "text": str(heard) if heard else code_label(CodeList.OUTCOME, task.result),
        "coded": True,
    }


def _entry(actor: Actor, referral: Referral, move: Transition, level: Level) -> dict[str, Any]:
    coded, words = _reason(actor, referral, move, level)
    return {
        "title": ON_THE_WAY[TripAction(move.action)]
        if move.machine == Machine.TRIP
        else HAPPENED[Action(move.action)],
        "by": _who(actor, move),
        "at": move.occurred_at,
        "text": "\n".join(part for part in (coded, words) if part),
        "coded": not words,
        "recorded_at": move.recorded_at if move.recorded_at - move.occurred_at > LATE_RECORD else None,
    }


def _who(actor: Actor, move: Transition) -> str:
    if move.organisation is None or move.actor is None:
        return _("the system")
    if move.organisation_id == actor.organisation_id:
        return f"{move.actor.name}, {move.organisation.name}"
    return str(move.organisation.name)


def _reason(actor: Actor, referral: Referral, move: Transition, level: Level) -> tuple[str, str]:
    """The coded reason and the free words, as far as this reader may know them.

    Why a sender withdrew never leaves the sender's side; words are for who reads the file or the exchange.
    """
    if move.action == Action.WITHDRAW and actor.organisation_id != referral.referring_organisation_id:
        return "", ""
    coded = str(_OWN_CODES.get(move.reason_code, ""))
    if not coded and move.reason_code and move.action in _REASONS:
        coded = code_label(_REASONS[Action(move.action)], move.reason_code)
    open_to_both = move.reason_for == "both" and level in (Level.PREVIEW, Level.SNAPSHOT)
    words = move.reason if level == Level.CASE or open_to_both else ""
    return coded, words or ""


def conversation(actor: Actor, referral: Referral, level: Level) -> list[dict[str, Any]]:
    """Oldest first; empty once the referral has ended, and for who reads codes only."""
    if level in (Level.NONE, Level.CODES) or not message_kinds(referral.state):
        return []
    written = (
        referral.messages.exclude(kind=MessageKind.TOLD_BACK)
        .select_related("from_organisation", "written_by")
        .order_by("written_at", "code")
    )
    return [_message(actor, message) for message in written if _is_open(referral, message, level)]


def _is_open(referral: Referral, message: Message, level: Level) -> bool:
    """Words written while identity was open closed with it when the person did not arrive."""
    words = message.kind == MessageKind.TEXT
    return not (words and level == Level.PREVIEW and message.written_at < referral.state_since)


def _message(actor: Actor, message: Message) -> dict[str, Any]:
    own = message.from_organisation_id == actor.organisation_id
    return {
        "mine": own if not message.referral.within_one_organisation else message.written_by_id == actor.id,
        "by": f"{message.written_by.name}, {message.from_organisation}"
        if own
        else message.from_organisation.name,
        "at": message.written_at,
        "kind": "" if message.kind == MessageKind.TEXT else message.get_kind_display(),
        "coded": message.kind != MessageKind.TEXT,
        "text": _said(message),
    }


def _said(message: Message) -> str:
    match message.kind:
        case MessageKind.QUESTION:
            return code_label(CodeList.QUESTION, message.code)
        case MessageKind.ANSWER:
            # A coded answer keeps the question that it answers in its body.
            question = code_label(CodeList.QUESTION, message.body) if message.body else ""
            return " ".join(part for part in (question, code_label(CodeList.ANSWER, message.code)) if part)
        case MessageKind.CALL_ME:
            number = message.from_organisation.telephone
            return dial(number) or _("No number is in the directory.")
        case _:
            return message.body or ""
