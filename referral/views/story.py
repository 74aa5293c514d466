"""The story of a file: its moves, conversations and grounds in one line, the newest first. Codes only."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actor import Actor
from partners.enums import CodeList
from partners.models import Organisation, User
from partners.queries import code_label
from referral.course import Reactivation, Solution, TransferAction
from referral.enums import ORGANISATION_SUSPENDED, Action, CaseAction, GroundCode, Machine, TitleAction
from referral.models import Attachment, Case, LegalGround, Transition
from referral.place_calls import CallAction, OfferAction
from referral.queries.files import Conversation
from referral.queries.milestones import milestones_of
from referral.references import spoken
from referral.rights import ErasureReason
from referral.trips import TripAction
from referral.views import words
from referral.views.timeline import HAPPENED, LATE_RECORD, ON_THE_WAY

_OF_CASE = {
    CaseAction.PROTECT: gettext_lazy("Put under immediate protection"),
    CaseAction.REDIRECT_OUT: gettext_lazy("Not a victim: referred to general services"),
    CaseAction.PLAN: gettext_lazy("Support plan begun"),
    CaseAction.APPROVE: gettext_lazy("Support plan approved"),
    CaseAction.PREPARE: gettext_lazy("Durable solution in preparation"),
    CaseAction.FOLLOW_UP: gettext_lazy("Follow-up begun"),
    CaseAction.REACTIVATE: gettext_lazy("Assistance taken up again"),
    CaseAction.CLOSE: gettext_lazy("Case closed"),
    CaseAction.TRANSFER: gettext_lazy("Responsibility handed over"),
    CaseAction.REOPEN: gettext_lazy("Case opened again"),
    CaseAction.ARCHIVE: gettext_lazy("Case archived, and erased"),
}
_OF_TRANSFER = {
    TransferAction.PROPOSE: gettext_lazy("Transfer proposed"),
    TransferAction.ACCEPT: gettext_lazy("Transfer accepted"),
    TransferAction.DECLINE: gettext_lazy("Transfer declined"),
    TransferAction.WITHDRAW: gettext_lazy("Transfer withdrawn"),
}
_OF_CALL = {
    CallAction.CHOOSE: gettext_lazy("Place call: a centre was chosen"),
    CallAction.CLOSE: gettext_lazy("Place call closed"),
    CallAction.EXPIRE: gettext_lazy("Place call: nobody has a place"),
}
#: What the centres said; what became of their offers, the call says.
_OF_OFFER = {
    OfferAction.OFFER: gettext_lazy("Place call: a place was offered"),
    OfferAction.DECLINE: gettext_lazy("Place call: no place"),
    OfferAction.TAKE_BACK: gettext_lazy("Place call: an offer was taken back"),
}
#: Reasons of a move that no list of the ministry has.
_WHY: Mapping[str, object] = {
    **{solution.upper(): solution.label for solution in Solution},
    **{why.upper(): why.label for why in Reactivation},
    **{why.upper(): why.label for why in ErasureReason},
}
_OF_TITLE = {
    TitleAction.REQUISITION: gettext_lazy("Custody requisition entered"),
    TitleAction.REQUEST_OGP: gettext_lazy("Provisional custody asked for"),
    TitleAction.ORDER: gettext_lazy("Custody order entered"),
    TitleAction.LIFT: gettext_lazy("Custody title lifted"),
}
#: What a move is called, by the row that moved.
MOVES: Mapping[str, Mapping[Any, object]] = {
    "referral.case": dict(_OF_CASE) | {CaseAction.SCREEN: gettext_lazy("Case taken in hand")},
    "referral.custodytitle": _OF_TITLE,
    "referral.placecall": _OF_CALL,
    "referral.placeoffer": _OF_OFFER,
    "referral.referral": HAPPENED,
    "referral.transfer": _OF_TRANSFER,
    "referral.trip": ON_THE_WAY,
}


def by(actor: Actor, user: User | None, organisation: Organisation | None) -> str:
    """People of the own organisation by name, others by their organisation (domain §7.15)."""
    if organisation is None:
        return _("the system")
    return user.name if user is not None and organisation.pk == actor.organisation_id else organisation.name


def entries(
    actor: Actor,
    case: Case,
    moves: list[Transition],
    conversations: list[Conversation],
    grounds: list[LegalGround],
    attachments: Iterable[Attachment] = (),
) -> list[dict[str, Any]]:
    found = [_moved(actor, case, move) for move in moves]
    found += [_talked(actor, talk) for talk in conversations]
    for ground in grounds:
        found += _grounded(actor, ground)
    for attachment in attachments:
        found += _attached(actor, attachment)
    found += [
        _entry(each.title, by(actor, each.user, each.house) if each.house else "", each.at, each.text)
        for each in milestones_of(case)
    ]
    if case.reported_by_id is not None:
        found.append(_entry(_("Report received"), "", case.opened_at))
    return sorted(found, key=lambda entry: entry["at"], reverse=True)


def _entry(
    title: object, who: str, at: datetime, text: str = "", recorded_at: datetime | None = None
) -> dict[str, Any]:
    return {"title": title, "by": who, "at": at, "text": text, "recorded_at": recorded_at, "coded": True}


def _moved(actor: Actor, case: Case, move: Transition) -> dict[str, Any]:
    text = ""
    if move.machine == Machine.REFERRAL and move.referral is not None:
        title: object = HAPPENED[Action(move.action)]
        text = f"{spoken(move.referral.reference)} · {move.referral.receiving_organisation.name}"
    elif move.machine == Machine.TRIP:
        title = ON_THE_WAY[TripAction(move.action)]
        text = spoken(move.referral.reference) if move.referral is not None else ""
    elif move.machine == Machine.TRANSFER:
        title = _OF_TRANSFER[TransferAction(move.action)]
        if move.reason_code == ORGANISATION_SUSPENDED:
            text = code_label(CodeList.WITHDRAW_REASON, move.reason_code)
    elif move.machine == Machine.CALL:
        title = _OF_CALL[CallAction(move.action)]
    elif move.machine == Machine.OFFER:
        title = _OF_OFFER[OfferAction(move.action)]
    elif move.machine == Machine.TITLE:
        title = _OF_TITLE[TitleAction(move.action)]
    elif move.action == CaseAction.SCREEN and move.reason_code:
        title = _("Case taken over")
    elif move.action == CaseAction.SCREEN:
        title = _("Report taken in") if case.reported_by_id is not None else _("Case opened")
    else:
        title = _OF_CASE[CaseAction(move.action)]
        text = _why(move.reason_code)
    late = move.recorded_at - move.occurred_at > LATE_RECORD
    return _entry(
        title,
        by(actor, move.actor, move.organisation),
        move.occurred_at,
        text,
        move.recorded_at if late else None,
    )


def _why(code: str) -> str:
    return str(_WHY[code]) if code in _WHY else code_label(CodeList.CLOSURE_REASON, code) if code else ""


def _talked(actor: Actor, talk: Conversation) -> dict[str, Any]:
    if talk.withdrawn:
        return _entry(_("Consent withdrawn"), "", talk.at, words.listed(talk.recipients))
    how = _("%(method)s, in %(language)s") % {
        "method": code_label(CodeList.CONSENT_METHOD, talk.method),
        "language": code_label(CodeList.LANGUAGE, talk.language),
    }
    who = by(actor, talk.explained_by, talk.explained_by.organisation)
    return _entry(_("Conversation about consent"), who, talk.at, f"{words.listed(talk.recipients)}\n{how}")


def _grounded(actor: Actor, ground: LegalGround) -> list[dict[str, Any]]:
    text = f"{GroundCode(ground.code).label} · {ground.recipient.name}"
    recorder = by(actor, ground.recorded_by, ground.recorded_by.organisation)
    found = [_entry(_("Legal ground recorded"), recorder, ground.recorded_at, text)]
    if ground.approved_at is not None and ground.approved_by is not None:
        approver = by(actor, ground.approved_by, ground.approved_by.organisation)
        found.append(_entry(_("Legal ground countersigned"), approver, ground.approved_at, text))
    if ground.refused_at is not None:
        found.append(_entry(_("Legal ground refused"), "", ground.refused_at, text))
    return found


def _attached(actor: Actor, attachment: Attachment) -> list[dict[str, Any]]:
    """Of one that was removed, this is all that is left on the page."""
    kind = str(attachment.get_kind_display())
    adder = by(actor, attachment.added_by, attachment.added_by.organisation)
    found = [_entry(_("Attachment added"), adder, attachment.added_at, kind)]
    if attachment.removed_at is not None and attachment.removed_by is not None:
        remover = by(actor, attachment.removed_by, attachment.removed_by.organisation)
        why = f"{kind}\n{attachment.get_removal_reason_display()}"
        found.append(_entry(_("Attachment removed"), remover, attachment.removed_at, why))
    return found
