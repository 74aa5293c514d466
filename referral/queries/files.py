"""What lies in a case file beside its person: what was agreed, on which grounds, what came of it, who acts next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partners.actor import Actor
from partners.alphabet import Alphabetical
from partners.models import Organisation, User
from referral import lifecycle, policy
from referral.disclosure import is_child
from referral.enums import AgeStatus, CaseAct, CaseAction, CaseState, Machine, TitleState
from referral.models import Case, Consent, CustodyTitle, LegalGround, Referral, Task, Transition
from referral.policy import Tie
from referral.queries.course import moves_offered
from referral.queries.facts import case_facts


@dataclass
class ConsentLine:
    """What the person answered about one recipient and purpose."""

    recipient: Organisation
    purpose: str
    given: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    at: datetime | None = None
    until: datetime | None = None
    expired: bool = False
    #: A child's own word, with nobody who may agree for it: no basis for sharing.
    assent: bool = False


def consent_lines(case: Case, at: datetime) -> list[ConsentLine]:
    """The answers that stand, the newest conversation first. An expired one is shown as such and covers nothing."""
    lines: dict[tuple[object, str], ConsentLine] = {}
    for consent in _standing(case).select_related("recipient").order_by("-given_at"):
        line = lines.setdefault(
            (consent.recipient_id, consent.purpose), ConsentLine(consent.recipient, consent.purpose)
        )
        (line.given if consent.given else line.refused).append(consent.group)
        line.at = max(line.at or consent.given_at, consent.given_at)
        line.until = min(line.until or consent.expires_at, consent.expires_at)
        line.expired, line.assent = line.until <= at, consent.assent
    return list(lines.values())


def _standing(case: Case) -> QuerySet[Consent]:
    return Consent.objects.filter(case=case, withdrawn_at=None, replaced_at=None)


def agreed_cells(case: Case, at: datetime) -> set[tuple[object, str, str]]:
    """Recipient, purpose and group of every yes that still stands."""
    rows = _standing(case).filter(given=True, expires_at__gt=at)
    return set(rows.values_list("recipient_id", "purpose", "group"))


def refused_groups(case: Case, recipient: Organisation, purpose: str) -> set[str]:
    """To what the person, or the child, has said no for this recipient and purpose, until asked again."""
    rows = _standing(case).filter(given=False, recipient=recipient, purpose=purpose)
    return set(rows.values_list("group", flat=True))


@dataclass
class Conversation:
    """One talk about consent, or its taking back."""

    at: datetime
    explained_by: User
    method: str
    language: str
    recipients: list[str] = field(default_factory=list)
    withdrawn: bool = False
    #: By recipient: the groups agreed to, and those refused.
    answers: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)


def conversations_of(case: Case) -> list[Conversation]:
    """Every talk, those that a later one has replaced too."""
    talks: dict[tuple[object, datetime], Conversation] = {}
    cells = Consent.objects.filter(case=case).select_related("recipient", "explained_by__organisation")
    for cell in cells.order_by("given_at", Alphabetical("recipient__name")):
        for at, withdrawn in ((cell.given_at, False), (cell.withdrawn_at, True)):
            if at is None:
                continue
            talk = talks.setdefault(
                (cell.conversation, at),
                Conversation(at, cell.explained_by, cell.method, cell.language, withdrawn=withdrawn),
            )
            if cell.recipient.name not in talk.recipients:
                talk.recipients.append(cell.recipient.name)
            yes, no = talk.answers.setdefault(cell.recipient.name, ([], []))
            (yes if cell.given else no).append(cell.group)
    return list(talks.values())


def grounds_of(case: Case) -> list[LegalGround]:
    people = ("recorded_by__organisation", "approved_by__organisation")
    return list(case.grounds.select_related("recipient", *people).order_by("-recorded_at"))


def title_of(case: Case) -> CustodyTitle | None:
    """The title in force or asked for; a lifted one is past."""
    return (
        CustodyTitle.objects.filter(case=case)
        .exclude(state=TitleState.LIFTED)
        .select_related("court")
        .first()
    )


def titles_for(court_id: UUID) -> QuerySet[CustodyTitle]:
    """Titles that a court's registry is asked to confirm, the ones that end first at the top."""
    return (
        CustodyTitle.objects.filter(court_id=court_id, state__in=[TitleState.REQUISITION, TitleState.OGP])
        .select_related("case__organisation", "confirmed_by")
        .order_by("ends_at", "issued_on")
    )


def titles_to_confirm(court_id: UUID, *, limit: int = 25) -> list[CustodyTitle]:
    return list(titles_for(court_id).filter(confirmed_at=None)[:limit])


def referrals_of(case: Case) -> list[Referral]:
    return list(case.referrals.select_related("receiving_organisation", "worker").order_by("-seq"))


