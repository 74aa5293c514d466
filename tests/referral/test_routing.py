"""What national coordination is told of a referral that nobody moves: why, and whom to telephone."""

from typing import Any

import pytest
from django.urls import reverse

from audit import clock
from partners.models import Membership
from tests import cast as c
from tests.referral.pages import sign_in
from tests.referral.passing import rounds
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def routed(cast: c.Cast) -> dict[str, Any]:
    page = sign_in(cast.ibrahima).get(reverse("routing"))
    [row] = page.context["rows"]
    return row | {"body": page.content.decode()}


def test_what_nobody_answers_is_not_called_an_empty_desk_and_shows_whom_to_telephone(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        cast.centre.telephone = "+221 33 800 11 22"
        c.write(cast.centre, fields=["telephone"])
    c.sent(cast, urgency="urgent")
    rounds(37)
    row = routed(cast)
    assert row["note"] == fr("Escalated: no answer for %(span)s.") % {"span": "37 h"}
    assert 'href="tel:+221338001122"' in row["body"]


def test_an_empty_desk_says_so(cast: c.Cast) -> None:
    c.sent(cast, urgency="urgent")
    with c.acting(), c.transaction.atomic():
        for seat in Membership.objects.filter(user__in=[cast.codou, cast.elisabeth]):
            seat.until = clock.now()
            c.write(seat, fields=["until"])
    assert routed(cast)["note"] == fr("Nobody is at this desk any more.")
