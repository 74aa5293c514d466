from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from audit import clock, sitting
from audit.errors import LooksUnwritten, NoSitting
from audit.sitting import Look, Who

LOOK = Look("view", "referral.case", uuid4(), 3, uuid4(), None, ("name",), "CASE", None)


def test_outside_a_sitting_nobody_acts(who):
    with pytest.raises(NoSitting):
        sitting.current()
    with sitting.opened(who) as opened:
        assert sitting.current() is opened
        with sitting.opened(Who()) as inner:
            assert sitting.current() is inner
        assert sitting.current().who == who
    with pytest.raises(NoSitting):
        sitting.current()


def test_a_sitting_does_not_end_with_unwritten_looks(who):
    with pytest.raises(LooksUnwritten), sitting.opened(who) as opened:
        opened.add(LOOK)
    with pytest.raises(NoSitting):
        sitting.current()


def fail_after(add):
    add(LOOK)
    raise ZeroDivisionError


def test_an_error_is_not_hidden_by_unwritten_looks(who):
    with pytest.raises(ZeroDivisionError), sitting.opened(who) as opened:
        fail_after(opened.add)


def test_the_same_look_is_one_with_all_fields(seated):
    seated.add(LOOK)
    seated.add(replace(LOOK, fields=("phone", "name")))
    assert seated.looks == [replace(LOOK, fields=("name", "phone"))]


@pytest.mark.parametrize(
    "other",
    [
        {"verb": "reveal"},
        {"object_id": uuid4()},
        {"case_id": uuid4()},
        {"scope": "CODES"},
        {"referral_id": uuid4()},
    ],
)
def test_another_look_is_another(seated, other):
    seated.add(LOOK)
    seated.add(replace(LOOK, **other))
    assert len(seated.looks) == 2


@pytest.mark.parametrize("other", [{"object_id": None}, {"detail": {"ids": []}}])
def test_two_lists_are_two(seated, other):
    seated.add(replace(LOOK, **other))
    seated.add(replace(LOOK, **other))
    assert len(seated.looks) == 2


def test_the_given_time_is_the_sitting_s(who):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with sitting.opened(who, at) as opened:
        assert opened.at == at


@pytest.mark.django_db
def test_the_time_is_read_once_from_the_database(seated, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert seated.at == seated.at
    assert seated.at == clock.now()
