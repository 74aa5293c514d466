"""One object of each kind that an address can name, and a referral in each state that an act begins from."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from audit import clock
from audit.rows import write
from partners.enums import Role, TokenScope
from partners.models import (
    Absence,
    ApiToken,
    Code,
    DutyShift,
    Invitation,
    Membership,
    Organisation,
    Places,
    Region,
    Service,
    Site,
    User,
)
from partners.services import duty
from partners.services.accounts import offer_seat
from partners.services.tokens import make_token
from referral.enums import GroundCode, Purpose, TaskKind, TitleAction
from referral.escalation import TASK_LADDER, Audience
from referral.guardians import Relation, Standing
from referral.htcds.profiles import ExportProfile
from referral.htcds.reading import Row
from referral.likeness import MatchDecision
from referral.models import (
    Arrival,
    Attachment,
    Case,
    CaseConference,
    Complaint,
    ConsentText,
    CorrectiveAction,
    CustodyTitle,
    DrawnFile,
    ExportRequest,
    FileReview,
    GroupReferral,
    Guardian,
    Holiday,
    ImportBatch,
    Incident,
    JusticeStep,
    LegalGround,
    MatchReview,
    Notice,
    PlaceCall,
    PlaceOffer,
    PlanGoal,
    Referral,
    Requisition,
    RightsRequest,
    RoutingRule,
    ServiceQuestion,
    Task,
    Term,
    Transfer,
    Trip,
    VerbalDemand,
    WalkIn,
)
from referral.queries.arrivals import members_of
from referral.readings import GlassReason, Verdict
from referral.references import new_reference
from referral.rights import Identified, RequestKind
from referral.services import (
    arrivals,
    basis,
    cards,
    care,
    cases,
    complaints,
    conferences,
    course,
    custody,
    duplicates,
    exporting,
    glass,
    group_sending,
    guardians,
    importing,
    incidents,
    justice,
    questions,
    readings,
    receiving,
    requisitions,
    rights,
    sending,
    walk_ins,
    withdrawing,
)
from referral.services.escalating import climb_task
from tests import cast as c
from tests.referral import life, reviewing, trips
from tests.referral.attaching import attached
from tests.referral.calling import offered, opened


@dataclass
class World:
    cast: c.Cast
    case: Case
    report: Case
    notice: Notice
    ground: LegalGround
    title: CustodyTitle
    step: JusticeStep
    conference: CaseConference
    question: ServiceQuestion
    attachment: Attachment
    task: Task
    #: Brought to national coordination by its ladder.
    heard: Task
    objection: Task
    goal: PlanGoal
    #: To close a file, asked of a second person.
    to_decide: Task
    #: Proposed to the centre.
    transfer: Transfer
    request: RightsRequest
    draft: Referral
    sent: Referral
    acknowledged: Referral
    info_requested: Referral
    accepted: Referral
    no_show: Referral
    in_service: Referral
    declined: Referral
    #: Withdrawn while the centre lodged the person, who is still there.
    ended: Referral
    shift: DutyShift
    colleague: User
    absence: Absence
    places: Places
    walk_in: WalkIn
    site: Site
    service: Service
    organisation: Organisation
    somebody: User
    membership: Membership
    #: Khady's, which may be bound to a region.
    audits: Membership
    invitation: Invitation
    token: ApiToken
    region: Region
    code: Code
    term: Term
    rule: RoutingRule
    holiday: Holiday
    guardian: Guardian
    consent_text: ConsentText
    #: Of two organisations: one waits, the other was found to be one person's.
    pair: MatchReview
    linked: MatchReview
    batch: ImportBatch
    #: A file that came with a register.
    imported: Case
    export: ExportRequest
    #: Two sisters, and the group in which they were sent.
    arrival: Arrival
    group: GroupReferral
    #: On the way with Aïssatou, who may read where the house stands.
    trip: Trip
    #: In answer to it the centre offers a place.
    call: PlaceCall
    offer: PlaceOffer
    #: To review an emergency access.
    glass: Task
    #: Of Aïssatou's files, by Élisabeth of the centre, who has a mandate; one file of it, and what was done about it.
    review: FileReview
    drawn_file: DrawnFile
    correction: CorrectiveAction
    #: Of all files of the unit, taken on by Khady.
    conformity: FileReview
    #: Of Aïssatou's file: to be checked, to be handed out, handed out by her; and one without a paper at the centre.
    order: Requisition
    granted: Requisition
    made: Requisition
    demand: VerbalDemand
    #: About the centre, looked into by Khady.
    complaint: Complaint
    #: Of the centre.
    incident: Incident


def make_world(cast: c.Cast) -> World:
    known = make_password(
        "baobab lampe rivière onze"
    )  # to hash it for each would take seconds and say nothing more
    for person in cast.people.values():
        with c.acting(), c.transaction.atomic():
            person.password = known
            c.write(person, "admin.password", fields=["password"])
    more_places(cast, 9)
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    somebody = cast.fatou
    return World(
        cast=cast,
        case=case,
        **of_case(cast, case),
        attachment=attached(cast, case),
        **course_of(cast),
        **referrals(cast),
        **around(cast, case),
        report=report(cast),
        draft=c.drafted(cast, case),
        task=Task.objects.get(kind=TaskKind.REDIRECT, referral__state="declined"),
        heard=heard(),
        notice=Notice.objects.filter(user=cast.aissatou).first(),  # type: ignore[arg-type]
        **roster(cast),
        places=cast.girls,
        walk_in=walked_in(cast),
        site=cast.girls.site,
        service=Service.objects.filter(organisation=cast.centre).first(),  # type: ignore[arg-type]
        organisation=cast.other_centre,
        somebody=somebody,
        membership=somebody.memberships.get(role=Role.SUPERVISOR),
        audits=cast.khady.memberships.get(role=Role.AUDITOR),
        invitation=invitation(cast),
        token=token(cast),
        region=cast.region,
        code=Code.objects.filter(list="service").first(),  # type: ignore[arg-type]
        **settings(),
        guardian=suspected(cast, case),
        consent_text=ConsentText.objects.get(language="fr", listener="child"),
        **pairs(cast),
        **asked_around(cast),
        **exchange(cast),
        **arrival_and_group(cast),
        trip=on_the_way(cast),
        glass=broken_glass(cast),
        **reviewed(cast),
        **oversight(cast, case),
    )


def broken_glass(cast: c.Cast) -> Task:
    """Closed again, and judged not justified: who broke it breaks none any more."""
    file = c.open_case(cast, by=cast.daouda)
    with c.acting(cast.ibrahima) as actor:
        asked = {"by": actor, "at": clock.now()}
        broken = glass.break_glass(file.pk, **asked, reason=GlassReason.DANGER, words="motif canari " * 4)
        readings.end_own_reading(file.pk, **asked)
    with c.acting(cast.elisabeth) as actor:
        said = {"by": actor, "at": clock.now(), "version": broken.version}
        glass.review_glass(broken.task_id, **said, verdict=Verdict.NOT_JUSTIFIED, note="note canari")
    return broken.task


def reviewed(cast: c.Cast) -> dict[str, Any]:
    review = reviewing.named(reviewing.drawn(cast), cast.elisabeth, by=cast.bineta, days=20)
    return {
        "review": review,
        "drawn_file": review.files.get(),
        "correction": reviewing.corrected(review, cast.elisabeth),
        "conformity": reviewing.taken(cast),
    }


def oversight(cast: c.Cast, case: Case) -> dict[str, Any]:
    at = clock.now()
    orders = {}
    for name in ("order", "granted", "made"):
        with c.acting(cast.aissatou) as actor:
            paper = requisitions.Order(
                "cabinet canari", "RP 4", at.date(), ["identity"], at + timedelta(days=5)
            )
            order = requisitions.record_order(case.pk, paper, by=actor, at=at)
        if name != "order":
            with c.acting(cast.bineta) as actor:
                said = {"decision": "accepted", "reason": "motif canari", "granted": ["identity"]}
                asked = {"by": actor, "at": at, "version": order.version}
                order = requisitions.decide_order(order.pk, **asked, **said)
        if name == "made":
            with c.acting(cast.aissatou) as actor:
                asked = {"by": actor, "at": at, "version": order.version}
                order = requisitions.make_extract(order.pk, **asked, paper=lambda *_given: b"%PDF canari")
        orders[name] = order
    with c.acting(cast.codou) as actor:
        demand = requisitions.refuse_demand(by=actor, at=at, way="visit", asked_at=at, who="Adjudant Canari")
    with c.acting(cast.mareme) as actor:
        named = {"person_id": cast.khady.pk, "stand_in_id": None, "telephone": "", "post": ""}
        complaints.name_independent(by=actor, version=0, **named)
    with c.acting(cast.codou) as actor:
        said = {"code": new_reference(), "way": "own", "worker": "", "what": "plainte canari"}
        complaint = complaints.complain(by=actor, at=at, organisation=cast.centre, **said)
    with c.acting(cast.elisabeth) as actor:
        values = {"kind": "lost", "noticed_at": at, "story": "incident canari"}
        incident = incidents.record_incident(by=actor, at=at, values=values)
    return {**orders, "demand": demand, "complaint": complaint, "incident": incident}


def walked_in(cast: c.Cast) -> WalkIn:
    with c.acting(cast.codou) as actor:
        return walk_ins.enter_walk_in(actor, cast.girls.pk, sex="female", age_band="14-17", at=clock.now())


def around(cast: c.Cast, case: Case) -> dict[str, Any]:
    """What stands beside the file: a step that a court confirms, a conference, a question of the ministry."""
    at = clock.now()
    with c.acting(cast.ibrahima) as coordinator:
        question = questions.add_question(
            by=coordinator,
            values={
                "service": "SHELTER_EMERG",
                "text_fr": "Depuis quand ?",
                "text_en": "Since when?",
                "kind": "text",
                "group": "needs",
                "choices": "",
            },
        )
    with c.acting(cast.aissatou) as actor:
        return {
            "question": question,
            "step": justice.enter_step(
                case.pk, by=actor, at=at, kind="inquiry", on=at.date(), court=cast.court, number="RP canari"
            ),
            "conference": conferences.record_conference(
                case.pk, by=actor, at=at, held_at=at, organisations=[cast.unit.pk], view="vœu canari"
            ),
        }


def suspected(cast: c.Cast, case: Case) -> Guardian:
    """Added by the owner, who says so; a second person is asked."""
    with c.acting(cast.aissatou) as actor:
        asked = {"by": actor, "at": clock.now()}
        father = guardians.add_guardian(case.pk, **asked, said=guardians.Particulars(Relation.FATHER))
        return guardians.propose_standing(
            father.pk, **asked, version=father.version, standing=Standing.SUSPECTED, reason="motif canari"
        )


def pairs(cast: c.Cast) -> dict[str, MatchReview]:
    found = []
    for number in (1, 2):
        known = {"phone": f"+221 77 000 11 0{number}", "family_name": None, "document_number": None}
        ours, theirs = c.open_case(cast, **known), c.open_case(cast, by=cast.daouda, **known)
        with c.acting():
            duplicates.look_across(theirs.pk, at=clock.now())
        first, second = sorted((ours.pk, theirs.pk))
        found.append(MatchReview.objects.get(first=first, second=second))
    pair, linked = found
    with c.acting(cast.ibrahima) as actor:
        said = {"by": actor, "at": clock.now(), "version": linked.version}
        linked = duplicates.decide(linked.pk, **said, decision=MatchDecision.SAME)
    return {"pair": pair, "linked": linked}


def arrival_and_group(cast: c.Cast) -> dict[str, Any]:
    with c.acting(cast.aissatou) as actor:
        now = {"by": actor, "at": clock.now()}
        arrival = arrivals.open_arrival(
            **now, kind="rescue", region=cast.region, department=None, occurred_at=clock.now(), counted=2
        )
        lines = [arrivals.Line(number, "urgent", c.GIRL, "A") for number in (1, 2)]
        opened = arrivals.enter_people(arrival.pk, **now, lines=lines)
    for case in opened:
        c.agree(cast, case, cast.centre)
    with c.acting(cast.aissatou) as actor:
        members = members_of(actor, arrival)
        asked = sending.Asked(cast.centre, "SHELTER_EMERG", "urgent")
        group = group_sending.send_group(
            arrival, members, by=actor, at=clock.now(), asked=asked, everybody=members
        )
    return {"arrival": arrival, "group": group}


def on_the_way(cast: c.Cast) -> Trip:
    trip = trips.departed(cast)
    trips.released(cast, trip)
    return trip


def heard() -> Task:
    task = Task.objects.filter(kind=TaskKind.TITLE_MISSING).first()
    assert task is not None
    with c.acting(), transaction.atomic():
        climb_task(
            task, 1 + [rung.audience for rung in TASK_LADDER].index(Audience.COORDINATION), at=clock.now()
        )
    return task


def settings() -> dict[str, Any]:
    with c.acting(), transaction.atomic():
        term = Term(clock="review", amount=240)
        holiday = Holiday(day=date(2027, 4, 4), name_fr="Fête de l’Indépendance", name_en="Independence Day")
        write(term)
        write(holiday)
    return {"term": term, "holiday": holiday, "rule": RoutingRule.objects.get(profile="child")}


def exchange(cast: c.Cast) -> dict[str, Any]:
    """A register of one row that came in, and an export that waits for somebody's yes."""
    with c.acting(cast.bineta) as actor:
        at, rows = clock.now(), [Row(2, {"prs_FirstName": "Prénom Canari"})]
        chosen = {"owner_id": cast.aissatou.pk, "region_id": cast.region.pk}
        batch = importing.keep_register(by=actor, at=at, rows=rows, **chosen)
        batch = importing.order_import(batch.pk, by=actor, at=at, version=batch.version)
        importing.write_handful(batch.pk, at=at)
    with c.acting(cast.aissatou) as actor:
        export = exporting.request_export(by=actor, at=at, profile=ExportProfile.CORE, purpose="usage canari")
    return {"batch": batch, "imported": batch.rows.get().case, "export": export}


