"""How long closed files are kept, by whom it is set, and which files have had their time."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event
from referral import retention
from referral.enums import AgeBand
from referral.models import Case, RetentionTerm
from referral.retention import RetentionKind
from referral.views.retention import COUNTS
from tests import cast as c
from tests.referral.pages import later, leaked, press, sign_in
from tests.referral.test_case_life import decides
from tests.referral.test_erasure import address, asks, closed, hold, request

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
YEAR = 365.25


def listed(cast: c.Cast, who: str = "bineta") -> list[str]:
    page = sign_in(cast.people[who]).get(reverse("retention"))
    assert (page.status_code, leaked(page)) == (200, [])
    return [row["url"] for row in page.context["cases"]]


@pytest.mark.parametrize(
    ("age_status", "reason", "band", "years"),
    [
        ("adult", "PLAN_COMPLETED", "21-29", 5),
        ("child", "PLAN_COMPLETED", "0-5", 23),
        ("child", "PLAN_COMPLETED", "14-17", 9),
        ("unknown", "PLAN_COMPLETED", "unknown", 23),
        ("child", "NOT_TRAFFICKING", "0-5", 1),
    ],
)
def test_majority_is_counted_so_that_it_never_comes_too_early(
    age_status: str, reason: str, band: str, years: int
) -> None:
    kind = retention.kind_of(age_status, reason)
    assert retention.years_kept(kind, band, retention.BUILT_IN) == years


def test_a_leap_day_has_an_anniversary() -> None:
    assert retention.moved(datetime(2028, 2, 29, tzinfo=UTC), 1) == datetime(2029, 2, 28, tzinfo=UTC)
    assert {*retention.LEAST_AGE} == {band for band in AgeBand if band in retention.LEAST_AGE}


def turned_out(cast: c.Cast, case: Case) -> Case:
    """Two persons have said that the person is not a victim; other help is named."""
    for who in ("aissatou", "bineta"):
        decides(cast, who, case, "NotAVictimOfTrafficking")
    out = reverse("case_redirect_out", args=[case.pk])
    assert press(sign_in(cast.bineta), out, other_need="centre social").status_code == 302
    return case


def test_a_file_is_listed_once_its_time_is_over_and_can_be_erased_for_that(cast: c.Cast) -> None:
    woman = closed(cast, c.open_case(cast, age_status="adult", age_band="21-29"))
    girl = closed(cast, c.open_case(cast))
    nobody = turned_out(cast, c.open_case(cast))
    assert listed(cast) == []
    later(days=YEAR + 1)
    assert listed(cast) == [address(nobody)]
    later(days=5 * YEAR + 1)
    assert set(listed(cast)) == {address(woman), address(nobody)}
    assert asks(cast, girl, reason="retention").status_code == 200, "the girl is not of age yet"
    assert asks(cast, woman, reason="retention").status_code == 302
    later(days=14 * YEAR + 2)
    assert address(girl) in listed(cast)


@pytest.mark.parametrize("held", [hold, request])
def test_what_is_held_or_asked_about_is_not_listed(cast: c.Cast, held: Any) -> None:
    case = closed(cast, c.open_case(cast, age_status="adult", age_band="48+"))
    held(cast, case)
    later(days=6 * YEAR)
    assert listed(cast) == []


def test_a_supervisor_sees_the_own_house_and_coordination_the_values(cast: c.Cast) -> None:
    closed(cast, c.open_case(cast, age_status="adult", age_band="48+"))
    later(days=6 * YEAR)
    assert len(listed(cast)) == 1
    assert listed(cast, "elisabeth") == []
    page = sign_in(cast.ibrahima).get(reverse("retention"))
    assert page.context["cases"] == []
    assert all(row["url"] for row in page.context["values"])
    assert not any(row["url"] for row in sign_in(cast.bineta).get(reverse("retention")).context["values"])


def test_a_shorter_time_touches_no_file_that_is_closed_and_a_longer_one_counts_at_once(cast: c.Cast) -> None:
    before = closed(cast, c.open_case(cast, age_status="adult", age_band="48+"))
    later(days=3 * YEAR)
    url = reverse("retention_edit", args=[RetentionKind.ADULT])
    told = press(sign_in(cast.ibrahima), url, years="2")
    assert told.status_code == 302
    assert str(COUNTS) in sign_in(cast.ibrahima).get(url).content.decode()
    assert listed(cast) == [], "nobody brings its erasure nearer alone"
    assert asks(cast, before, reason="retention").status_code == 200
    after = closed(cast, c.open_case(cast, age_status="adult", age_band="48+"))
    later(days=5.5 * YEAR)
    assert listed(cast) == [address(before), address(after)]
    assert press(sign_in(cast.ibrahima), url, years="6").status_code == 302
    assert listed(cast) == []
    assert asks(cast, after, reason="retention").status_code == 200
    changes = sign_in(cast.ibrahima).get(reverse("retention")).context["changes"]
    assert [(change.who, bool(change.before)) for change in changes] == [
        ("Ibrahima", True),
        ("Ibrahima", False),
    ]
    assert Event.objects.filter(object_type="referral.retentionterm").count() == 2


@pytest.mark.parametrize("years", ["0", "31", "", "abc"])
def test_what_is_no_time_is_refused(cast: c.Cast, years: str) -> None:
    url = reverse("retention_edit", args=[RetentionKind.CHILD])
    assert press(sign_in(cast.ibrahima), url, years=years).status_code == 200
    assert not RetentionTerm.objects.exists()


def test_a_stale_value_changes_nothing_and_others_are_refused(cast: c.Cast) -> None:
    url = reverse("retention_edit", args=[RetentionKind.CHILD])
    press(sign_in(cast.ibrahima), url, years="6")
    stale = {"key": "3d0bd2ba-6a7a-4a9e-8d4a-00000000000b", "version": "0", "years": "9"}
    assert sign_in(cast.ibrahima).post(url, stale).status_code == 200
    assert RetentionTerm.objects.get().years == 6
    for who in ("bineta", "aissatou", "mareme"):
        assert sign_in(cast.people[who]).get(url).status_code == 403
    assert sign_in(cast.ibrahima).get(reverse("retention_edit", args=["nothing"])).status_code == 404
