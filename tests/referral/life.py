"""How far a file has come, and who takes it there: for tests that begin in the middle."""

from datetime import timedelta
from typing import Any

from audit import clock
from partners.models import Organisation, User
from referral.enums import CaseState
from referral.models import Case, PlanGoal, Task, Transfer
from referral.services import approvals, course, planning, reviews, taking_over, transfers
from tests import cast as c

#: An adult who may be called.
SAFE = c.WOMAN | {"safe_contact": {"channels": {"phone": True}}}


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def agreed(cast: c.Cast, **person: Any) -> Case:
    """A file in screening whose person has agreed to something."""
    case = c.open_case(cast, **(SAFE | person))
    c.agree(cast, case, cast.centre)
    return case


def planned(cast: c.Cast, case: Case | None = None) -> Case:
    case = case or agreed(cast)
    with c.acting(case.owner) as actor:
        planning.begin_plan(case.pk, by=actor, at=clock.now(), version=fresh(case).version)
        goal(case)
    return fresh(case)


def goal(case: Case, **values: Any) -> PlanGoal:
    with c.acting(case.owner) as actor:
        said = {
            "goal": "but canari",
            "own_words": "paroles canari",
            "service": "VOC",
            "owner_id": case.owner_id,
            "target_on": (clock.now() + timedelta(days=60)).date(),
        }
        return planning.add_goal(case.pk, by=actor, at=clock.now(), values=said | values)


def assisted(cast: c.Cast, case: Case | None = None) -> Case:
    case = planned(cast, case)
    with c.acting(case.owner) as actor:
        planning.agree_to_plan(case.pk, by=actor, at=clock.now(), version=case.version)
    decide(case, cast.bineta)
    return fresh(case)


def decide(case: Case, by: User, *, approve: bool = True, note: str | None = None) -> Task:
    task = Task.objects.get(case=case, kind__startswith="approve_", done_at=None)
    with c.acting(by) as actor:
        return approvals.decide(
            task.pk, by=actor, at=clock.now(), version=task.version, approve=approve, note=note
        )


def followed(cast: c.Cast) -> Case:
    case = assisted(cast)
    with c.acting(case.owner) as actor:
        course.begin_follow_up(case.pk, by=actor, at=clock.now(), version=case.version, stable=True)
    return fresh(case)


def weighed(case: Case, about: str) -> None:
    with c.acting(case.owner) as actor:
        at = clock.now()
        said = {"version": fresh(case).version, "risk": "low", "occurred_at": at, "about": about}
        reviews.assess_risk(case.pk, by=actor, at=at, **said)


def asked(cast: c.Cast, case: Case | None = None, taker: Organisation | None = None, **said: Any) -> Transfer:
    """Waits for the second person."""
    case, taker = case or agreed(cast), taker or cast.centre
    with c.acting(case.owner) as actor:
        values = {
            "groups": ["identity", "needs"],
            "reason_code": "MigrationOrChangeOfLocation",
            "reason": "motif canari",
            "message": "message canari",
        }
        return transfers.ask_transfer(
            case.pk,
            by=actor,
            at=clock.now(),
            version=fresh(case).version,
            taker=taker,
            **(values | said),
        )


def proposed(cast: c.Cast, case: Case | None = None, **said: Any) -> Transfer:
    transfer = asked(cast, case, **said)
    decide(transfer.case, cast.bineta)
    return Transfer.objects.get(pk=transfer.pk)


def taken(cast: c.Cast, transfer: Transfer, by: User | None = None) -> Case:
    with c.acting(by or cast.daouda) as actor:
        return taking_over.accept(transfer.pk, by=actor, at=clock.now(), version=transfer.version)


def state_of(case: Case) -> CaseState:
    return CaseState(fresh(case).state)
