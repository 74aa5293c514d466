"""A referral in each state that an act begins from, and what surrounds several of them."""

from typing import Any

from django.db import transaction

from audit import clock
from referral.enums import TaskKind
from referral.escalation import TASK_LADDER, Audience
from referral.models import (
    Referral,
    Task,
    Trip,
)
from referral.queries.arrivals import members_of
from referral.services import (
    arrivals,
    care,
    group_sending,
    receiving,
    sending,
    withdrawing,
)
from referral.services.escalating import climb_task
from tests import cast as c
from tests.referral import trips
from tests.referral.calling import offered, opened


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


def asked_around(cast: c.Cast) -> dict[str, Any]:
    call = opened(cast)
    return {"call": call, "offer": offered(call, cast.codou)}


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
