"""One conversation about consent as a whole: the seven points, the child's words, who agreed, what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from audit import services as audit
from audit import sitting
from audit.rows import write
from partners.actor import Actor
from referral import guardians
from referral.enums import AgeStatus, CaseAct
from referral.lifecycle import NotPossible
from referral.models import Case, ConsentTalk, Guardian
from referral.queries import talks as rows
from referral.queries.talks import Reading
from referral.services import pace, steps
from referral.services.basis import Cell, record_conversation
from referral.talks import ends


@dataclass(frozen=True)
class Talk:
    """What is said beside the grid of who may know what.

    Args:
        answers: point -> answer (`referral.talks`); a point that was not asked is left out.
        assent: what the child wants, in the child's own words.
        guardian_id: who agrees for the child.
        original: where a signed sheet lies.
        reading: the text that was read.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    assent: str | None = None
    guardian_id: UUID | None = None
    original: str | None = None
    reading: Reading | None = None


def record_talk(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    talk: Talk,
    cells: Sequence[Cell],
    method: str,
    language: str,
    witness: str | None,
    person_is_safe: bool = True,
) -> ConsentTalk:
    """The conversation, and with it the grid of `basis.record_conversation`; who does not wish to talk shares nothing.

    Raises:
        NotVisible, NotAllowed, NotPossible: the guardian named is suspected or not yet assessed.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.RECORD_CONSENT, case)
        guardian = _guardian(case, talk.guardian_id)
        if ends(talk.answers):
            conversation = uuid4()
        else:
            conversation = record_conversation(
                pk,
                by=by,
                at=at,
                cells=cells,
                method=method,
                language=language,
                witness=witness,
                person_is_safe=person_is_safe,
                assent=guardian is None and case.person.age_status == AgeStatus.CHILD,
            )
        text = talk.reading.text if talk.reading else None
        row = ConsentTalk(
            case=case,
            conversation=conversation,
            answers=dict(talk.answers),
            assent=talk.assent or None,
            guardian=guardian,
            method=method,
            language=language,
            explained_by_id=by.id,
            witness=witness or None,
            original=talk.original or None,
            text=text,
            text_version=text.version if text else None,
            held_at=at,
        )
        write(row, case_id=case.pk)
    return row


def _guardian(case: Case, pk: UUID | None) -> Guardian | None:
    if pk is None:
        return None
    found = Guardian.objects.filter(pk=pk, case=case).first()
    if found is None:
        raise steps.NotVisible
    if sentence := guardians.barred(found):
        steps.refuse(case, "NOT_POSSIBLE_GUARDIAN")
        raise NotPossible([sentence, guardians.WAY_OUT])
    return found


def look_at_talks(
    actor: Actor, case: Case, *, beside: Sequence[Guardian], begun: bool
) -> list[ConsentTalk] | None:
    """A conversation is held: what was answered before, the newest first, and who may sit there, by name.

    One look, counted where there is anything to open. None: neither may be shown, see `pace.opens` for `begun`.

    Raises:
        NotAllowed, TooManyReveals.
    """
    steps.permit_case(actor, CaseAct.READ, case)
    found = rows.talks_of(case)
    if (found or beside) and not pace.opens(actor, case, at=sitting.current().at, begun=begun):
        return None
    for talk in found:
        audit.look("view", talk, case_id=case.pk, fields=["answers"])
    for guardian in beside:
        audit.look("reveal", guardian, case_id=case.pk, fields=["name", "phone"])
    return found


def print_sheet(actor: Actor, case: Case, conversation: UUID | None = None) -> ConsentTalk | None:
    """The sheet of a conversation is about to be printed; of none, a blank one.

    Raises:
        NotAllowed, NotVisible: no such conversation in this file.
    """
    steps.permit_case(actor, CaseAct.PRINT, case)
    if conversation is None:
        audit.look("print", case, case_id=case.pk, scope="consent_sheet")
        return None
    talk = case.talks.filter(pk=conversation).first()
    if talk is None:
        raise steps.NotVisible
    audit.look("print", talk, case_id=case.pk, fields=["answers"])
    return talk
