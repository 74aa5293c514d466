"""A file that somebody may read for a time: to read, by the database's clock, and nothing else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.models import User
from referral import grants
from referral.models import Case, TimedReading
from referral.readings import ReadingWhy
from referral.views.file import why
from tests import cast as c
from tests.addresses import ACCESS
from tests.referral.pages import later, same_as_unknown, sign_in
from tests.world import make_world

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def let_in(user: User, case: Case, why: ReadingWhy = ReadingWhy.BREAK_GLASS, **lasting: int) -> TimedReading:
    with c.acting(user), transaction.atomic():
        at = clock.now()
        until = at + timedelta(**(lasting or {"hours": 1}))
        return grants.open_reading(case, user.pk, why, at=at, until=until)


def page(user: User, case: Case, name: str = "case") -> Any:
    return sign_in(user).get(reverse(name, args=[case.pk]))


def test_the_file_is_read_with_the_reason_of_the_reading_in_every_look(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert page(cast.ibrahima, case).status_code == 404
    let_in(cast.ibrahima, case)
    answer = page(cast.ibrahima, case)
    body = answer.content.decode()
    assert "referral/case/reading.html" in {each.name for each in answer.templates}
    assert not [secret for secret in c.SECRETS.values() if secret in body]
    opened = sign_in(cast.ibrahima).post(
        reverse("case_reveal", args=[case.pk]), {"groups": ["identity"], "reason": "contact"}
    )
    assert "Ndiaye-Canari" in opened.content.decode()
    looks = Event.objects.using("audit").filter(actor_id=cast.ibrahima.pk, case_id=case.pk)
    assert set(looks.filter(verb__in=["view", "reveal"]).values_list("verb", "scope")) == {
        ("view", "BREAK_GLASS"),
        ("reveal", "BREAK_GLASS:contact"),
    }
    said = "Accès d’urgence au dossier, Pour joindre la personne"
    assert [why(look) for look in looks.filter(verb="reveal")] == [said]


def test_whoever_reads_for_a_time_does_nothing_else_with_the_file(cast: c.Cast) -> None:
    """Every address that is about the file: read and reveal alone open."""
    world = make_world(cast)
    case = world.case
    let_in(cast.ibrahima, case)
    client = sign_in(cast.ibrahima)
    client.raise_request_exception = False
    answers = {}
    for name, row in ACCESS.items():
        if row.about == "case" and name not in ("case", "case_reveal", "case_reading_end"):
            url = row.address(name, world)
            answers[name] = {client.get(url).status_code, client.post(url, {"typed": "x"}).status_code}
    assert len(answers) > 25
    assert {name: found for name, found in answers.items() if found - {403, 404, 405}} == {}
    body = page(cast.ibrahima, case).content.decode()
    ways = set(re.findall(rf'(?:href|action)="/cases/{case.pk}/([^"]*)"', body))
    assert ways == {"reveal/#person", "reading/end/"}
    # In no list, and not for other people.
    assert client.get(reverse("cases")).status_code == 403
    assert page(cast.codou, case).status_code == 404


def test_it_ends_by_the_clock_in_mid_page(cast: c.Cast) -> None:
    case = c.open_case(cast)
    let_in(cast.ibrahima, case)
    client = sign_in(cast.ibrahima)
    assert client.get(reverse("case", args=[case.pk])).status_code == 200
    later(minutes=59)
    assert client.get(reverse("case", args=[case.pk])).status_code == 200
    later(minutes=60)
    assert same_as_unknown(client, "case", case.pk)
    late = client.post(reverse("case_reveal", args=[case.pk]), {"groups": ["contact"], "reason": "contact"})
    assert late.status_code == 404
    assert "Canari" not in late.content.decode()


def test_it_is_ended_by_who_reads_and_by_nobody_else(cast: c.Cast) -> None:
    case = c.open_case(cast)
    reading = let_in(cast.ibrahima, case)
    ending = reverse("case_reading_end", args=[case.pk])
    assert sign_in(cast.aissatou).post(ending).status_code == 404
    assert sign_in(cast.ibrahima).post(ending).status_code == 302
    assert page(cast.ibrahima, case).status_code == 404
    reading.refresh_from_db()
    assert reading.ended_at is not None
    assert Event.objects.filter(verb="revoke", object_id=reading.pk).exists()


def test_the_reading_goes_with_the_role(cast: c.Cast) -> None:
    case = c.open_case(cast)
    let_in(cast.codou, case)
    let_in(cast.khady, case, ReadingWhy.REVIEW, days=7)
    assert [page(who, case).status_code for who in (cast.codou, cast.khady)] == [404, 404]


def test_a_supervisor_from_outside_reviews_and_the_own_one_acts_as_before(cast: c.Cast) -> None:
    case = c.open_case(cast)
    let_in(cast.elisabeth, case, ReadingWhy.REVIEW, days=7)
    let_in(cast.bineta, case, ReadingWhy.REVIEW, days=7)
    assert "referral/case/reading.html" in {each.name for each in page(cast.elisabeth, case).templates}
    assert page(cast.elisabeth, case, "case_close").status_code == 403
    assert str(case.pk) not in sign_in(cast.elisabeth).get(reverse("cases")).content.decode()
    assert "referral/case/page.html" in {each.name for each in page(cast.bineta, case).templates}
    assert page(cast.bineta, case, "case_close").status_code == 200
    scopes = Event.objects.using("audit").filter(verb="view", case_id=case.pk).values_list("scope", flat=True)
    assert set(scopes) == {"REVIEW"}
