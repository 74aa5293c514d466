"""One object of each kind that an address can name, and a referral in each state that an act begins from."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from partners.enums import Role
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
from referral.enums import TaskKind
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
from tests import cast as c
from tests.referral.attaching import attached
from tests.world.file import around, course_of, exchange, of_case, pairs, report, suspected
from tests.world.oversight import broken_glass, oversight, reviewed
from tests.world.partners import invitation, joined, more_places, roster, settings, token, walked_in
from tests.world.referrals import (
    arrival_and_group,
    asked_around,
    heard,
    on_the_way,
    referrals,
)


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
    #: One more, who goes on in a referral.
    joined: WalkIn
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
    more_places(cast, 10)
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
        joined=joined(cast),
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
