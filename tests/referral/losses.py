"""What can be lost, planted one by one: for the report that must find each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction

from audit import clock as time
from audit.rows import write
from audit.work import at_work
from partners.enums import OrganisationStatus
from partners.models import Membership
from referral.enums import LossKind, TaskKind
from referral.models import Case, ClockRound, Consent, CustodyTitle, LegalGround, Task
from referral.queries.lost import lost
from referral.services import basis, custody
from referral.services import clock as rounds
from tests import cast as c
from tests import world
from tests.referral import trips
from tests.referral.calling import opened
from tests.referral.pages import later


def beat() -> None:
    """The worker went round just now, and found nothing to do: what is planted must be found without its help."""
    ClockRound.objects.update_or_create(
        rule="test", defaults={"at": time.now(), "acted": 0, "milliseconds": 0}
    )


def go_round() -> None:
    with at_work() as at:
        rounds.go_round(at)
    assert not ClockRound.objects.filter(failed__gt=0).exists()


def kinds(**scope: Any) -> list[str]:
    return [loss.kind.value for loss in lost(time.now(), **scope)]


def changed(row: Any, **values: Any) -> None:
    row.refresh_from_db()
    with c.acting(), transaction.atomic():
        for name, value in values.items():
            setattr(row, name, value)
        write(row, fields=list(values))


def moved(row: Any, state: str, **values: Any) -> None:
    """A state that no act of the product leads to."""
    row.refresh_from_db()
    row.__dict__["state"] = state
    with c.acting(), transaction.atomic():
        for name, value in values.items():
            setattr(row, name, value)
        write(row, fields=["state", *values])


def without_owner(cast: c.Cast) -> None:
    c.drafted(cast, c.open_case(cast))
    changed(cast.aissatou, is_active=False)


def report_left_lying(cast: c.Cast) -> None:
    world.report(cast)
    later(hours=24, minutes=1)
    go_round()


def without_next_step(cast: c.Cast) -> None:
    c.protect(c.open_case(cast))
    later(hours=24, minutes=1)


def deadline_unheard(cast: c.Cast) -> None:
    c.sent(cast, urgency="urgent")
    later(hours=37)


def task_unheard(cast: c.Cast) -> None:
    c.declined(cast, c.sent(cast, urgency="urgent"))
    later(hours=37)


def last_instance_silent(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        at = time.now()
        case = c.open_case(cast)
        write(
            Task(
                kind=TaskKind.DUTY_CALL,
                case=case,
                organisation=cast.unit,
                made_at=at,
                due_at=at + timedelta(hours=4),
            )
        )
    for hours in range(1, 9):
        later(hours=hours)
        go_round()


def closed_too_soon(cast: c.Cast) -> None:
    referral = c.sent(cast)
    moved(referral.case, "closed", closed_at=time.now())


def receiver_suspended(cast: c.Cast) -> None:
    c.sent(cast)
    changed(cast.centre, status=OrganisationStatus.SUSPENDED)


def desk_empty(cast: c.Cast) -> None:
    c.sent(cast)
    for user in (cast.codou, cast.elisabeth):
        for seat in Membership.objects.filter(user=user):
            changed(seat, until=time.now())


def consent_over(cast: c.Cast) -> None:
    c.sent(cast)
    for cell in Consent.objects.filter(group="identity"):
        changed(cell, expires_at=cell.given_at + timedelta(minutes=1))
    later(minutes=2)


def ground_refused(cast: c.Cast) -> None:
    ground(cast)
    case = Case.objects.get()
    draft = c.drafted(cast, case)
    with c.acting(cast.aissatou) as actor:
        c.sending.send_referral(draft.pk, by=actor, at=time.now(), version=draft.version)
    changed(LegalGround.objects.get(), refused_at=time.now())


def worker_gone(cast: c.Cast) -> None:
    c.accepted(cast)
    for seat in Membership.objects.filter(user=cast.daouda):
        changed(seat, until=time.now())


def question_unanswered(cast: c.Cast) -> None:
    world.asked(cast, world.acknowledged(cast))
    later(hours=49)


def put_off(cast: c.Cast) -> None:
    c.declined(cast)
    task = Task.objects.get(kind=TaskKind.REDIRECT)
    changed(task, delay_reason="OTHER", delayed_until=task.due_at + timedelta(days=15))


def quiet_for_ever(cast: c.Cast) -> None:
    changed(c.sent(cast), quiet_until=time.now() + timedelta(days=3))


def lodged_without_title(cast: c.Cast) -> None:
    c.started(cast)
    later(hours=72, minutes=1)
    go_round()


def title_over(cast: c.Cast) -> None:
    referral = c.started(cast)
    title(cast, referral.case, ends_at=time.now() + timedelta(hours=80))
    later(hours=80, minutes=1)
    go_round()


def ground(cast: c.Cast) -> LegalGround:
    case = c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        return basis.record_ground(
            case.pk,
            by=actor,
            at=time.now(),
            code="child_protection",
            recipient=cast.centre,
            purpose="services",
            groups=["identity", "contact", "needs", "health", "children"],
            reason="motif canari",
            best_interest={"safety": "sûre", "view": "d’accord", "guardian": "inconnu"},
        )


def ground_uncountersigned(cast: c.Cast) -> None:
    ground(cast)
    later(hours=24, minutes=1)
    go_round()


def review_forgotten(cast: c.Cast) -> None:
    decided(cast, ground(cast))
    later(days=33, minutes=1)
    go_round()
    later(days=33, minutes=2)
    go_round()


def decided(cast: c.Cast, ground: LegalGround) -> None:
    with c.acting(cast.bineta) as actor:
        basis.decide_ground(ground.pk, by=actor, at=time.now(), version=ground.version, approve=True)


def title(cast: c.Cast, case: Case, ends_at: Any) -> CustodyTitle:
    with c.acting(cast.aissatou) as actor:
        return custody.enter_title(
            case.pk,
            by=actor,
            at=time.now(),
            action="requisition",
            court=cast.court,
            number="N° 12",
            name_on_order="Nom Canari",
            issued_on=time.now().date(),
            ends_at=ends_at,
        )


def never_arrived(cast: c.Cast) -> None:
    """Expected three hours after the departure, and nobody has said anything since."""
    trips.departed(cast)
    later(hours=27.5)


def call_left_open(cast: c.Cast) -> None:
    at = time.now()
    changed(opened(cast), opened_at=at - timedelta(hours=29), due_at=at - timedelta(hours=25))


#: Each defect, and the page that repairs it.
DEFECTS: list[tuple[Callable[[c.Cast], Any], LossKind, str]] = [
    (without_owner, LossKind.NO_OWNER, "case_assign"),
    (report_left_lying, LossKind.NO_OWNER, "case_take_in"),
    (without_next_step, LossKind.NO_NEXT_STEP, "case"),
    (deadline_unheard, LossKind.NO_DEADLINE, "referral"),
    (task_unheard, LossKind.NO_DEADLINE, "task_done"),
    (last_instance_silent, LossKind.NO_DEADLINE, "task_done"),
    (closed_too_soon, LossKind.CASE_CLOSED, "referral"),
    (receiver_suspended, LossKind.RECEIVER_AWAY, "referral"),
    (desk_empty, LossKind.RECEIVER_AWAY, "referral"),
    (consent_over, LossKind.BASIS_GONE, "referral"),
    (ground_refused, LossKind.BASIS_GONE, "referral"),
    (worker_gone, LossKind.WORKER_AWAY, "referral"),
    (question_unanswered, LossKind.CLOCK_PAUSED, "referral"),
    (put_off, LossKind.CLOCK_PAUSED, "task_done"),
    (quiet_for_ever, LossKind.CLOCK_PAUSED, "referral"),
    (lodged_without_title, LossKind.NO_TITLE, "case"),
    (title_over, LossKind.NO_TITLE, "case"),
    (ground_uncountersigned, LossKind.GROUND_UNREVIEWED, "ground_decide"),
    (review_forgotten, LossKind.GROUND_UNREVIEWED, "case_grounds"),
    (never_arrived, LossKind.ON_THE_WAY, "referral"),
    (call_left_open, LossKind.CALL_OPEN, "place_call"),
]
