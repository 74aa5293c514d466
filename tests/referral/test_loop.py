"""The loop through the services, as the screens call them."""

from datetime import timedelta

import pytest

from audit import clock
from audit.models import Event
from referral.models import Placement, Referral
from referral.services import care
from tests import cast as c

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def test_a_referral_goes_from_draft_to_outcome(cast: c.Cast) -> None:
    referral = c.started(cast)
    with c.acting(cast.daouda) as actor:
        at = clock.now() + timedelta(days=3)
        care.complete_service(
            referral.pk, by=actor, at=at, version=referral.version, occurred_at=at, outcome="NEED_MET"
        )
    referral = Referral.objects.get(pk=referral.pk)
    assert referral.state == "completed"
    assert Placement.objects.get(referral=referral).state == "left"
    assert [t.target for t in referral.transitions.order_by("recorded_at", "action")][-1] == "completed"
    assert Event.objects.filter(referral_id=referral.pk, verb__startswith="transition.").count() == 4
