"""The draw of a quarter: a number first, then the population, then what is drawn; and all of it once more, to compare.

The number follows from the first fingerprint of the audit after the quarter, which nobody could know before; where no
signer runs it is drawn at random. It is committed before the population is read, and the population is what history
says of a quarter that is over: neither can be chosen by whoever draws.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from audit.tree import first_checkpoint_since
from partners.actor import Actor
from partners.enums import Role
from partners.models import Organisation, User
from partners.queries import active_people, auditors_of
from referral import audiences, notices
from referral.draw import Member, digest, draw, seed_of
from referral.file_reviews import REVIEW_WITHIN, DrawnFor, Quarter, ReviewKind, SeedSource
from referral.lifecycle import NotPossible
from referral.models import DrawnFile, FileReview, ReviewSeed
from referral.queries.file_reviews import late, population, undrawn, with_files
from referral.references import new_reference
from referral.review_policy import DRAWERS, REVIEWS_WITH
from referral.services.reading import require_control

SEED_BYTES = 32


def draw_due(*, at: datetime) -> list[FileReview]:
    """Every organisation's last quarter that was not drawn yet: the work of a night, nobody's choice."""
    quarter = Quarter.ended_before(at)
    drawn = []
    for organisation in undrawn(quarter, with_files(quarter), at):
        drawn += draw_quarter(organisation, quarter, by=None, at=at)
    return drawn


def remind_late(*, at: datetime) -> None:
    """Once its time has passed, whoever carries a review out hears again; else whoever may say who does."""
    with transaction.atomic():
        for review in late(at):
            people = [review.reviewer] if _is_carried_out(review, at) else _who_begin(review)
            notices.tell(people, review, at=at, due_at=review.due_at)


def _is_carried_out(review: FileReview, at: datetime) -> bool:
    """Is whoever was named still there, in the seat that it takes, and from outside with a mandate?"""
    if review.reviewer is None or (review.mandate_until is not None and review.mandate_until <= at):
        return False
    house, seat = review.reviewer.organisation_id, REVIEWS_WITH[ReviewKind(review.kind)]
    return active_people(house, [seat]).filter(pk=review.reviewer.pk).exists()


def draw_by_hand(*, by: Actor, at: datetime) -> list[FileReview]:
    """The same at once, should the clock not have come round: the own organisation's for a supervisor.

    Raises:
        NotAllowed, NotPossible: nothing is left to draw.
    """
    require_control(by, *DRAWERS, reason_code="NOT_ALLOWED_DRAW")
    quarter = Quarter.ended_before(at)
    organisations = with_files(quarter)
    if not by.has(Role.AUDITOR, Role.COORDINATOR):
        organisations = organisations.filter(pk=by.organisation_id)
    drawn = []
    for organisation in undrawn(quarter, organisations, at):
        drawn += draw_quarter(organisation, quarter, by=by, at=at)
    if not drawn:
        raise NotPossible([_("The last quarter is drawn already, or there was no file in it.")])
    return drawn


def draw_quarter(
    organisation: Organisation, quarter: Quarter, *, by: Actor | None, at: datetime
) -> list[FileReview]:
    """One review of compliance, and one of quality for each worker. Drawn before, it gives none."""
    seed = _seed(organisation, quarter, at)
    with transaction.atomic():
        # One at a time: the second finds what the first has drawn.
        ReviewSeed.objects.select_for_update().get(pk=seed.pk)
        if FileReview.objects.filter(seed=seed).exists():
            return []
        by_owner = population(organisation.pk, quarter, at)
        if not by_owner:
            return []
        everything = sorted(member for members in by_owner.values() for member in members)
        made = [_draw_one(seed, None, everything, by=by, at=at)]
        for worker_id, members in sorted(by_owner.items(), key=lambda item: str(item[0])):
            made.append(_draw_one(seed, worker_id, members, by=by, at=at))
        _tell(made, at)
    return made


def _seed(organisation: Organisation, quarter: Quarter, at: datetime) -> ReviewSeed:
    """Written in a transaction of its own: whatever happens afterwards, this is the number of this quarter."""
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).only("pk").get(pk=organisation.pk)
        found = ReviewSeed.objects.filter(organisation=organisation, begins_on=quarter.begins_on).first()
        if found is None:
            found = ReviewSeed(organisation=organisation, begins_on=quarter.begins_on, made_at=at)
            first = first_checkpoint_since(quarter.ends_at)
            if first is not None:
                found.value = seed_of(str(quarter), organisation.pk, bytes(first.root))
                found.source, found.checkpoint = SeedSource.CHECKPOINT, first.size
            else:
                found.value, found.source = secrets.token_hex(SEED_BYTES), SeedSource.RANDOM
            write(found, reason_code="SEED")
    return found


def _draw_one(
    seed: ReviewSeed, worker_id: UUID | None, members: Sequence[Member], *, by: Actor | None, at: datetime
) -> FileReview:
    review = FileReview(
        reference=new_reference(),
        kind=ReviewKind.COMPLIANCE if worker_id is None else ReviewKind.QUALITY,
        organisation_id=seed.organisation_id,
        worker_id=worker_id,
        begins_on=seed.begins_on,
        seed=seed,
        population=[member.pk for member in members],
        population_digest=digest(members),
        drawn_by_id=by.id if by else None,
        drawn_at=at,
        due_at=at + REVIEW_WITHIN,
    )
    drawn = chosen(review, members)
    said = {"seed": seed.value, "digest": review.population_digest, "files": [str(m.pk) for m in drawn]}
    write(review, reason_code="DRAWN", detail=said)
    always = DrawnFor.ALL if worker_id is None else DrawnFor.SAMPLE
    for number, member in enumerate(drawn, 1):
        row = DrawnFile(
            review=review, case_id=member.pk, number=number, reasons=list(member.reasons or (always.value,))
        )
        write(row, case_id=member.pk)
    return review


def chosen(review: FileReview, members: Sequence[Member]) -> list[Member]:
    """Everything for compliance, in the order of the hashes; a draw for quality."""
    if review.is_quality:
        return draw(review.seed.value, members)
    return draw(review.seed.value, [Member(m.pk, m.reasons or (DrawnFor.ALL.value,)) for m in members])


def _tell(reviews: Sequence[FileReview], at: datetime) -> None:
    for review in reviews:
        notices.tell(_who_begin(review), review, at=at, due_at=review.due_at)


def _who_begin(review: FileReview) -> list[User]:
    """Who of the organisation may say who reviews, else coordination; of the review of compliance the auditors, one of
    whom takes it."""
    if review.is_quality:
        heads = [
            user for user in notices.supervisors_of(review.organisation_id) if user.pk != review.worker_id
        ]
        return heads or audiences.coordinators()
    return list(auditors_of(review.organisation.region_id))


@dataclass(frozen=True)
class Check:
    """Whether a draw made again says the same.

    Attributes:
        seed: the number follows from the fingerprint of the audit that it names; one drawn at random is believed.
        digest: the frozen population has the digest that was kept.
        same: the same files were drawn.
        history: the history of the files gives the same population.
    """

    seed: bool
    digest: bool
    same: bool
    history: bool

    @property
    def holds(self) -> bool:
        return self.seed and self.digest and self.same and self.history


def draw_again(review: FileReview) -> Check:
    """Draws once more from what was kept, and reads the population anew. It changes nothing, and is a look."""
    rows = list(DrawnFile.objects.filter(review=review).order_by("number"))
    told = {row.case_id: row.member() for row in rows}
    frozen = [told.get(pk, Member(pk)) for pk in review.population]
    now_known = population(review.organisation_id, review.quarter, review.drawn_at)
    members = (
        now_known.get(review.worker_id, [])
        if review.worker_id is not None
        else sorted(member for each in now_known.values() for member in each)
    )
    found = Check(
        seed=_seed_follows(review.seed, review.quarter),
        digest=digest(frozen) == review.population_digest,
        same=[m.pk for m in chosen(review, frozen)] == [row.case_id for row in rows],
        history=digest(members) == review.population_digest,
    )
    audit.look("audit.verify", review, scope="draw", fields=() if found.holds else ("population_digest",))
    return found


def _seed_follows(seed: ReviewSeed, quarter: Quarter) -> bool:
    if seed.source == SeedSource.RANDOM:
        return True
    first = first_checkpoint_since(quarter.ends_at)
    if first is None or first.size != seed.checkpoint:
        return False
    return seed.value == seed_of(str(quarter), seed.organisation_id, bytes(first.root))