def roster(cast: c.Cast) -> dict[str, Any]:
    """Nobody of it is on duty or absent yet: who is told stays as it is."""
    with c.acting(cast.elisabeth) as actor:
        at = clock.now()
        span = {"begins_at": at + timedelta(days=2), "ends_at": at + timedelta(days=2, hours=12), "at": at}
        shift = duty.add_shift(actor, user_id=cast.codou.pk, **span)
        absence = duty.record_absence(actor, user_id=cast.daouda.pk, covered_by=cast.elisabeth.pk, **span)
    return {"shift": shift, "absence": absence, "colleague": cast.daouda}


def more_places(cast: c.Cast, capacity: int) -> None:
    with c.acting(), transaction.atomic():
        cast.girls.refresh_from_db()
        cast.girls.capacity = capacity
        write(cast.girls, fields=["capacity"])


def of_case(cast: c.Cast, case: Case) -> dict[str, Any]:
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        asked = {"by": actor, "at": at}
        ground = basis.record_ground(
            case.pk,
            **asked,
            code=GroundCode.CHILD_PROTECTION,
            recipient=cast.centre,
            purpose=Purpose.SERVICES,
            groups=["identity", "needs"],
            reason="motif canari",
            best_interest={"safety": "sûre", "view": "d’accord", "guardian": "inconnu"},
        )
        title = custody.enter_title(
            case.pk,
            **asked,
            action=TitleAction.REQUISITION,
            court=cast.court,
            number="N° 12",
            name_on_order="Nom Canari",
            issued_on=at.date(),
            ends_at=at + timedelta(days=3),
        )
        cards.offer_card(case.pk, **asked, version=None, outcome="accepted", answer="mot canari")
        basis.withdraw_consent(
            case.pk, **asked, recipient_id=cast.centre.pk, purpose=Purpose.SERVICES, person_is_safe=True
        )
        said = {"kind": RequestKind.ACCESS, "identified": Identified.KNOWN, "note": "demande canari"}
        request = rights.record_request(case.pk, **asked, received_at=at, **said)
    objection = Task.objects.get(kind=TaskKind.OBJECTION, case=case)
    return {"ground": ground, "title": title, "objection": objection, "request": request}


