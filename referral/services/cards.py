"""The neutral card: offered, never imposed; and how a duty officer finds whom somebody with a card must reach."""

import re
import secrets
import unicodedata
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from crypto import keyring
from crypto.scopes import Scope, ScopeKind
from partners.actor import Actor
from referral import notices, policy
from referral.enums import CaseAct, TaskKind, Urgency
from referral.escalation import PATIENCE
from referral.lifecycle import NotPossible
from referral.models import Case, ContactCard, Task
from referral.policy import Tie
from referral.queries.cards import live_card, live_cards
from referral.services import steps
from referral.services.wrong_codes import forgive, may_try
from referral.topics import CardOutcome

DIGITS = 6
#: So many codes are drawn before one gives up: with a million of them, a dozen collisions in a row is a fault.
DRAWS = 12


def offer_card(
    pk: UUID, *, by: Actor, at: datetime, version: int | None, outcome: str, answer: str = ""
) -> ContactCard:
    """What became of the offer. A card that was taken replaces the one before it.

    Args:
        version: of the Case that was shown.
        answer: the word that the person will say; only of a card that was taken.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.OFFER_CARD, case)
        return keep_offer(case, by=by, at=at, outcome=outcome, answer=answer)


def keep_offer(case: Case, *, by: Actor, at: datetime, outcome: str, answer: str = "") -> ContactCard:
    """The row itself; whoever calls it has asked policy, and holds the case."""
    taken = outcome == CardOutcome.ACCEPTED
    if taken and not _plain(answer):
        raise NotPossible([_("Agree with the person on a word to say.")])
    if taken and (before := live_card(case)) is not None:
        _withdraw(before, at=at)
    card = ContactCard(
        case=case,
        outcome=CardOutcome(outcome),
        answer=answer if taken else None,
        offered_by_id=by.id,
        offered_at=at,
    )
    if not taken:
        write(card, case_id=case.pk, reason_code=f"CARD_{outcome.upper()}")
        return card
    for _draw in range(DRAWS):
        card.code = str(secrets.randbelow(10**DIGITS)).zfill(DIGITS)
        try:
            with transaction.atomic():
                write(card, case_id=case.pk, reason_code="CARD_ACCEPTED")
        except IntegrityError:
            card.id = uuid4()
            continue
        return card
    raise NotPossible([_("No code is free. Try again.")])


def withdraw_card(pk: UUID, *, by: Actor, at: datetime) -> None:
    """Lost, found by somebody else, or no longer wanted: its code finds nothing any more."""
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_case(by, CaseAct.OFFER_CARD, case)
        card = live_card(case)
        if card is not None:
            _withdraw(card, at=at)


def _withdraw(card: ContactCard, *, at: datetime) -> None:
    card.withdrawn_at = at
    write(card, fields=["withdrawn_at"], case_id=card.case_id)


def print_card(actor: Actor, case: Case) -> ContactCard:
    """The card is about to be shown for printing. Raises NotAllowed, NotVisible when there is none."""
    steps.permit_case(actor, CaseAct.OFFER_CARD, case)
    card = live_card(case)
    if card is None:
        raise steps.NotVisible
    audit.look("print", card, case_id=case.pk, fields=["code"])
    return card


def require_finder(actor: Actor) -> None:
    """Whoever sits at a desk, or at national coordination. Raises NotAllowed."""
    if not policy.may_case(actor, CaseAct.FIND_BY_CARD, Tie()):
        raise steps.refuse_anybody(CaseAct.FIND_BY_CARD)


def find_by_card(code: str, answer: str, *, by: Actor, at: datetime) -> Task | None:
    """A duty officer types what is on the card and what the person says. Right: the owner is asked to call.

    Wrong code and wrong word are the same: nothing, after as much work. So is a right one after too many wrong
    ones of this person, or of this card.

    Raises:
        NotAllowed.
    """
    require_finder(by)
    with transaction.atomic():
        # Each counts as wrong before it is looked at; both are asked, so that neither hides the other.
        tried = (_digest(str(by.id)), _digest(code))
        allowed = [may_try(each, at=at) for each in tried]
        found = live_cards(by).filter(code=code).first()
        right = _says(found, answer)
        if found is None or not right or not all(allowed):
            reason = "WRONG_CARD" if all(allowed) else "TOO_MANY_CARDS"
            audit.deny("denied", ContactCard._meta.label_lower, None, reason_code=reason)
            return None
        for each in tried:
            forgive(each)
        audit.look("search", found, case_id=found.case_id, fields=["code"])
        return _ask_to_call(found.case, by=by, at=at)


def _digest(of: str) -> str:
    return salted_hmac("referral.card", of, algorithm="sha256").hexdigest()


def _says(card: ContactCard | None, answer: str) -> bool:
    """Opens a key even where there is no card: the time taken tells nothing."""
    if card is None:
        nowhere = uuid4()
        keyring.current().prime_scopes([Scope(ScopeKind.CASE, nowhere, nowhere)])
        return constant_time_compare("", "nothing")
    with keyring.current().revealing(card):
        return constant_time_compare(_plain(card.answer or ""), _plain(answer))


def _plain(word: str) -> str:
    """As two people write down what they hear: without accents, capitals and signs."""
    letters = unicodedata.normalize("NFD", word.casefold())
    return re.sub(r"[\W_]+", "", "".join(each for each in letters if not unicodedata.combining(each)))


def _ask_to_call(case: Case, *, by: Actor, at: datetime) -> Task:
    """One call at a time: a second showing of the card makes no second task, but is said again."""
    task = Task.objects.filter(case=case, kind=TaskKind.CALL_PERSON, done_at=None).first()
    if task is None:
        task = Task(
            kind=TaskKind.CALL_PERSON,
            case=case,
            organisation_id=case.organisation_id,
            owner_id=case.owner_id,
            made_at=at,
            due_at=at + PATIENCE[Urgency(case.urgency)],
        )
        write(task, case_id=case.pk, reason_code="CARD")
    told = [case.owner] if case.owner else notices.supervisors_of(case.organisation_id)
    notices.tell(told, task, at=at, due_at=task.due_at)
    return task
