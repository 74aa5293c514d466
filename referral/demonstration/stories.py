"""What happens in a file: how it opens, on what basis its referrals go out, and each act of each of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from partners.enums import CHILD_PROTECTION_KINDS, Role
from partners.models import Organisation
from referral.demonstration import persons, titles
from referral.demonstration.plan import DAYS, HOURS, MINUTES, File, Loop
from referral.demonstration.stage import Script, Stage
from referral.disclosure import GROUND_GROUPS, is_child, needed, purpose_of
from referral.enums import SHELTER_SERVICES, CaseState, GroundCode, Group, MessageKind, RevealReason, Urgency
from referral.models import Case, LegalGround, Referral
from referral.queries import places_for
from referral.services import (
    basis,
    care,
    cases,
    messages,
    reading,
    receiving,
    sending,
    telephone,
    withdrawing,
)

#: What the person is told and asked before a draft is begun.
TALK = 15 * MINUTES
BEST_INTEREST = {
    "safety": "L’accueil éloigne l’enfant des personnes qui l’employaient.",
    "view": "L’enfant souhaite être mis à l’abri et prévenir sa famille.",
    "guardian": "Aucun représentant légal n’a pu être évalué à ce jour.",
}


def open_file(stage: Stage, file: File) -> Script:
    """The file from its report or its opening on; its referrals then live by themselves."""
    profile = persons.PROFILES[file.profile]
    person = persons.draw(profile, stage.random, stage.at.date())
    facts = {"risk": profile.risk, "urgency": profile.urgency}
    region = stage.regions[file.region]
    if file.reporter:
        with stage.acting(file.reporter) as by:
            case = cases.report(by=by, at=stage.at, region=region, person=person, case=facts)
        yield stage.at + 40 * MINUTES
        with stage.acting(file.owner) as by:
            case = cases.take_in(case.pk, by=by, at=stage.at, version=case.version)
    else:
        with stage.acting(file.owner) as by:
            case = cases.open_case(by=by, at=stage.at, region=region, person=person, case=facts)
    asked: set[tuple[UUID, str]] = set()
    for loop in file.loops:
        play = Play(stage, file, loop, case.pk, asked)
        stage.begin(play.script(), play.times[0][1] - TALK)
    if file.title:
        name = f"{person['given_names']} {person['family_name']}"
        first = min(at for loop in file.loops for act, at in loop.schedule(stage.now) if act == "accept")
        stage.begin(titles.obtain(stage, case.pk, file, name), first + 9 * HOURS)
    if profile.unknown_age:
        stage.later(stage.at + 3 * DAYS, lambda: _decide_age(stage, case.pk))
    if file.closed:
        ended = max(loop.schedule(stage.now)[-1][1] for loop in file.loops)
        stage.later(ended + 2 * DAYS, lambda: _close(stage, case.pk, file))
    # The supervisor reads each new file, and what the person needs.
    for supervisor in _other_supervisors(stage, case)[:1]:
        yield stage.at + 6 * HOURS
        with stage.acting(supervisor) as by:
            reading.open_case_page(by, case)
            reading.reveal(by, case, ["needs"], reason=RevealReason.SUPERVISE)


def opening(file: File, now: datetime) -> datetime:
    """When the file begins, so that its first referral leaves in time."""
    if not file.loops:
        return now - timedelta(days=file.days)
    first = min(file.loops, key=lambda loop: loop.schedule(now)[0][1])
    before = 20 * HOURS if first.urgency == Urgency.STANDARD else 50 * MINUTES
    return first.schedule(now)[0][1] - TALK - before - (HOURS if file.reporter else timedelta())


def _decide_age(stage: Stage, case_pk: UUID) -> None:
    """A second person decides that somebody of unknown age is a child; where there is none, the task waits."""
    case = Case.objects.select_related("person").get(pk=case_pk)
    for supervisor in _other_supervisors(stage, case)[:1]:
        with stage.acting(supervisor) as by:
            cases.decide_age(
                case_pk, by=by, at=stage.at, version=case.person.version, age_status="child", age_band="14-17"
            )


def _close(stage: Stage, case_pk: UUID, file: File) -> None:
    """The owner sees a low risk and asks the supervisor, who closes the file."""
    case = Case.objects.get(pk=case_pk)
    with stage.acting(file.owner) as by:
        case = cases.reassess(
            case_pk, by=by, at=stage.at, version=case.version, risk="low", urgency="standard"
        )
    with stage.acting(_other_supervisors(stage, case)[0]) as by:
        cases.close_case(case_pk, by=by, at=stage.at, version=case.version, reason_code="FAMILY_REUNIFIED")


def _countersign(stage: Stage, ground_pk: UUID) -> None:
    """Another supervisor of the organisation, else one of the national unit (design §2)."""
    ground = LegalGround.objects.select_related("case").get(pk=ground_pk)
    unit = stage.holders(stage.organisations["unit"].pk, Role.SUPERVISOR)
    with stage.acting([*_other_supervisors(stage, ground.case), *unit][0]) as by:
        basis.decide_ground(ground_pk, by=by, at=stage.at, version=ground.version, approve=True)


def _other_supervisors(stage: Stage, case: Case) -> list[str]:
    here = stage.holders(case.organisation_id, Role.SUPERVISOR)
    return [key for key in here if stage.people[key].pk != case.owner_id]


@dataclass
class Play:
    """One referral, act by act."""

    stage: Stage
    file: File
    loop: Loop
    case_pk: UUID
    #: (recipient, purpose) that the person was asked about, or the law let pass.
    asked: set[tuple[UUID, str]]
    parent: UUID | None = None
    pk: UUID = field(init=False)
    #: When the next act follows; None at the end of the play.
    coming: datetime | None = field(init=False)

    def __post_init__(self) -> None:
        self.times = self.loop.schedule(self.stage.now)

    def script(self) -> Script:
        self._take_basis()
        for number, (act, at) in enumerate(self.times):
            yield at
            self.coming = self.times[number + 1][1] if number + 1 < len(self.times) else None
            ACTS[act](self)
        if self.loop.then:
            following = Play(self.stage, self.file, self.loop.then, self.case_pk, self.asked, parent=self.pk)
            self.stage.begin(following.script(), following.times[0][1] - TALK)

    # --- What every act needs ------------------------------------------------------------------------------
    @property
    def at(self) -> datetime:
        return self.stage.at

    @property
    def row(self) -> Referral:
        return Referral.objects.get(pk=self.pk)

    @property
    def version(self) -> int:
        return Referral.objects.values_list("version", flat=True).get(pk=self.pk)

    @property
    def receiver(self) -> Organisation:
        return self.stage.organisations[self.loop.to]

    @property
    def owner(self) -> str:
        return self.file.owner

    @property
    def desk(self) -> str:
        return self.stage.holder(self.receiver.pk, Role.FOCAL_POINT)

    @property
    def worker(self) -> str:
        return self.stage.holder(self.receiver.pk, Role.CASEWORKER, Role.FOCAL_POINT)

    # --- The basis -----------------------------------------------------------------------------------------
    def _take_basis(self) -> None:
        """A child's referral to child protection rests on the law; anything else on what the person agrees to."""
        purpose = purpose_of(self.receiver.kind, self.loop.service)
        if (self.receiver.pk, purpose) in self.asked:
            return
        self.asked.add((self.receiver.pk, purpose))
        case = Case.objects.select_related("person").get(pk=self.case_pk)
        if is_child(case.person.age_status) and self.receiver.kind in CHILD_PROTECTION_KINDS:
            self._record_ground(purpose)
        else:
            self._talk(purpose)

    def _record_ground(self, purpose: str) -> None:
        with self.stage.acting(self.owner) as by:
            ground = basis.record_ground(
                self.case_pk, by=by, at=self.at, code=GroundCode.CHILD_PROTECTION, recipient=self.receiver, purpose=purpose,
                groups=sorted(GROUND_GROUPS), reason="Enfant en danger, mise à l’abri nécessaire.", best_interest=BEST_INTEREST,
            )  # fmt: skip
        self.stage.later(self.at + 5 * HOURS, lambda: _countersign(self.stage, ground.pk))

    def _talk(self, purpose: str) -> None:
        profile = persons.PROFILES[self.file.profile]
        # Whom the person asks for one service may be asked for another: all its groups are talked about at once.
        groups = [
            group for group in Group
            if any(group in needed(loop.service) for top in self.file.loops for loop in top.all() if loop.to == self.loop.to)
        ]  # fmt: skip
        with self.stage.acting(self.owner) as by:
            basis.record_conversation(
                self.case_pk, by=by, at=self.at, language=profile.languages[0], method="interpreter" if profile.interpreter else "oral_with_witness",
                witness="Interprète de la permanence" if profile.interpreter else "Une collègue de l’équipe",
                cells=[basis.Cell(self.receiver.pk, purpose, group, group != self.file.refused) for group in groups],
            )  # fmt: skip

    # --- The acts ------------------------------------------------------------------------------------------
    def draft(self) -> None:
        asked = sending.Asked(
            receiving=self.receiver, service=self.loop.service, urgency=self.loop.urgency,
            days=self.stage.random.choice((3, 10, 30)) if self.loop.service in SHELTER_SERVICES else None,
        )  # fmt: skip
        within = self.stage.actor(self.owner).national_unit
        with self.stage.acting(self.owner if self.parent is None or within else "coordinator") as by:
            if self.parent is not None:
                self.pk = sending.redirect(self.parent, by=by, at=self.at, asked=asked).pk
            else:
                self.pk = sending.start_draft(self.case_pk, by=by, at=self.at, asked=asked).pk

    def send(self) -> None:
        with self.stage.acting(self.owner) as by:
            sending.send_referral(self.pk, by=by, at=self.at, version=self.version)

    def acknowledge(self) -> None:
        with self.stage.acting(self.desk) as by:
            receiving.acknowledge(self.pk, by=by, at=self.at, version=self.version)
        if self.loop.urgency == Urgency.EMERGENCY:
            self._write(self.desk, MessageKind.CALL_ME)

    def telephone(self) -> None:
        with self.stage.acting(self.owner) as by:
            telephone.record_telephone_answer(
                self.pk, by=by, at=self.at, version=self.version, yes=True, said_by="La personne de permanence",
                said_at=self.at - 5 * MINUTES,
            )  # fmt: skip

    def request_info(self) -> None:
        codes = ["ARRIVAL", "LEGAL_TITLE" if self.row.is_child else "DURATION"]
        with self.stage.acting(self.desk) as by:
            receiving.request_info(self.pk, by=by, at=self.at, version=self.version, codes=codes)

    def answer(self) -> None:
        second = (
            ("LEGAL_TITLE", "LEGAL_TITLE_REQUESTED") if self.row.is_child else ("DURATION", "DURATION_MONTH")
        )
        with self.stage.acting(self.owner) as by:
            sending.answer(
                self.pk,
                by=by,
                at=self.at,
                version=self.version,
                codes=dict([("ARRIVAL", "ARRIVAL_TOMORROW"), second]),
            )

    def accept(self) -> None:
        arrival = self.coming or self.at + self.loop.gap("start")
        with self.stage.acting(self.desk) as by:
            receiving.accept_referral(
                self.pk, by=by, at=self.at, version=self.version, worker_id=self.stage.people[self.worker].pk,
                expected_arrival_at=max(self.at + 20 * MINUTES, arrival - 8 * HOURS), places_id=self._free_places(),
                label=f"Chambre {self.stage.random.randint(1, 6)}",
            )  # fmt: skip
        if not self.row.within_one_organisation:
            with self.stage.acting(self.worker) as by:
                reading.read_snapshot(by, self.row, self.at)
        self._write(
            self.desk, MessageKind.TEXT, "La place est prête. Merci de prévenir une heure avant l’arrivée."
        )

    def start(self) -> None:
        with self.stage.acting(self.desk) as by:
            row = self.row
            care.start_service(
                row.pk,
                by=by,
                at=self.at,
                version=row.version,
                occurred_at=self.at - 10 * MINUTES,
                code=row.arrival_code or "",
            )
        self._write(
            self.owner,
            MessageKind.TEXT,
            "Bien arrivée, merci. Un point téléphonique est prévu dans une semaine.",
        )

    def no_show(self) -> None:
        with self.stage.acting(self.desk) as by:
            care.record_no_show(
                self.pk, by=by, at=self.at, version=self.version, occurred_at=self.at - HOURS,
                reason_code="TRANSPORT_FAILED" if self.coming else "NOT_ARRIVED", called=True,
            )  # fmt: skip

    def resume(self) -> None:
        with self.stage.acting(self.desk) as by:
            care.resume_service(
                self.pk, by=by, at=self.at, version=self.version, occurred_at=self.at - 15 * MINUTES,
                identified_otherwise="Amenée par l’éducatrice qui suit le dossier.", places_id=self._free_places(),
            )  # fmt: skip

    def review(self) -> None:
        with self.stage.acting(self.worker) as by:
            care.review_service(self.pk, by=by, at=self.at, version=self.version)

    def propose_onward(self) -> None:
        with self.stage.acting(self.worker) as by:
            sending.propose_onward(
                self.pk, by=by, at=self.at, version=self.version, service="LIVELIHOOD", urgency=Urgency.STANDARD,
                organisation_id=self.stage.organisations["liggeey"].pk,
            )  # fmt: skip

    def complete(self) -> None:
        with self.stage.acting(self.worker) as by:
            care.complete_service(
                self.pk,
                by=by,
                at=self.at,
                version=self.version,
                occurred_at=self.at - HOURS,
                outcome=self.loop.code,
            )

    def decline(self) -> None:
        with self.stage.acting(self.desk) as by:
            receiving.decline_referral(
                self.pk, by=by, at=self.at, version=self.version, reason_code=self.loop.code
            )

    def step_back(self) -> None:
        with self.stage.acting(self.desk) as by:
            receiving.step_back(self.pk, by=by, at=self.at, version=self.version)

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
                purpose=self.row.purpose,
                person_is_safe=False,
            )

    def expire(self) -> None:
        with self.stage.unattended():
            withdrawing.expire(self.pk, at=self.at)

    def _free_places(self) -> UUID | None:
        """A place for this person; none is asked for where the service lodges nobody."""
        row = self.row
        if row.service not in SHELTER_SERVICES or row.placements.filter(state="held").exists():
            return None
        return next((places.pk for places in places_for(row) if places.free), None)

    def _write(self, person: str, kind: MessageKind, body: str = "") -> None:
        with self.stage.acting(person) as by:
            messages.write_message(self.pk, by=by, at=self.at + MINUTES, kind=kind, body=body)


ACTS: dict[str, Callable[[Play], None]] = {
    name: getattr(Play, name)
    for name in (
        "draft", "send", "acknowledge", "telephone", "request_info", "answer", "accept", "start", "no_show", "resume", "review",
        "propose_onward", "complete", "decline", "step_back", "withdraw", "withdraw_consent", "expire",
    )
}  # fmt: skip
