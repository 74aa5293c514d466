"""One referral, act by act: on what basis it goes out, and what its two sides do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from partners.actor import Actor
from partners.enums import CHILD_PROTECTION_KINDS, Role
from partners.models import Organisation
from referral.answers import DelayReason
from referral.deadlines import FOLLOWED
from referral.demonstration import guardians, persons
from referral.demonstration.plan import DAYS, HOURS, MINUTES, File, Loop
from referral.demonstration.stage import Script, Stage
from referral.disclosure import GROUND_GROUPS, is_child, needed, purpose_of
from referral.enums import SHELTER_SERVICES, CaseState, GroundCode, Group, MessageKind, TaskKind, Urgency
from referral.models import Case, LegalGround, Notice, Referral, Task
from referral.queries import places_for
from referral.queries.facts import groups_of_persons
from referral.queries.talks import reading_for
from referral.services import (
    assigning,
    basis,
    care,
    cases,
    clock,
    escalating,
    expiry,
    messages,
    reading,
    receiving,
    sending,
    steps,
    talks,
    telephone,
    withdrawing,
)
from referral.talks import SPOKEN, Answer, Point, Tongue

#: What the person is told and asked before a draft is begun.
TALK = 15 * MINUTES
BEST_INTEREST = {
    "safety": "L’accueil éloigne l’enfant des personnes qui l’employaient.",
    "view": "L’enfant souhaite être mis à l’abri et prévenir sa famille.",
    "guardian": "Aucun représentant légal n’a pu être évalué à ce jour.",
}
READY = {
    True: "La place est prête. Merci de prévenir une heure avant l’arrivée.",
    False: "Le rendez-vous est noté. Merci de prévenir en cas d’empêchement.",
}
ARRIVED = "L’arrivée est notée, merci. Un point téléphonique est prévu dans une semaine."


@dataclass
class Play:
    stage: Stage
    file: File
    loop: Loop
    case_pk: UUID
    #: (recipient, purpose) that the person was asked about, or the law let pass.
    asked: set[tuple[UUID, str]]
    parent: UUID | None = None
    pk: UUID = field(init=False)
    #: When the next act follows; None after the last.
    coming: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.times = self.loop.schedule(self.stage.now)
        self.receiver: Organisation = self.stage.organisations[self.loop.to]
        self.desk = self.stage.holder(self.receiver.pk, Role.FOCAL_POINT)
        self.worker = self.stage.holder(self.receiver.pk, Role.CASEWORKER, Role.FOCAL_POINT)
        self.owner = self.file.owner
        self.lodges = self.loop.service in SHELTER_SERVICES

    def script(self) -> Script:
        self._take_basis()
        following = [*(at for _act, at in self.times[1:]), None]
        for (act, at), coming in zip(self.times, following, strict=True):
            yield at
            self.coming = coming
            ACTS[act](self)
        if self.loop.then:
            other = Play(self.stage, self.file, self.loop.then, self.case_pk, self.asked, parent=self.pk)
            self.stage.begin(other.script(), other.times[0][1] - TALK)

    @property
    def at(self) -> datetime:
        return self.stage.at

    @property
    def row(self) -> Referral:
        return Referral.objects.select_related("case").get(pk=self.pk)

    def as_read(self, by: Actor) -> dict[str, Any]:
        """What a form sends along: who, when, and the version that was on the screen."""
        version = Referral.objects.values_list("version", flat=True).get(pk=self.pk)
        return {"by": by, "at": self.at, "version": version}

    # --- The basis -----------------------------------------------------------------------------------------
    def _take_basis(self) -> None:
        """A child's referral to child protection rests on the law; any other on what the person agrees to."""
        purpose = purpose_of(self.receiver.kind, self.loop.service)
        if (self.receiver.pk, purpose) in self.asked:
            return
        self.asked.add((self.receiver.pk, purpose))
        person = Case.objects.select_related("person").get(pk=self.case_pk).person
        if is_child(person.age_status) and self.receiver.kind in CHILD_PROTECTION_KINDS:
            self._record_ground(purpose)
        else:
            self._talk(purpose)

    def _record_ground(self, purpose: str) -> None:
        with self.stage.acting(self.owner) as by:
            ground = basis.record_ground(
                self.case_pk,
                by=by,
                at=self.at,
                code=GroundCode.CHILD_PROTECTION,
                recipient=self.receiver,
                purpose=purpose,
                groups=sorted(GROUND_GROUPS),
                reason="Enfant en danger, mise à l’abri nécessaire.",
                best_interest=BEST_INTEREST,
            )
        self.stage.later(self.at + 5 * HOURS, lambda: _countersign(self.stage, ground.pk))

    def _talk(self, purpose: str) -> None:
        profile = persons.PROFILES[self.file.profile]
        # One conversation about all that this organisation may be asked for.
        services = [loop.service for top in self.file.loops for loop in top.all() if loop.to == self.loop.to]
        groups = [group for group in Group if any(group in needed(service) for service in services)]
        with self.stage.acting(self.owner) as by:
            talks.record_talk(
                self.case_pk,
                by=by,
                at=self.at,
                talk=self._said(),
                language=profile.languages[0],
                method="interpreter" if profile.interpreter else "oral_with_witness",
                witness="Interprète de la permanence" if profile.interpreter else "Une collègue de l’équipe",
                cells=[
                    basis.Cell(self.receiver.pk, purpose, group, group != self.file.refused)
                    for group in groups
                ],
            )

    def _said(self) -> talks.Talk:
        person = Case.objects.select_related("person").get(pk=self.case_pk).person
        child = is_child(person.age_status)
        return talks.Talk(
            answers=dict.fromkeys(Point, Answer.YES),
            assent=BEST_INTEREST["view"] if child else None,
            guardian_id=guardians.safe_beside(self.case_pk) if child else None,
            reading=reading_for(
                SPOKEN.get(persons.PROFILES[self.file.profile].languages[0], Tongue.FR), child=child
            ),
        )

    # --- The sender ----------------------------------------------------------------------------------------
    def draft(self) -> None:
        days = self.stage.random.choice((3, 10, 30)) if self.lodges else None
        asked = sending.Asked(self.receiver, self.loop.service, self.loop.urgency, days)
        if self.parent is None:
            with self.stage.acting(self.owner) as by:
                self.pk = sending.start_draft(self.case_pk, by=by, at=self.at, asked=asked).pk
            return
        # The national unit turns elsewhere by itself; for the others coordination finds the next provider.
        within = self.stage.actor(self.owner).national_unit
        with self.stage.acting(self.owner if within else "coordinator") as by:
            self.pk = sending.redirect(self.parent, by=by, at=self.at, asked=asked).pk

    def send(self) -> None:
        with self.stage.acting(self.owner) as by:
            sending.send_referral(self.pk, **self.as_read(by))

    def telephone(self) -> None:
        with self.stage.acting(self.owner) as by:
            telephone.record_telephone_answer(
                self.pk,
                **self.as_read(by),
                yes=True,
                said_by="La personne de permanence",
                said_at=self.at - 5 * MINUTES,
            )

    def answer(self) -> None:
        codes = {"ARRIVAL": "ARRIVAL_TOMORROW"}
        codes |= (
            {"LEGAL_TITLE": "LEGAL_TITLE_REQUESTED"} if self.row.is_child else {"DURATION": "DURATION_MONTH"}
        )
        with self.stage.acting(self.owner) as by:
            sending.answer(self.pk, **self.as_read(by), codes=codes)

    def confirm(self) -> None:
        """To have read that the desk is silent: nobody further up is told."""
        told = Notice.objects.get(user=self.stage.people[self.owner], object_id=self.pk, rung__number=2)
        with self.stage.acting(self.owner) as by:
            escalating.confirm_reading(told.pk, by=by, at=self.at)

    def withdraw(self) -> None:
        with self.stage.acting(self.owner) as by:
            withdrawing.withdraw_referral(self.pk, by=by, at=self.at, reason_code=self.loop.code)

    def withdraw_consent(self) -> None:
        with self.stage.acting(self.owner) as by:
            basis.withdraw_consent(
                self.case_pk,
                by=by,
                at=self.at,
                recipient_id=self.receiver.pk,
                purpose=purpose_of(self.receiver.kind, self.loop.service),
                person_is_safe=False,
            )

    # --- The receiver --------------------------------------------------------------------------------------
    def acknowledge(self) -> None:
        with self.stage.acting(self.desk) as by:
            receiving.acknowledge(self.pk, **self.as_read(by))
        if self.loop.urgency == Urgency.EMERGENCY:
            self._write(self.desk, MessageKind.CALL_ME)

    def request_info(self) -> None:
        codes = ["ARRIVAL", "LEGAL_TITLE" if self.row.is_child else "DURATION"]
        with self.stage.acting(self.desk) as by:
            receiving.request_info(self.pk, **self.as_read(by), codes=codes)

    def accept(self) -> None:
        arrival = self.coming or self.at + self.loop.gap("start")
        with self.stage.acting(self.desk) as by:
            receiving.accept_referral(
                self.pk,
                **self.as_read(by),
                worker_id=self.stage.people[self.worker].pk,
                expected_arrival_at=max(self.at + 20 * MINUTES, arrival - 8 * HOURS),
                places_id=self._free_places(),
                label=f"Chambre {self.stage.random.randint(1, 6)}" if self.lodges else None,
            )
        if not self.row.within_one_organisation:
            with self.stage.acting(self.worker) as by:
                reading.read_snapshot(by, self.row, self.at)
        self._write(self.desk, MessageKind.TEXT, READY[self.lodges])

    def decline(self) -> None:
        with self.stage.acting(self.desk) as by:
            receiving.decline_referral(self.pk, **self.as_read(by), reason_code=self.loop.code)

    def step_back(self) -> None:
        with self.stage.acting(self.desk) as by:
            receiving.step_back(self.pk, **self.as_read(by))

    def start(self) -> None:
        with self.stage.acting(self.desk) as by:
            code = self.row.arrival_code or ""
            care.start_service(
                self.pk,
                **self.as_read(by),
                occurred_at=self.at - 10 * MINUTES,
                code=code,
                tell_back=self.file.tell_back or None,
            )
        if self.file.tell_back:
            for days in FOLLOWED:
                self.stage.later(self.at + days, self._tell_back)
        self._protect()
        self._write(self.owner, MessageKind.TEXT, ARRIVED)

    def _protect(self) -> None:
        case = self.row.case
        if self.lodges and case.state == CaseState.SCREENING:
            with self.stage.acting(self.owner) as by:
                cases.protect(case.pk, by=by, at=self.at, version=case.version)

    def no_show(self) -> None:
        with self.stage.acting(self.desk) as by:
            care.record_no_show(
                self.pk,
                **self.as_read(by),
                occurred_at=self.at - HOURS,
                reason_code="TRANSPORT_FAILED" if self.coming else "NOT_ARRIVED",
                called=True,
            )

    def resume(self) -> None:
        with self.stage.acting(self.desk) as by:
            care.resume_service(
                self.pk,
                **self.as_read(by),
                occurred_at=self.at - 15 * MINUTES,
                identified_otherwise="Amenée par l’éducatrice qui suit le dossier.",
                places_id=self._free_places(),
            )
        self._protect()

    def review(self) -> None:
        with self.stage.acting(self.worker) as by:
            care.review_service(self.pk, **self.as_read(by))

    def propose_onward(self) -> None:
        next_one = self.stage.organisations["liggeey"].pk
        with self.stage.acting(self.worker) as by:
            sending.propose_onward(
                self.pk,
                **self.as_read(by),
                service="LIVELIHOOD",
                urgency=Urgency.STANDARD,
                organisation_id=next_one,
            )

    def put_off(self) -> None:
        """The owner asked: the person would rather wait."""
        task = Task.objects.get(referral=self.pk, kind=TaskKind.ONWARD)
        with self.stage.acting(self.owner) as by:
            assigning.delay_task(
                task.pk,
                by=by,
                at=self.at,
                version=task.version,
                reason=DelayReason.WAITING_PERSON,
                until=self.at + 10 * DAYS,
            )

    def complete(self) -> None:
        with self.stage.acting(self.worker) as by:
            care.complete_service(
                self.pk, **self.as_read(by), occurred_at=self.at - HOURS, outcome=self.loop.code
            )

    # --- The system ----------------------------------------------------------------------------------------
    def climb(self, rung: int) -> None:
        with self.stage.unattended():
            escalating.climb_referral(steps.locked(None, self.pk), rung, at=self.at)

    def _tell_back(self) -> None:
        with self.stage.unattended():
            clock.run("told_back", self.at)

    def expire(self) -> None:
        with self.stage.unattended():
            expiry.expire(self.pk, at=self.at)

    def _free_places(self) -> UUID | None:
        """A place for this person, the best first; none is asked for where the service lodges nobody."""
        row = self.row
        if not self.lodges or row.placements.filter(state="held").exists():
            return None
        with_children = bool(persons.PROFILES[self.file.profile].children)
        wanted: list[str] = [*groups_of_persons(row.sex, is_child=row.is_child, with_children=with_children)]
        free = [places for places in places_for(row) if places.free and places.group in wanted]
        return min(free, key=lambda places: wanted.index(places.group)).pk

    def _write(self, person: str, kind: MessageKind, body: str = "") -> None:
        with self.stage.acting(person) as by:
            messages.write_message(self.pk, by=by, at=self.at, kind=kind, body=body)


