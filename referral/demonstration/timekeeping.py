"""What time goes by: the holidays, a deadline that differs in one region, who keeps the desks, who stands in."""

from datetime import datetime, timedelta
from functools import partial

from partners.enums import Role
from partners.services.duty import add_shift, record_absence
from referral.demonstration.plan import DAYS, HOURS
from referral.demonstration.stage import Stage
from referral.enums import Clock, Urgency
from referral.feasts import proposed
from referral.services.holidays import add_proposed
from referral.services.terms import Scope, add_term

#: Four days and not three to acknowledge what can wait, where the network comes and goes.
FAR, FAR_SPAN = "SN-KE", timedelta(hours=96)
#: Who keeps which desk, in turn, a week each. The sign-ins are on duty now, on whatever day it is played.
GUARDS = {
    "unit": ("coordinator", "yacine.dabo"),
    "teranga": ("focal", "elisabeth.mendy"),
    "yaakaar": ("fatim.seck", "ablaye.diene"),
    "baobab": ("seynabou.gueye", "seynabou.gueye"),
}
WEEK = timedelta(days=7)
#: Away since this morning, and who stands in.
AWAY, COVER, AWAY_FOR = "ndeye.sarr", "caseworker", timedelta(days=10)


def keep_time(stage: Stage) -> None:
    """Calendar and deadline count from the first case on; rosters and absences are written shortly before."""
    with stage.acting("coordinator") as by:
        for year in (stage.now.year, stage.now.year + 1):
            add_proposed(by=by, year=year, days=[feast.day for feast in proposed(year)])
        where = Scope(urgency=Urgency.STANDARD, region_id=stage.regions[FAR].pk)
        add_term(by=by, clock=Clock.ACKNOWLEDGE, scope=where, span=FAR_SPAN)
    today = stage.now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - today.weekday() * DAYS
    for key, guards in GUARDS.items():
        for week, guard in enumerate(guards):
            begins_at = monday + week * WEEK
            stage.later(monday - 56 * HOURS, partial(_plan, stage, key, guard, begins_at))
    stage.later(today - 9 * HOURS, partial(_leave, stage, today))


def _plan(stage: Stage, key: str, guard: str, begins_at: datetime) -> None:
    head = stage.holder(stage.organisations[key].pk, Role.SUPERVISOR)
    with stage.acting(head) as by:
        add_shift(
            by,
            user_id=stage.people[guard].pk,
            begins_at=begins_at,
            ends_at=begins_at + WEEK,
            at=stage.at,
        )


def _leave(stage: Stage, today: datetime) -> None:
    head = stage.holder(stage.people[AWAY].organisation_id, Role.SUPERVISOR)
    with stage.acting(head) as by:
        record_absence(
            by,
            user_id=stage.people[AWAY].pk,
            covered_by=stage.people[COVER].pk,
            begins_at=today,
            ends_at=today + AWAY_FOR,
            at=stage.at,
        )
