"""The register of incidents: written down, told to the authority, closed by somebody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from partners.models import User
from referral.models import Incident
from referral.services import clock as rounds
from referral.services.nudging import NUDGE
from tests import cast as c
from tests.referral.pages import later, press, sign_in
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

SAID = {
    "kind": "lost",
    "story": "ordinateur canari",
    "affected": ["adults"],
    "groups": ["identity"],
    "persons": "12",
}


def recorded(client: Client, **typed: Any) -> Incident:
    answer = press(client, reverse("incident_new"), **(SAID | typed))
    assert answer.status_code == 302, answer.context["form"].errors
    return Incident.objects.get()


def told_today(name: str) -> dict[str, str]:
    today = timezone.localdate(clock.now())
    return {f"{name}_{part}": str(getattr(today, part)) for part in ("day", "month", "year")}


def test_it_is_told_to_the_authority_within_a_time_and_closed_by_another(cast: c.Cast) -> None:
    row = recorded(sign_in(cast.elisabeth))
    assert row.due_at - row.noticed_at == timedelta(hours=72)
    url, close = (reverse(name, args=[row.pk]) for name in ("incident", "incident_close"))
    assert sign_in(cast.elisabeth).get(close).status_code == 403
    too_early = press(sign_in(cast.ibrahima), close)
    assert too_early.status_code == 200, "nothing was done yet"
    typed = {"authority": "told", "measures": "compte fermé canari"} | told_today("authority_told_on")
    assert press(sign_in(cast.elisabeth), url, **typed).status_code == 302
    assert press(sign_in(cast.ibrahima), close).status_code == 302
    row.refresh_from_db()
    assert (row.closed_by, row.persons, row.affected) == (cast.ibrahima, 12, ["adults"])
    assert row.authority_told_on == timezone.localdate(clock.now())
    denied = Event.objects.using("audit").filter(reason_code="NOT_ALLOWED_SECOND_PERSON")
    assert denied.filter(object_id=row.pk).count() == 1
    assert Incident.history.filter(id=row.pk).count() == 3


def test_who_answers_for_it_is_reminded_at_half_of_the_time_at_its_end_and_each_day_until_it_is_told(
    cast: c.Cast,
) -> None:
    def heard() -> set[str]:
        mail.outbox.clear()
        with c.acting():
            rounds.run("incidents", clock.now())
        work(NUDGE)
        return {each.to[0] for each in mail.outbox}

    row = recorded(sign_in(cast.elisabeth))
    work(NUDGE)
    keepers = {cast.elisabeth.email, cast.ibrahima.email}
    told = []
    for hours in (35, 37, 60, 73, 80, 98):
        later(hours=hours)
        told.append(heard())
    assert told == [set(), keepers, set(), keepers, set(), keepers]
    typed = {"authority": "told"} | told_today("authority_told_on")
    assert press(sign_in(cast.elisabeth), reverse("incident", args=[row.pk]), **typed).status_code == 302
    later(hours=200)
    assert heard() == set()


def test_until_the_authority_is_told_it_stands_on_the_first_page_of_who_answers_for_it_red_when_late(
    cast: c.Cast,
) -> None:
    row = recorded(sign_in(cast.elisabeth))
    url = reverse("incident", args=[row.pk])

    def waits(who: User) -> list[bool]:
        lines = sign_in(who).get(reverse("home")).context["lines"]
        return [line["late"] for line in lines if line["url"] == url]

    def red(where: str) -> bool:
        return "app-deadline--late" in sign_in(cast.ibrahima).get(where).content.decode()

    keepers, others = [cast.elisabeth, cast.ibrahima], [cast.fatou, cast.khady, cast.aissatou, cast.codou]
    assert [waits(who) for who in keepers] == [[False], [False]]
    assert (red(url), red(reverse("incidents"))) == (False, False)
    later(hours=73)
    assert [waits(who) for who in keepers] == [[True], [True]]
    assert (red(url), red(reverse("incidents"))) == (True, True)
    assert [waits(who) for who in others] == [[], [], [], []]
    typed = {"authority": "told"} | told_today("authority_told_on")
    assert press(sign_in(cast.elisabeth), url, **typed).status_code == 302
    assert [waits(who) for who in keepers] == [[], []]
    assert (red(url), red(reverse("incidents"))) == (False, False)


def test_a_house_reads_its_own_the_unit_all_and_an_auditor_codes_alone(cast: c.Cast) -> None:
    row = recorded(sign_in(cast.elisabeth))
    url = reverse("incident", args=[row.pk])
    assert "ordinateur canari" in sign_in(cast.ibrahima).get(url).content.decode()
    assert "ordinateur canari" in sign_in(cast.bineta).get(url).content.decode()
    auditor = sign_in(cast.khady)
    page = auditor.get(url)
    assert page.status_code == 200
    assert "canari" not in page.content.decode()
    assert auditor.post(url, {"key": "x"}).status_code == 403
    assert sign_in(cast.fatou).get(url).status_code == 404
    assert sign_in(cast.mareme).get(url).status_code == 404
    assert sign_in(cast.codou).get(url).status_code == 403


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ({"authority": "told"}, "authority_told_on"),
        ({"persons": "-1"}, "persons"),
    ],
    ids=["told without a day", "fewer than nobody"],
)
def test_what_contradicts_itself_is_said_and_changes_nothing(
    cast: c.Cast, typed: dict[str, str], where: str
) -> None:
    row = recorded(sign_in(cast.elisabeth))
    answer = press(sign_in(cast.elisabeth), reverse("incident", args=[row.pk]), **typed)
    assert answer.status_code == 200
    assert where in answer.context["form"].errors
    assert Incident.objects.get().version == 1


def test_a_stale_page_says_so(cast: c.Cast) -> None:
    row = recorded(sign_in(cast.elisabeth))
    url = reverse("incident", args=[row.pk])
    assert press(sign_in(cast.elisabeth), url, measures="un").status_code == 302
    stale = press(sign_in(cast.ibrahima), url, measures="deux", version="1")
    assert stale.context["form"].stale
    with c.acting():
        assert Incident.objects.get().measures == "un"