ACTS: dict[str, Callable[[Play], None]] = {
    "draft": Play.draft,
    "send": Play.send,
    "telephone": Play.telephone,
    "answer": Play.answer,
    "withdraw": Play.withdraw,
    "withdraw_consent": Play.withdraw_consent,
    "acknowledge": Play.acknowledge,
    "request_info": Play.request_info,
    "accept": Play.accept,
    "accept_late": Play.accept,
    "confirm": Play.confirm,
    "decline": Play.decline,
    "step_back": Play.step_back,
    "start": Play.start,
    "no_show": Play.no_show,
    "resume": Play.resume,
    "review": Play.review,
    "propose_onward": Play.propose_onward,
    "put_off": Play.put_off,
    "complete": Play.complete,
    "remind": lambda play: play.climb(1),
    "escalate": lambda play: play.climb(2),
    "expire": Play.expire,
}


def _countersign(stage: Stage, ground_pk: UUID) -> None:
    """Another supervisor of the organisation, else one of the national unit (design §2)."""
    ground = LegalGround.objects.select_related("case").get(pk=ground_pk)
    unit = stage.holders(stage.organisations["unit"].pk, Role.SUPERVISOR)
    with stage.acting([*stage.other_supervisors(ground.case), *unit][0]) as by:
        basis.decide_ground(ground_pk, by=by, at=stage.at, version=ground.version, approve=True)
