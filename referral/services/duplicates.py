"""Two files of one person: found, decided, linked, and the link undone (peers A12).

Whoever may read both files is asked at once. Between two organisations a job compares, and only coordination hears:
nothing that the searcher sees, waits for or is charged depends on what others hold.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from crypto.errors import KeyDestroyed
from partners.actor import Actor
from referral import audiences, notices
from referral.enums import CaseAct, TaskKind
from referral.escalation import Audience
from referral.lifecycle import NotPossible
from referral.likeness import Likeness, MatchDecision, UndoReason
from referral.matching import Identity, entries, likenesses
from referral.models import Case, MatchReview, Person, PersonLink, Task
from referral.queries import duplicates as queries
from referral.services import matching, steps

#: How long two organisations have to telephone each other.
CALL_WITHIN = timedelta(hours=48)


def look_within(person: Person, *, by: Actor, at: datetime) -> None:
    """Pairs with files that `by` may read are written down, for the decision that the next page asks for."""
    who, today = matching.identity_of(person), timezone.localdate(at)
    if not entries(who):
        return
    found, opened = matching.likely_within(by, who, today, besides=person.case_id)
    _looked(opened)
    for each in found:
        _compare(person.case_id, who, each, at)


def look_across(case_id: UUID, *, at: datetime) -> int:
    """The same among all files, by the system. Gives the number of pairs found."""
    person = Person.objects.filter(case=case_id).first()
    if person is None:
        return 0
    today = timezone.localdate(at)
    try:
        who = matching.identity_of(person)
    except KeyDestroyed:
        return 0
    others = matching.candidates(who, today) - {case_id, *queries.transferred_with(case_id)}
    found, opened = matching.likely(others, who, today)
    _looked([case_id, *opened])
    with transaction.atomic():
        for each in found:
            _compare(case_id, who, each, at)
    return len(found)


def _looked(opened: list[UUID]) -> None:
    """One event for all that was opened. Its files stand in the sealed detail and not in `case_id`: a file that shows
    its owner who looked would tell that somebody else has asked for the same person."""
    audit.look("search", Person, scope="duplicates", detail={"cases": [str(pk) for pk in opened]})


def _compare(case_id: UUID, who: Identity, other: matching.Likely, at: datetime) -> None:
    found = likenesses(who, other.who, timezone.localdate(at))
    alike = [f"{field}:{likeness.value}" for field, likeness in found.items()]
    first, second = sorted((case_id, other.case_id))
    review = MatchReview.objects.select_for_update(of=("self",)).filter(first=first, second=second).first()
    if review is None:
        write(MatchReview(first_id=first, second_id=second, found_at=at, likenesses=alike))
    elif review.likenesses != alike:
        review.likenesses = alike
        write(review, fields=["likenesses"])


def likenesses_of(review: MatchReview) -> dict[str, Likeness]:
    pairs = (each.split(":") for each in review.likenesses)
    return {field: Likeness(likeness) for field, likeness in pairs}


# --- Decided -----------------------------------------------------------------------------------------------
def read_review(by: Actor, pk: UUID) -> MatchReview:
    """A pair, without opening either file; between organisations the look shows in neither. Raises NotVisible."""
    review = queries.reviews_of(by).filter(pk=pk).first()
    if review is None:
        raise steps.NotVisible
    audit.look("view", review)
    return review


def decide(
    pk: UUID, *, by: Actor, at: datetime, version: int, decision: MatchDecision, telephone: bool = False
) -> MatchReview:
    """Says whether two files are about one person; it may be said otherwise later.

    Args:
        telephone: between two organisations: each owner is asked to telephone the other house, and told no more.

    Raises:
        NotVisible, StaleForm, NotPossible.
    """
    with transaction.atomic():
        review = _locked(by, pk, version)
        _decide(review, by=by, at=at, decision=decision)
        if telephone and queries.is_across(review):
            _ask_to_telephone(review.first, review.second, at=at)
            _ask_to_telephone(review.second, review.first, at=at)
    return review


def decide_of_case(
    case_id: UUID, *, by: Actor, at: datetime, decisions: Mapping[UUID, MatchDecision]
) -> None:
    """The pairs of one file, each of which somebody has to decide.

    Raises:
        NotVisible, NotAllowed, StaleForm: somebody has decided meanwhile.
    """
    with transaction.atomic():
        case = steps.locked_case(by, case_id)
        steps.permit_case(by, CaseAct.DECIDE_DUPLICATE, case)
        for pk, decision in decisions.items():
            review = _locked(by, pk)
            if review.decision:
                raise steps.StaleForm
            _decide(review, by=by, at=at, decision=decision)


def undo_link(pk: UUID, *, by: Actor, at: datetime, version: int, reason: UndoReason) -> MatchReview:
    """The two files are not one person's any more, and the pair waits for a decision again.

    Raises:
        NotVisible, StaleForm, NotPossible.
    """
    with transaction.atomic():
        review = _locked(by, pk, version)
        link = queries.link_of(review)
        if link is None:
            raise NotPossible([_("These two files are not linked.")])
        link.undone_at, link.undone_by_id, link.undo_reason = at, by.id, reason
        write(link, fields=["undone_at", "undone_by", "undo_reason"], reason_code=reason.upper())
        review.decision, review.decided_at, review.decided_by_id = "", None, None
        write(review, fields=["decision", "decided_at", "decided_by"], reason_code="UNDONE")
    return review


def forget_case(case: Case, *, at: datetime) -> None:
    """Before a file is erased: nothing finds it any more, and no pair with it waits. Its keys must still be there."""
    matching.forget_case(case)
    for review in MatchReview.objects.select_for_update(of=("self",)).filter(
        queries.with_case(case.pk), decision__in=queries.OPEN_DECISIONS
    ):
        review.decision, review.decided_at = MatchDecision.GONE, at
        write(review, fields=["decision", "decided_at"], reason_code="GONE")


def _locked(by: Actor, pk: UUID, version: int | None = None) -> MatchReview:
    review = queries.reviews_of(by).select_for_update(of=("self",)).filter(pk=pk).first()
    if review is None:
        raise steps.NotVisible
    if version is not None and review.version != version:
        raise steps.StaleForm
    return review


def _decide(review: MatchReview, *, by: Actor, at: datetime, decision: MatchDecision) -> None:
    if review.decision == MatchDecision.SAME != decision:
        raise NotPossible([_("The two files are linked: undo the link first, and say why.")])
    review.decision, review.decided_at, review.decided_by_id = decision, at, by.id
    write(review, fields=["decision", "decided_at", "decided_by"], reason_code=decision.upper())
    if decision == MatchDecision.SAME and queries.link_of(review) is None:
        write(PersonLink(first_id=review.first_id, second_id=review.second_id, made_at=at, made_by_id=by.id))


def _ask_to_telephone(case: Case, other: Case, *, at: datetime) -> None:
    """The owner learns which house to telephone about the own file, and nothing of the other one."""
    task = Task(
        kind=TaskKind.COMPARE_CALL,
        case=case,
        organisation_id=case.organisation_id,
        owner_id=case.owner_id,
        made_at=at,
        due_at=at + CALL_WITHIN,
        proposal={"organisation": str(other.organisation_id)},
    )
    write(task, case_id=case.pk)
    notices.tell(audiences.of_task(task, Audience.HOLDER), task, at=at, due_at=task.due_at)
