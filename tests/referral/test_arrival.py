"""Many persons at once: one line each, families together, nobody sees what is a colleague's."""

import os
import re
from time import perf_counter
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event
from referral.models import Arrival, Case, FamilyLink, Notice, Slip
from tests import cast as c
from tests.referral.arrivals import arrived, case_of, enter, line, open_arrival
from tests.referral.pages import press, same_as_unknown, sign_in, values_of

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
FULL = os.environ.get("FULL") == "1"


def caseworker(cast: c.Cast, name: str) -> Any:
    with c.acting():
        return c.person(name, cast.unit, "caseworker", at=cast.at)


def errors(answer: Any) -> list[str]:
    return [str(error) for found in answer.context["form"].errors.values() for error in found]


def test_each_line_becomes_a_file_in_the_order_of_triage(cast: c.Cast) -> None:
    arrival = arrived(
        cast,
        line(1),
        line(2, triage="urgent", sex="male", age="30-47", language="wol"),
        line(3, triage="emergency", age="0-5", care="yes", alias="Petite"),
    )
    assert Case.objects.count() == 3
    page = sign_in(cast.aissatou).get(reverse("arrival", args=[arrival.pk]))
    assert [each["number"] for each in page.context["members"]] == [3, 2, 1]
    assert [case_of(arrival, n).urgency for n in (1, 2, 3)] == ["standard", "urgent", "emergency"]
    person = case_of(arrival, 3).person
    assert (person.age_status, person.age_band, person.sex) == ("child", "0-5", "female")
    with c.acting():
        assert case_of(arrival, 3).person.flags == ["acute_care"]
        assert case_of(arrival, 2).person.languages == ["wol"]
    assert "needs care" in page.context["members"][0]["steps"] or len(page.context["members"][0]["steps"]) == 2
    assert "Petite" not in page.content.decode()
    assert {case.owner_id for case in Case.objects.all()} == {cast.aissatou.pk}
    assert sign_in(cast.aissatou).get(reverse("case", args=[case_of(arrival, 1).pk])).status_code == 200