def course_of(cast: c.Cast) -> dict[str, Any]:
    """Of files of their own."""
    asked = c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        request = course.ask_close(
            asked.pk, by=actor, at=clock.now(), version=asked.version, reason_code="PERSON_REQUEST"
        )
    planned = life.planned(cast)
    return {
        "goal": planned.plangoals.get(),
        "to_decide": request,
        "transfer": life.proposed(cast),
    }


def asked_around(cast: c.Cast) -> dict[str, Any]:
    call = opened(cast)
    return {"call": call, "offer": offered(call, cast.codou)}


def report(cast: c.Cast) -> Case:
    with c.acting(cast.gora) as actor:
        said = {"person": c.GIRL, "case": {"urgency": "urgent"}}
        return cases.report(by=actor, at=clock.now(), region=cast.region, **said)


def token(cast: c.Cast) -> ApiToken:
    with c.acting(cast.mareme) as actor:
        asked = {"name": "Carte", "scopes": [*TokenScope], "days": 30, "at": clock.now()}
        return make_token(actor, cast.ngo, **asked)[0]


def invitation(cast: c.Cast) -> Invitation:
    with c.acting():
        seat = {"email": "nouvelle@exemple.sn", "name": "Nouvelle", "roles": [Role.CASEWORKER]}
        return offer_seat(cast.ngo, **seat, at=clock.now())[0]


