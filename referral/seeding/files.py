"""Case files and referrals as objects, not yet stored: plausible in every column, about nobody."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from crypto.scopes import Scope
from partners.enums import OrganisationKind, Sex
from referral.deadlines import CONSENT, due_at
from referral.disclosure import band_of, is_child, needed, purpose_of
from referral.enums import (
    TERMINAL,
    AgeBand,
    AgeStatus,
    Basis,
    CaseState,
    PlaceFlag,
    RiskLevel,
    State,
    Urgency,
)
from referral.models import Case, Person, Preview, Referral, Snapshot
from referral.references import new_arrival_code, new_reference
from referral.seeding.organisations import Market, Seated

#: Out of a hundred referrals of the last months, and of the years before.
RECENT = {
    State.DRAFT: 6, State.SENT: 12, State.ACKNOWLEDGED: 12, State.INFO_REQUESTED: 4, State.ACCEPTED: 9,
    State.NO_SHOW: 2,
    State.IN_SERVICE: 25, State.COMPLETED: 15, State.DECLINED: 8, State.WITHDRAWN: 4, State.EXPIRED: 3,
}  # fmt: skip
PAST = {State.COMPLETED: 72, State.DECLINED: 14, State.WITHDRAWN: 9, State.EXPIRED: 5}
#: The share of referrals that are recent, at the end of the order in which they were made.
RECENT_SHARE = 0.15
YEARS = timedelta(days=5 * 365)
REASONS = {State.DECLINED: "NO_CAPACITY", State.WITHDRAWN: "OTHER_SOLUTION", State.COMPLETED: "NEED_MET"}
DISCLOSED = frozenset({State.ACCEPTED, State.IN_SERVICE})
STARTED = frozenset({State.IN_SERVICE, State.COMPLETED})
TAKEN = DISCLOSED | {State.NO_SHOW, State.COMPLETED}
WORDS = (
    "un lieu sûr",
    "une interprète",
    "voir un médecin",
    "reprendre l’école",
    "prévenir sa famille",
    "un métier",
)


@dataclass
class Batch:
    """What goes into the tables together, with the scopes whose keys seal it."""

    cases: list[Case] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    previews: list[Preview] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)

    def scopes(self) -> list[Scope]:
        rows: tuple[Case | Preview | Snapshot, ...] = (*self.cases, *self.previews, *self.snapshots)
        return [row.key_scope() for row in rows]


class Author:
    """
    Args:
        total: how many referrals there will be.
    """

    def __init__(self, market: Market, random: Random, now: datetime, total: int) -> None:
        self._market, self._random, self._now, self._total = market, random, now, total
        self._case_seq = self._made = 0
        self._references: set[str] = set()

    def batches(self, size: int) -> Iterator[Batch]:
        """Batches of some `size` referrals until there are `total`."""
        while self._made < self._total:
            batch = Batch()
            while len(batch.referrals) < size and self._made < self._total:
                self._add_file(batch)
            yield batch

    def _add_file(self, batch: Batch) -> None:
        owner = self._market.one()
        opened = self._now - YEARS * (1 - self._made / self._total) - timedelta(days=2)
        person = self._person()
        case = self._case(owner, opened)
        person.case = case
        batch.cases.append(case)
        batch.people.append(person)
        parent: Referral | None = None
        count = min(self._random.choice((1, 1, 2, 2, 3, 4)), self._total - self._made)
        for receiver in self._market.several(count):
            referral = self._referral(case, person, owner, receiver, parent)
            self._made += 1
            batch.referrals.append(referral)
            batch.previews.append(self._preview(referral, case, person))
            if referral.state in DISCLOSED:
                batch.snapshots.append(_snapshot(referral))
            # A no leads to the next provider.
            parent = referral if referral.state in (State.DECLINED, State.EXPIRED) else None

    def _reference(self) -> str:
        while (reference := new_reference()) in self._references:
            pass
        self._references.add(reference)
        return reference

    def _case(self, owner: Seated, opened: datetime) -> Case:
        self._case_seq += 1
        return Case(
            seq=self._case_seq, reference=self._reference(), organisation=owner.organisation, owner=owner.worker,
            region_id=owner.organisation.region_id, risk=self._random.choice(list(RiskLevel)), opened_at=opened,
            urgency=self._random.choice(list(Urgency)), opened_by=owner.worker, state=CaseState.PROTECTED,
            state_since=opened,
        )  # fmt: skip

    def _person(self) -> Person:
        number = self._random.randrange(10**6)
        born = date(
            self._now.year - self._random.choice((8, 11, 13, 15, 16, 17, 22, 27, 34)), 1, 1 + number % 28
        )
        band = band_of(born, self._now.date())
        child = band in (AgeBand.B0_5, AgeBand.B6_8, AgeBand.B9_13, AgeBand.B14_17)
        return Person(
            sex=self._random.choice((Sex.FEMALE, Sex.MALE)), age_band=band,
            age_status=AgeStatus.CHILD if child else AgeStatus.ADULT,
            family_name=f"Famille {number}", given_names=f"Prénom {number}", birth_date=born, nationality="SN",
            phone=f"+221 70 {number:07}",
            safe_contact={"channels": {"phone": False}, "hours": "", "words": "", "who": ""},
            languages=["wol"], interpreter_needed=False, needs=" ".join(self._random.choices(WORDS, k=8)),
            health=" ".join(self._random.choices(WORDS, k=6)), narrative=" ".join(self._random.choices(WORDS, k=40)),
            children=[], flags=[],
        )  # fmt: skip

    def _referral(
        self, case: Case, person: Person, owner: Seated, receiver: Seated, parent: Referral | None
    ) -> Referral:
        recent = self._made >= self._total * (1 - RECENT_SHARE)
        weights = RECENT if recent else PAST
        state = self._random.choices(list(weights), list(weights.values()))[0]
        urgency = self._random.choices(list(Urgency), (1, 3, 6))[0]
        since = self._since(state, urgency, case.opened_at)
        created = min(case.opened_at + timedelta(hours=5), since)
        service = self._random.choice(receiver.services)
        sent = state != State.DRAFT
        taken = state in TAKEN
        return Referral(
            seq=self._made + 1, reference=self._reference(), case=case, referring_organisation=owner.organisation,
            receiving_organisation=receiver.organisation, service=service, urgency=urgency, sex=person.sex,
            purpose=purpose_of(OrganisationKind(receiver.organisation.kind), service),
            is_child=is_child(person.age_status),
            released_groups=sorted(needed(service)), parent=parent, created_by=owner.worker, created_at=created,
            state=state, state_since=since,
            due_at=due_at(state, urgency=urgency, at=since, expected_arrival_at=since),
            basis=Basis.CONSENT if sent else "", basis_until=self._now + CONSENT if sent else None,
            sent_at=created if sent else None, sent_by=owner.worker if sent else None,
            acknowledged_at=created if taken or state in (State.ACKNOWLEDGED, State.INFO_REQUESTED) else None,
            info_requested_at=since if state == State.INFO_REQUESTED else None,
            accepted_at=created if taken else None, worker=receiver.worker if taken else None,
            expected_arrival_at=since if taken else None, arrival_code=new_arrival_code() if taken else None,
            started_at=since if state in STARTED else None, ended_at=since if state in TERMINAL else None,
            decline_reason=REASONS[state] if state == State.DECLINED else "",
            withdraw_reason=REASONS[state] if state == State.WITHDRAWN else "",
            outcome=REASONS[state] if state == State.COMPLETED else "",
        )  # fmt: skip

    def _since(self, state: State, urgency: Urgency, opened: datetime) -> datetime:
        """An open state is entered so that one in ten deadlines has passed."""
        end = due_at(state, urgency=urgency, at=self._now, expected_arrival_at=self._now)
        if end is None:
            return min(opened + timedelta(days=self._random.randint(1, 40)), self._now)
        return self._now - (end - self._now) * self._random.random() * 1.1

    def _preview(self, referral: Referral, case: Case, person: Person) -> Preview:
        flags = [PlaceFlag.DANGER_NEARBY.value] if self._random.random() < 0.1 else []
        details = {
            "languages": ["wol"],
            "children": [],
            "flags": flags,
            "days": self._random.choice((None, 3, 30)),
        }
        return Preview(
            referral=referral, case_id=case.pk, age_band=person.age_band, region_id=case.region_id,
            risk=case.risk, details=details
        )  # fmt: skip


def _snapshot(referral: Referral) -> Snapshot:
    payload = {group: {"value": "donnée de mesure"} for group in referral.released_groups}
    return Snapshot(
        referral=referral, case_id=referral.case_id, number=1, groups=referral.released_groups,
        sealed_at=referral.created_at, payload=payload,
    )  # fmt: skip
