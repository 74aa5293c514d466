"""In the last quarter that is over ten boys were stopped in one bus, and the centre asked had no bed for any."""

from referral.demonstration.loops import BEST_INTEREST
from referral.demonstration.plan import DAYS, HOURS
from referral.demonstration.stage import Script, Stage
from referral.enums import NO_CAPACITY
from referral.file_reviews import Quarter
from referral.models import Arrival, GroupReferral
from referral.queries.arrivals import members_of, referrals_of_group
from referral.services import arrivals, cases, group_answering, group_grounds, group_sending
from referral.services.arrivals import Line
from referral.services.sending import Asked

OWNER, SECOND, TO, DESK, REGION = "mamadou.ba", "cheikh.fall", "yaakaar", "fatim.seck", "SN-DK"
NOTE = "Car venu de Kolda, arrêté au barrage ; les pères sont prévenus par le chef de quartier."
#: More than a published table masks.
BOYS = tuple(
    Line(
        number,
        "urgent",
        {"sex": "male", "age_status": "child", "age_band": "9-13", "languages": ["ful"]},
    )
    for number in range(1, 11)
)


def turn_away(stage: Stage) -> None:
    stage.begin(_night(stage), Quarter.ended_before(stage.now).ends_at - 6 * DAYS)


def _night(stage: Stage) -> Script:
    arrival = _open(stage)
    yield stage.at + HOURS
    group = _refer(stage, arrival)
    yield stage.at + 3 * HOURS
    _decline(stage, group)
    yield stage.at + 2 * DAYS
    _fetched(stage, arrival)


def _open(stage: Stage) -> Arrival:
    with stage.acting(OWNER) as by:
        arrival = arrivals.open_arrival(
            by=by,
            at=stage.at,
            kind="interception",
            region=stage.regions[REGION],
            department=None,
            occurred_at=stage.at - HOURS,
            counted=len(BOYS),
            note=NOTE,
        )
        arrivals.enter_people(arrival.pk, by=by, at=stage.at, lines=BOYS)
    return arrival


def _refer(stage: Stage, arrival: Arrival) -> GroupReferral:
    asked = Asked(stage.organisations[TO], "SHELTER_EMERG", "urgent", days=30)
    answers = {boy.number: BEST_INTEREST for boy in BOYS}
    with stage.acting(OWNER) as by:
        everybody = members_of(by, arrival)
        group_sending.record_grounds(everybody, by=by, at=stage.at, asked=asked, answers=answers)
    with stage.acting(SECOND) as by:
        chosen = [ground.pk for ground in group_grounds.read_grounds(by, arrival.pk)]
        group_grounds.countersign_grounds(arrival.pk, by=by, at=stage.at, chosen=chosen)
    with stage.acting(OWNER) as by:
        everybody = members_of(by, arrival)
        return group_sending.send_group(
            arrival, everybody, by=by, at=stage.at, asked=asked, everybody=everybody
        )


def _decline(stage: Stage, group: GroupReferral) -> None:
    with stage.acting(DESK) as by:
        answer = group_answering.Answer(accepted=frozenset(), decline_rest=True, reason_code=NO_CAPACITY)
        version = group_answering.version_of(referrals_of_group(by, group))
        group_answering.answer_group(group.pk, by=by, at=stage.at, version=version, answer=answer)


def _fetched(stage: Stage, arrival: Arrival) -> None:
    """Their families came for them, and the boys wished to go: nobody looks for a bed any more."""
    with stage.acting(SECOND) as by:
        for slip in arrival.slips.select_related("case").order_by("number"):
            case = slip.case
            cases.close_case(case.pk, by=by, at=stage.at, version=case.version, reason_code="PERSON_REQUEST")
