"""Nothing is lost unseen: each of the ten defects is planted, found alone, and what is healthy is not found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit import clock as time
from referral.enums import LossKind
from referral.models import Referral, Task
from referral.queries.lost import lost
from referral.services.tasks import finish_task
from tests import cast as c
from tests import world
from tests.referral.losses import DEFECTS, beat, decided, go_round, ground, kinds, title
from tests.referral.pages import later, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


URL = "/reports/lost/"


@pytest.mark.parametrize(
    ("plant", "kind", "page"), DEFECTS, ids=lambda value: getattr(value, "__name__", None)
)
def test_each_planted_defect_is_found_and_nothing_else(
    cast: c.Cast, plant: Callable[[c.Cast], Any], kind: LossKind, page: str
) -> None:
    plant(cast)
    beat()
    [found] = lost(time.now())
    assert (found.kind, found.page, found.case_reference) == (kind, page, "")
    assert found.organisation
    assert found.since is not None
    assert found.since <= time.now()
    assert reverse(found.page, args=[found.pk])


def test_the_eleven_defects_and_the_system_are_all_there_is() -> None:
    assert {kind for _plant, kind, _page in DEFECTS} | {LossKind.SYSTEM, LossKind.CLOCK_FAILED} == set(
        LossKind
    )


def test_a_silent_worker_is_a_line_of_its_own(cast: c.Cast) -> None:
    assert kinds() == ["system"]
    go_round()
    assert kinds() == []
    later(minutes=3)
    assert kinds() == ["system"]
    page = sign_in(cast.ibrahima).get(URL).content.decode()
    assert "app-list" not in page


# --- what is healthy


def test_nothing_is_lost_among_people_who_have_just_begun(cast: c.Cast) -> None:
    go_round()
    assert kinds() == []


@pytest.mark.parametrize("hours", [0, 24.2, 30])
def test_nothing_is_lost_in_any_open_state_while_the_clock_goes_round(cast: c.Cast, hours: float) -> None:
    world.more_places(cast, 9)
    c.drafted(cast, c.open_case(cast))
    world.referrals(cast)
    passed = 0.0
    while passed < hours:
        passed = min(passed + 3, hours)
        later(hours=passed)
        go_round()
    go_round()
    assert {*Referral.objects.values_list("state", flat=True)} >= {"draft", "sent", "accepted", "in_service"}
    assert kinds() == []


def test_after_a_day_without_the_system_the_first_round_makes_the_report_empty(cast: c.Cast) -> None:
    c.sent(cast, urgency="urgent")
    later(hours=40)
    assert kinds() == ["system", "no_deadline"]
    go_round()
    assert kinds() == []


def test_a_case_whose_referral_has_just_ended_has_a_day(cast: c.Cast) -> None:
    declined = c.declined(cast)
    later(hours=30)
    with c.acting(cast.aissatou) as actor:
        task = Task.objects.get(referral=declined)
        finish_task(task.pk, by=actor, at=time.now(), version=task.version)
    beat()
    assert kinds() == []
    later(hours=54, minutes=1)
    beat()
    assert kinds() == ["no_next_step"]


def test_a_renewed_consent_covers_what_was_sent_before(cast: c.Cast) -> None:
    referral = c.sent(cast)
    later(days=366)
    beat()
    assert "basis_gone" in kinds()
    c.agree(cast, referral.case, cast.centre)
    assert "basis_gone" not in kinds()


def test_a_countersigned_ground_waits_for_its_review_in_peace(cast: c.Cast) -> None:
    decided(cast, ground(cast))
    later(hours=25)
    beat()
    assert "ground_unreviewed" not in kinds()


def test_a_child_with_a_title_in_force_is_not_in_the_report(cast: c.Cast) -> None:
    referral = c.started(cast)
    title(cast, referral.case, ends_at=time.now() + timedelta(hours=100))
    later(hours=73)
    go_round()
    assert kinds() == []