def referrals(cast: c.Cast) -> dict[str, Referral]:
    """Each of a child of its own."""
    return {
        "sent": c.sent(cast),
        "acknowledged": acknowledged(cast),
        "info_requested": asked(cast, acknowledged(cast)),
        "accepted": c.accepted(cast),
        "no_show": not_arrived(cast, c.accepted(cast, expected_arrival_at=clock.now())),
        "in_service": c.started(cast),
        "declined": c.declined(cast),
        "ended": taken_back(cast, c.started(cast)),
    }


def acknowledged(cast: c.Cast) -> Referral:
    referral = c.sent(cast)
    with c.acting(cast.codou) as actor:
        return receiving.acknowledge(referral.pk, by=actor, at=clock.now(), version=referral.version)


def asked(cast: c.Cast, referral: Referral) -> Referral:
    with c.acting(cast.codou) as actor:
        said = {"by": actor, "at": clock.now(), "version": referral.version}
        return receiving.request_info(referral.pk, **said, codes=["AGE"])


def not_arrived(cast: c.Cast, referral: Referral) -> Referral:
    with c.acting(cast.codou) as actor:
        at = clock.now()
        return care.record_no_show(
            referral.pk,
            by=actor,
            at=at,
            version=referral.version,
            occurred_at=at,
            reason_code="NOT_ARRIVED",
            called=True,
        )


def taken_back(cast: c.Cast, referral: Referral) -> Referral:
    with c.acting(cast.aissatou) as actor:
        return withdrawing.withdraw_referral(
            referral.pk, by=actor, at=clock.now(), reason_code="RISK", hand_over="Aïssatou vient la chercher"
        )
