"""The story of a file: its moves, conversations and grounds in one line, the newest first. Codes only."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actor import Actor
from partners.enums import CodeList
from partners.models import Organisation, User
from partners.queries import code_label
from referral.enums import Action, CaseAction, GroundCode, Machine, TitleAction
from referral.models import Case, LegalGround, Transition
from referral.queries.files import Conversation
from referral.references import spoken
from referral.rights import ErasureReason
from referral.views import words
from referral.views.timeline import HAPPENED, LATE_RECORD

_OF_CASE = {
    CaseAction.PROTECT: gettext_lazy("Put under immediate protection"),
    CaseAction.CLOSE: gettext_lazy("Case closed"),
    CaseAction.ARCHIVE: gettext_lazy("Case archived, and erased"),
}
_OF_TITLE = {
    TitleAction.REQUISITION: gettext_lazy("Custody requisition entered"),
    TitleAction.REQUEST_OGP: gettext_lazy("Provisional custody asked for"),
    TitleAction.ORDER: gettext_lazy("Custody order entered"),
    TitleAction.LIFT: gettext_lazy("Custody title lifted"),
}

_WHY_ERASED = {reason.value.upper(): reason.label for reason in ErasureReason}


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
) -> list[dict[str, Any]]:
    found = [_moved(actor, case, move) for move in moves]
    found += [_talked(actor, talk) for talk in conversations]
    for ground in grounds:
        found += _grounded(actor, ground)
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
    elif move.machine == Machine.TITLE:
        title = _OF_TITLE[TitleAction(move.action)]
    elif move.action == CaseAction.SCREEN:
        title = _("Report taken in") if case.reported_by_id is not None else _("Case opened")
    else:
        title = _OF_CASE[CaseAction(move.action)]
        text = _why(move)
    late = move.recorded_at - move.occurred_at > LATE_RECORD
    return _entry(
        title,
        by(actor, move.actor, move.organisation),
        move.occurred_at,
        text,
        move.recorded_at if late else None,
    )


def _why(move: Transition) -> str:
    if move.reason_code in _WHY_ERASED:
        return str(_WHY_ERASED[move.reason_code])
    return code_label(CodeList.CLOSURE_REASON, move.reason_code) if move.reason_code else ""


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