def open_tasks_of(case: Case) -> list[Task]:
    return list(
        Task.objects.filter(case=case, done_at=None)
        .select_related("owner", "organisation")
        .order_by("due_at")
    )


def timeline_of(case: Case) -> list[Transition]:
    return list(
        case.transitions.select_related("actor", "organisation", "referral__receiving_organisation").order_by(
            "-recorded_at"
        )
    )


@dataclass(frozen=True)
class Choice:
    """An act that the actor may do to a file; `reasons` say why not now."""

    act: str
    reasons: tuple[str | Promise, ...] = ()

    @property
    def possible(self) -> bool:
        return not self.reasons


#: Acts that add something to a file; a closed one takes none of them.
_ADDING = (
    CaseAct.RECORD_CONSENT,
    CaseAct.RECORD_GROUND,
    CaseAct.REFER,
    CaseAct.CALL_PLACES,
    CaseAct.KEEP_AWAY,
    CaseAct.ENTER_TITLE,
    CaseAct.EDIT,
    CaseAct.ADD_ATTACHMENT,
    CaseAct.ASSESS_RISK,
    CaseAct.REFLECT,
    CaseAct.ENTER_STEP,
    CaseAct.CONFER,
    CaseAct.RECORD_SCREENING,
    CaseAct.OFFER_CARD,
    CaseAct.RECORD_STATUS,
    CaseAct.FOLLOW,
    CaseAct.TRANSFER,
    CaseAct.ASSIGN,
    CaseAct.RECORD_GUARDIAN,
)
#: For a child, for an adult alone.
_OF_CHILD, _OF_ADULT = (
    frozenset({CaseAct.ENTER_TITLE, CaseAct.RECORD_GUARDIAN}),
    frozenset({CaseAct.REFLECT}),
)
NO_BASIS = _("Nothing may be shared yet: record the consent of the person, or a legal ground.")
#: The word of a child alone lets nothing be shared (domain §3.4).
NO_BASIS_CHILD = _(
    "Nothing may be shared yet: a legal ground is needed, or the consent of somebody who may agree for the child."
)
ALREADY_ASKED = _("You have opened this case: another supervisor decides.")


def case_choices(
    actor: Actor, case: Case, tie: Tie, at: datetime, *, basis: bool, agreed: bool
) -> list[Choice]:
    """Args: basis: a consent or a ground stands. agreed: there is a consent that can be withdrawn."""
    child = is_child(case.person.age_status)
    closed = lifecycle.unmet_on_closed(case)
    found = [Choice(CaseAct.TAKE_IN)] if case.state == CaseState.SIGNALED and case.owner_id is None else []
    not_for = _OF_ADULT if child else _OF_CHILD
    # To a closed file nothing is added: its page says so once, not act by act.
    found += [Choice(act) for act in _ADDING if act not in not_for and not closed]
    if not basis:
        missing = NO_BASIS_CHILD if child else NO_BASIS
        found = [Choice(c.act, (missing,)) if c.act == CaseAct.REFER else c for c in found]
    if agreed:
        found.append(Choice(CaseAct.WITHDRAW_CONSENT))
    if case.person.age_status == AgeStatus.UNKNOWN and not closed:
        found.append(_second(actor, case, CaseAct.DECIDE_AGE))
    found = [choice for choice in found if policy.may_case(actor, choice.act, tie)]
    return found + _moves(actor, case, tie, at)


def _second(actor: Actor, case: Case, act: CaseAct, reasons: Iterable[str | Promise] = ()) -> Choice:
    other = () if policy.is_second_person(actor, case.owner_id) else (ALREADY_ASKED,)
    return Choice(act, (*other, *reasons))


def _moves(actor: Actor, case: Case, tie: Tie, at: datetime) -> list[Choice]:
    """Moves of the case's own machine; those whose state is past are not offered."""
    legal = lifecycle.legal_actions(case.state, Machine.CASE)
    found = []
    if (
        CaseAction.PROTECT in legal
        and case.owner_id is not None
        and policy.may_case(actor, CaseAct.EDIT, tie)
    ):
        found.append(Choice(CaseAction.PROTECT))
    if CaseAction.CLOSE in legal and policy.may_case(actor, CaseAct.CLOSE, tie):
        found.append(_second(actor, case, CaseAct.CLOSE, closing_unmet(case, at)))
    if CaseAction.CLOSE in legal and policy.may_case(actor, CaseAct.ASK_CLOSE, tie):
        found.append(Choice(CaseAct.ASK_CLOSE, tuple(closing_unmet(case, at))))
    return found + [Choice(action, tuple(unmet)) for action, unmet in moves_offered(actor, case, tie, at)]


def closing_unmet(case: Case, at: datetime) -> list[str | Promise]:
    """What stands in the way of an end, before anybody has given a reason."""
    facts = case_facts(case, CaseAction.CLOSE, at, informed=True)
    return lifecycle.unmet(case, CaseAction.CLOSE, facts, Machine.CASE)
