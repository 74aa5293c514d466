from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit import clock

pytestmark = pytest.mark.django_db


def offset(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('relais.clock_offset', %s, true)", [value])


def test_now_is_the_database_s_time():
    assert clock.now().tzinfo is not None
    assert abs(clock.now() - timezone.now()) < timedelta(minutes=1)


def test_only_the_setting_shifts_the_clock(monkeypatch):
    before = clock.now()
    monkeypatch.setenv("RELAIS_CLOCK_OFFSET", "3 days")
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2000, 1, 1, tzinfo=UTC))
    assert clock.now() == before
    offset("3 days")
    assert clock.now() == before + timedelta(days=3)
    offset("")
    assert clock.now() == before
