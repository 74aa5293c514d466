"""How far a file has come after its screening: decisions, plan, solution, follow-up, a transfer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from partners.enums import Role
from referral.course import CASE_TRANSFER, IDENTIFIED, PRESUMED, HowItGoes, RiskAbout, Solution
from referral.demonstration.plan import DAYS, HOURS, File
from referral.demonstration.stage import Script, Stage
from referral.disclosure import purpose_of
from referral.enums import Group, TaskKind
from referral.models import Case, Task, Transfer
from referral.services import (
    approvals,
    basis,
    course,
    following,
    planning,
    reviews,
    status,
    taking_over,
    transfers,
)

_PLAN = ("status", "plan", "agree")
#: What is done, by how far the file has come. The last act is the newest.
WAYS: Mapping[str, tuple[str, ...]] = {
    "planning": ("plan",),
    "to_approve": _PLAN,
    "assisted": (*_PLAN, "decide"),
    "solution": (*_PLAN, "decide", "assess", "solution"),
    "followup": (*_PLAN, "decide", "identify", "follow_up", "hear"),
    "proposed": ("talk", "hand_over", "decide"),
    "taken_over": ("talk", "hand_over", "decide", "take_over"),
}
#: To whom a case is handed over.
TAKERS = {"proposed": "unit", "taken_over": "jambaar"}
BETWEEN = 21 * HOURS
GOALS = (
    ("MHPSS", 30, "Dormir sans crainte, et pouvoir parler à quelqu’un.", "« Je veux dormir la nuit. »"),
    ("VOC", 120, "Apprendre un métier et en vivre.", "« Je veux coudre. »"),
)


def walk(stage: Stage, case_pk: UUID, file: File) -> Script:
    """An act a day, by the owner, by the second person, by whoever takes over."""
    walker = Walker(stage, case_pk, file)
    for act in WAYS[file.course]:
        ACTS[act](walker)
        yield stage.at + BETWEEN


@dataclass
class Walker:
    stage: Stage
    case_pk: UUID
    file: File

    @property
    def case(self) -> Case:
        return Case.objects.select_related("person").get(pk=self.case_pk)

    @property
    def version(self) -> int:
        return Case.objects.values_list("version", flat=True).get(pk=self.case_pk)

    def status(self) -> None:
        self._decided(PRESUMED, "Police", "Indicateurs relevés lors de l’entretien.")

    def identify(self) -> None:
        self._decided(IDENTIFIED, "CourtOrProsecution", "Décision du parquet, notifiée par courrier.")

    def _decided(self, code: str, decider: str, on_what: str) -> None:
        with self.stage.acting(self.file.owner) as by:
            status.record_status(
                self.case_pk,
                by=by,
                at=self.stage.at,
                status=code,
                decider=decider,
                decided_on=self.stage.at.date(),
                basis=on_what,
            )

    def plan(self) -> None:
        at = self.stage.at
        with self.stage.acting(self.file.owner) as by:
            planning.begin_plan(self.case_pk, by=by, at=at, version=self.version)
            for service, days, goal, words in GOALS:
                values = {
                    "goal": goal,
                    "own_words": words,
                    "service": service,
                    "owner_id": by.id,
                    "target_on": (at + timedelta(days=days)).date(),
                }
                planning.add_goal(self.case_pk, by=by, at=at, values=values)

    def agree(self) -> None:
        with self.stage.acting(self.file.owner) as by:
            planning.agree_to_plan(self.case_pk, by=by, at=self.stage.at, version=self.version)

    def decide(self) -> None:
        kinds = [TaskKind.APPROVE_PLAN, TaskKind.APPROVE_TRANSFER]
        task = Task.objects.get(case=self.case_pk, kind__in=kinds, done_at=None)
        owner = self.stage.people[self.file.owner].pk
        deciding = self.stage.holders(task.organisation_id, Role.SUPERVISOR)
        second = next(key for key in deciding if self.stage.people[key].pk != owner)
        with self.stage.acting(second) as by:
            approvals.decide(task.pk, by=by, at=self.stage.at, version=task.version, approve=True)

    def assess(self) -> None:
        at = self.stage.at
        with self.stage.acting(self.file.owner) as by:
            reviews.assess_risk(
                self.case_pk,
                by=by,
                at=at,
                version=self.version,
                risk="low",
                occurred_at=at,
                about=RiskAbout.PERSON,
                dimensions=["health"],
                note="Aucune menace depuis deux mois.",
            )

    def solution(self) -> None:
        with self.stage.acting(self.file.owner) as by:
            course.prepare_solution(
                self.case_pk,
                by=by,
                at=self.stage.at,
                version=self.version,
                solution=Solution.INCLUSION,
                views="La personne souhaite rester et travailler ici.",
            )

    def follow_up(self) -> None:
        with self.stage.acting(self.file.owner) as by:
            course.begin_follow_up(self.case_pk, by=by, at=self.stage.at, version=self.version, stable=True)

    def hear(self) -> None:
        with self.stage.acting(self.file.owner) as by:
            following.record_follow_up(
                self.case_pk, by=by, at=self.stage.at, answer=HowItGoes.WELL, heard_at=self.stage.at
            )

    def talk(self) -> None:
        taker = self.stage.organisations[TAKERS[self.file.course]]
        purpose = purpose_of(taker.kind, CASE_TRANSFER)
        with self.stage.acting(self.file.owner) as by:
            basis.record_conversation(
                self.case_pk,
                by=by,
                at=self.stage.at,
                language="wol",
                method="oral_with_witness",
                witness="Une collègue de l’équipe",
                cells=[
                    basis.Cell(taker.pk, purpose, group, group != Group.NARRATIVE)
                    for group in Group
                    if group != Group.DOCUMENTS
                ],
            )

    def hand_over(self) -> None:
        with self.stage.acting(self.file.owner) as by:
            transfers.ask_transfer(
                self.case_pk,
                by=by,
                at=self.stage.at,
                version=self.version,
                taker=self.stage.organisations[TAKERS[self.file.course]],
                groups=[Group.IDENTITY, Group.CONTACT, Group.NEEDS],
                reason_code="MigrationOrChangeOfLocation",
                reason="La personne s’installe près de cette structure.",
                message="Préfère être appelée en fin de journée.",
            )

    def take_over(self) -> None:
        transfer = Transfer.objects.get(case=self.case_pk)
        taker = self.stage.holder(transfer.receiving_organisation_id, Role.CASEWORKER)
        with self.stage.acting(taker) as by:
            taking_over.accept(transfer.pk, by=by, at=self.stage.at, version=transfer.version)


ACTS: Mapping[str, Callable[[Walker], None]] = {
    act: getattr(Walker, act) for way in WAYS.values() for act in way
}
#: What still waits for somebody has been asked for lately.
WAITING = frozenset({"planning", "to_approve", "proposed"})


def begins(file: File, opened: datetime, now: datetime) -> datetime:
    """Not before the basis of the first referral."""
    first = min((loop.schedule(now)[0][1] for loop in file.loops), default=opened) + 2 * DAYS
    lately = now - len(WAYS[file.course]) * BETWEEN
    return max(first, lately) if file.course in WAITING else first
