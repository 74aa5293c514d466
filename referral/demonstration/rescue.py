"""A boat was met off the coast: eight persons, and five of them offered to one centre, which has room for two."""

from datetime import timedelta

from partners.enums import Role
from partners.models import Organisation
from referral.demonstration.loops import BEST_INTEREST
from referral.demonstration.stage import Script, Stage
from referral.families import first_that_fit
from referral.models import Arrival, GroupReferral
from referral.queries import places_for
from referral.queries.arrivals import members_of, referrals_of_group
from referral.services import arrivals, group_answering, group_sending
from referral.services.arrivals import Line
from referral.services.sending import Asked

OWNER, TO, REGION = "caseworker", "teranga", "SN-DK"
BEGAN = timedelta(hours=9)
NOTE = "Pirogue signalée par les pêcheurs ; eau et couvertures distribuées au quai."


def _boy(band: str) -> dict[str, object]:
    return {"sex": "male", "age_status": "child", "age_band": band, "languages": ["wol"]}


def _woman(band: str) -> dict[str, object]:
    return {"sex": "female", "age_status": "adult", "age_band": band, "languages": ["bam"]}


#: As they stood in the line; the two brothers share a letter.
LINES = (
    Line(1, "emergency", _woman("21-29") | {"flags": ["acute_care"]}),
    Line(2, "urgent", _boy("9-13"), "A"),
    Line(3, "urgent", _boy("6-8"), "A"),
    Line(4, "urgent", _boy("14-17")),
    Line(5, "standard", _woman("18-20")),
    Line(6, "standard", _boy("14-17")),
    Line(7, "standard", _boy("14-17") | {"alias": "Petit Frère"}),
    Line(8, "standard", _woman("30-47")),
)
OFFERED, TAKEN = (2, 3, 4, 6, 7), 2


def rescue(stage: Stage) -> Script:
    receiver = stage.organisations[TO]
    arrival = _open(stage)
    yield stage.at + timedelta(minutes=50)
    group = _refer(stage, arrival, receiver)
    yield stage.at + timedelta(hours=2)
    _answer(stage, group, receiver)


def _open(stage: Stage) -> Arrival:
    with stage.acting(OWNER) as by:
        arrival = arrivals.open_arrival(
            by=by,
            at=stage.at,
            kind="rescue",
            region=stage.regions[REGION],
            department=None,
            occurred_at=stage.at - timedelta(hours=1),
            counted=len(LINES),
            note=NOTE,
        )
        arrivals.enter_people(arrival.pk, by=by, at=stage.at, lines=LINES)
    return arrival


def _refer(stage: Stage, arrival: Arrival, receiver: Organisation) -> GroupReferral:
    asked = Asked(receiver, "SHELTER_EMERG", "urgent", days=30)
    answers = dict.fromkeys(OFFERED, BEST_INTEREST)
    with stage.acting(OWNER) as by:
        everybody = members_of(by, arrival)
        chosen = [member for member in everybody if member.number in OFFERED]
        group_sending.record_grounds(chosen, by=by, at=stage.at, asked=asked, answers=answers)
        return group_sending.send_group(arrival, chosen, by=by, at=stage.at, asked=asked, everybody=everybody)


def _answer(stage: Stage, group: GroupReferral, receiver: Organisation) -> None:
    """The brothers have the two beds that are free; for the others another centre is asked."""
    desk, worker = stage.holder(receiver.pk, Role.FOCAL_POINT), stage.holder(receiver.pk, Role.CASEWORKER)
    with stage.acting(desk) as by:
        rows = referrals_of_group(by, group)
        families = group_answering.families_of(group, rows)
        taken = first_that_fit(families, [row.pk for row in rows], TAKEN)
        beds = max(places_for(rows[0]), key=lambda places: places.free)
        answer = group_answering.Answer(
            accepted=frozenset(taken),
            worker_id=stage.people[worker].pk,
            expected_arrival_at=stage.at + timedelta(hours=8),
            places=dict.fromkeys(taken, beds.pk),
            decline_rest=True,
            reason_code="NO_CAPACITY",
        )
        version = group_answering.version_of(rows)
        group_answering.answer_group(group.pk, by=by, at=stage.at, version=version, answer=answer)
