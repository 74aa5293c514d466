"""Where shelter is missing: persons, not answers; small numbers nowhere; no narrower question, and no open quarter."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from referral.services import expiry, receiving
from reporting.periods import quarter_of
from tests import cast as c
from tests.referral.pages import later, leaked, sign_in
from tests.reporting.pages import tables_of

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

URL = "report_shelter_gap"
#: Enough for the quarter to be over, whatever the day.
NEXT_QUARTER = 93


@pytest.fixture
def quarter(cast: c.Cast) -> str:
    """In the quarter that begins next, eleven girls are declined for lack of place, one of them by two houses; one gets
    no answer. One is declined for another reason, and a house steps back from one: neither counts."""
    today = timezone.localdate(clock.now())
    begins = (quarter_of(today).last - today).days + 2
    later(days=begins)
    first = quarter_of(timezone.localdate(clock.now())).first.isoformat()
    girls = [c.open_case(cast) for _each in range(11)]
    for girl in girls:
        c.declined(cast, c.sent(cast, girl))
    again = c.sent(cast, girls[0], to=cast.other_centre)
    with c.acting(cast.ousmane) as actor:
        receiving.decline_referral(
            again.pk, by=actor, at=clock.now(), version=again.version, reason_code="NO_CAPACITY"
        )
    c.declined(cast, reason_code="OUT_OF_AREA")
    withdrawn = c.accepted(cast)
    with c.acting(cast.codou) as actor:
        receiving.step_back(withdrawn.pk, by=actor, at=clock.now(), version=withdrawn.version)
    silent = c.sent(cast)
    later(days=begins + 20)
    with c.acting():
        expiry.expire(silent.pk, at=clock.now())
    later(days=begins + NEXT_QUARTER)
    return first


def read(user: Any, **asked: str) -> Any:
    page = sign_in(user).get(reverse(URL), asked)
    assert page.status_code == 200
    return page


def test_persons_are_counted_once_and_small_numbers_are_masked_with_what_would_give_them_away(
    cast: c.Cast, quarter: str
) -> None:
    page = read(cast.lamine, quarter=quarter)
    found = tables_of(page)
    here = next(line for line in found["Refus faute de place"] if line[0] == cast.region.name)
    assert here[1:] == ["11", "0", "0", "0", "0", "11"]
    assert found["Refus faute de place"][-1][1:] == ["11", "0", "0", "0", "0", "11"]
    here = next(line for line in found["Restées sans réponse"] if line[0] == cast.region.name)
    assert here[1:] == ["masqué", "0", "0", "0", "0", "masqué"]
    assert found["Restées sans réponse"][-1][1:] == ["masqué", "0", "0", "0", "0", "masqué"]
    assert f"{cast.region.name} (11)" in page.content.decode()  # in the picture
    assert f"Masqué : {cast.region.name}." in page.content.decode().replace("\u00a0", " ")
    assert leaked(page) == []


def test_a_quarter_that_is_not_over_and_any_other_narrowing_are_not_answered(cast: c.Cast) -> None:
    today = timezone.localdate(clock.now())
    open_one = quarter_of(today).first.isoformat()
    page = read(cast.ibrahima, quarter=open_one)
    assert tables_of(page) == {}
    assert page.context["form"].errors
    plain, narrowed = (
        tables_of(read(cast.ibrahima, **asked)) for asked in ({}, {"region": "SN-DK", "sex": "male"})
    )
    assert plain == narrowed


def test_reading_it_is_a_look_that_names_nobody(cast: c.Cast, quarter: str) -> None:
    read(cast.ibrahima, quarter=quarter)
    event = Event.objects.using("audit").get(actor_id=cast.ibrahima.pk, scope="report.shelter_gap")
    assert (event.verb, event.object_id, event.case_id, event.referral_id) == ("list", None, None, None)


def test_the_menu_leads_to_the_reports_whoever_may_read_one(cast: c.Cast) -> None:
    for who, shown in {
        "lamine": ["report_shelter_gap"],
        "codou": ["report_organisation", "report_sunday"],
    }.items():
        client = sign_in(cast.people[who])
        assert f'href="{reverse("reports")}"' in client.get("/").content.decode()
        page = client.get(reverse("reports")).content.decode()
        named = ("report_organisation", "report_sunday", "report_shelter_gap")
        assert [name for name in named if f'href="{reverse(name)}"' in page] == shown
    assert f'href="{reverse("reports")}"' not in sign_in(cast.gora).get("/").content.decode()
