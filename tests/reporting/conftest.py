"""A house with a story of five days, told through the product's own acts, and what it adds up to."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit import clock
from audit.rows import write
from partners.models import Places
from referral.models import WalkIn
from referral.services import care
from tests import cast as c
from tests.referral.pages import later


@dataclass
class Story:
    cast: c.Cast
    #: The first of its days; it is read on the sixth.
    begins: date

    def day(self, number: int) -> date:
        return self.begins + timedelta(days=number)


def walked_in(places: Places, arrived_at: datetime, left_at: datetime | None, cast: c.Cast) -> WalkIn:
    with c.acting(cast.codou), transaction.atomic():
        row = WalkIn(
            places=places,
            sex="female",
            age_band="21-29",
            arrived_at=arrived_at,
            left_at=left_at,
            entered_by=cast.codou,
        )
        write(row)
    return row


@pytest.fixture
def story(cast: c.Cast) -> Story:
    """Two girls and a woman are received, a third girl is declined; on the fourth day one girl leaves.

    A woman comes without a referral and leaves on the third day.
    """
    women = Places.objects.get(site=cast.girls.site, group="women")
    leaves = c.started(cast)
    c.started(cast)
    woman = c.sent(cast, c.open_case(cast, **c.WOMAN))
    c.started(cast, c.accepted(cast, woman, places=women))
    asked = c.sent(cast)
    at = clock.now()
    walked_in(women, at, at + timedelta(days=2), cast)
    later(hours=2)
    c.declined(cast, asked)
    later(days=3)
    with c.acting(cast.codou) as actor:
        at = clock.now()
        care.complete_service(
            leaves.pk, by=actor, at=at, version=leaves.version, occurred_at=at, outcome="NEED_MET", left=True
        )
    later(days=5)
    return Story(cast, timezone.localdate(clock.now()) - timedelta(days=5))
