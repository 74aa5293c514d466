"""The human-rights monitor: figures and samples in which nobody and no file is recognised, or joined with a page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from audit import clock
from audit import services as audit
from audit.models import Event
from partners.enums import OrganisationKind, Role
from partners.models import Organisation, User
from referral.models import Case, Complaint, Referral
from referral.queries.monitored import SAMPLE, SMALLEST_SHOWN, figures
from referral.references import spoken
from referral.services.monitoring import read_sampled
from referral.services.steps import NotVisible
from referral.views.monitor import letter, shown
from tests import cast as c
from tests.referral.pages import leaked, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


@pytest.fixture
def monitors(cast: c.Cast, one_connection: None) -> list[User]:
    """Two of a mission that supervises human rights."""
    with c.acting(), transaction.atomic():
        house = c.organisation("Mission des droits", OrganisationKind.HUMAN_RIGHTS, cast.region)
        return [c.person(name, house, Role.AUDITOR, at=cast.at) for name in ("rose", "salif")]


def codes(user: User) -> list[str]:
    page = sign_in(user).get(reverse("monitor"))
    assert page.status_code == 200
    return [row["url"].rstrip("/").rpartition("/")[2] for row in page.context["sample"]]


def names_nobody(body: str, user: User) -> None:
    """No person in care, no worker, no organisation, no code of a case, no id that another page has."""
    shown_here = body.replace("\xa0", "").replace(" ", "")
    # The frame greets the reader by name and house; every other name is planted.
    for other in User.objects.exclude(pk=user.pk):
        assert f">{other.name}" not in body, other.name
        assert f"{other.name}," not in body, other.name
    # There is one national unit: of it the kind is the name.
    for house in Organisation.objects.exclude(pk=user.organisation_id).exclude(is_national_unit=True):
        assert house.name not in body
    for row in (*Case.objects.all(), *Referral.objects.all()):
        assert row.reference not in shown_here
        assert spoken(row.reference) not in body
        assert str(row.pk) not in body
    assert not UUID.search(re.sub(r'name="[a-z]+" value="[^"]*"', "", body))


def test_nothing_on_either_page_names_anybody(cast: c.Cast, monitors: list[User]) -> None:
    case = c.open_case(cast)
    c.started(cast, c.accepted(cast, c.sent(cast, case)))
    asked = {"groups": ["narrative"], "reason": "care"}
    sign_in(cast.aissatou).post(reverse("case_reveal", args=[case.pk]), asked)
    rose = sign_in(monitors[0])
    page = rose.get(reverse("monitor"))
    names_nobody(page.content.decode(), monitors[0])
    assert leaked(page) == []
    [code] = codes(monitors[0])
    sampled = rose.get(reverse("monitored_file", args=[code]))
    assert sampled.status_code == 200
    assert leaked(sampled) == []
    names_nobody(sampled.content.decode(), monitors[0])
    lines = sampled.context["lines"]
    assert {line["who"] for line in lines} >= {"Agent A", "Agent B"}
    assert {line["house"] for line in lines} >= {"Centre d’accueil"}
    # Weeks only: no clock, and no other day than a Monday.
    assert not re.search(r"\d\s?h\s?\d\d|\d\s?h\b|\d\d:\d\d", " ".join(line["week"] for line in lines))
    assert {line["week"].partition(" du ")[0] for line in lines} == {"semaine"}
    looks = Event.objects.filter(actor_id=monitors[0].pk, verb="audit.read", case_id=case.pk)
    assert looks.count() == 1


def test_a_code_is_of_one_viewer_and_one_quarter_and_leads_nowhere_else(
    cast: c.Cast, monitors: list[User]
) -> None:
    for _each in range(3):
        c.open_case(cast)
    rose, salif = map(codes, monitors)
    assert len(set(rose)) == 3
    assert rose == codes(monitors[0]), "the draw comes out the same again"
    assert not set(rose) & set(salif)
    for code in (*salif, "AAAAAAAAAA", "x"):
        assert sign_in(monitors[0]).get(reverse("monitored_file", args=[code])).status_code == 404
    with c.acting(monitors[0]) as actor:
        assert actor is not None
        with pytest.raises(NotVisible):
            read_sampled(actor, rose[0], clock.now() + timedelta(days=100))


def test_the_sample_is_as_large_as_it_says(cast: c.Cast, monitors: list[User], monkeypatch: Any) -> None:
    monkeypatch.setattr("referral.services.monitoring.SAMPLE", 2)
    for _each in range(3):
        c.open_case(cast)
    assert len(codes(monitors[0])) == 2
    assert SAMPLE > 2


def test_the_monitor_reads_this_view_alone_and_nobody_else_reads_it(
    cast: c.Cast, monitors: list[User]
) -> None:
    case = c.open_case(cast)
    rose = sign_in(monitors[0])
    home = rose.get(reverse("supervision")).context["rows"]
    # The fingerprint and the proof are about no person and no file.
    assert {row["url"] for row in home} == {reverse(name) for name in ("monitor", "fingerprint", "proof")}
    for name, pk in (
        ("supervised_files", None),
        ("supervised_file", case.pk),
        ("supervised_file_print", case.pk),
        ("supervised_file_looks", case.pk),
        ("supervised_people", None),
        ("supervised_person", cast.aissatou.pk),
        ("unusual_access", None),
        ("unusual_finding", case.pk),
        ("break_glass", None),
        ("reviews", None),
        ("review_draw", None),
        ("orders", None),
        ("incidents", None),
        ("cdp", None),
    ):
        assert rose.get(reverse(name, args=[pk] if pk else [])).status_code == 403, name
    [code] = codes(monitors[0])
    for who in ("khady", "bineta", "ibrahima", "mareme", "lamine"):
        for url in (reverse("monitor"), reverse("monitored_file", args=[code])):
            assert sign_in(cast.people[who]).get(url).status_code == 403, who


def test_a_monitor_of_one_region_counts_and_draws_there_only(cast: c.Cast, monitors: list[User]) -> None:
    c.open_case(cast)
    seat = monitors[0].memberships.get()
    other = type(cast.region).objects.exclude(pk=cast.region.pk).first()
    assert other is not None
    with c.acting(), transaction.atomic():
        seat.region = other
        c.write(seat, fields=["region"])
    assert codes(monitors[0]) == []
    assert len(codes(monitors[1])) == 1


def test_a_region_is_named_where_it_points_at_no_file(cast: c.Cast, monitors: list[User]) -> None:
    for _each in range(SMALLEST_SHOWN - 1):
        c.open_case(cast)
    rose = sign_in(monitors[0])
    assert {row["region"] for row in rose.get(reverse("monitor")).context["sample"]} == {
        "une région avec peu de dossiers"
    }
    c.open_case(cast)
    assert {row["region"] for row in rose.get(reverse("monitor")).context["sample"]} == {cast.region.name}


def test_small_figures_are_not_shown() -> None:
    assert shown(0) == "0"
    assert shown(SMALLEST_SHOWN) == str(SMALLEST_SHOWN)
    assert {shown(count) for count in range(1, SMALLEST_SHOWN)} == {f"moins de {SMALLEST_SHOWN}"}


def test_agents_are_letters() -> None:
    assert [letter(number) for number in (0, 25, 26, 27, 51, 52, 702)] == [
        "A",
        "Z",
        "AA",
        "AB",
        "AZ",
        "BA",
        "AAA",
    ]


def test_the_figures_do_not_count_what_happens_to_a_complaint(cast: c.Cast, monitors: list[User]) -> None:
    week = clock.now() - timedelta(days=8)
    with c.acting(monitors[0]) as actor:
        before = figures(actor, clock.now()).weeks
    with c.acting(at=week):
        audit.look("reveal", Complaint)
        audit.look("reveal", Case)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE object_type = 'referral.complaint'")
        assert cursor.fetchone() == (1,)
    with c.acting(monitors[0]) as actor:
        counted = figures(actor, clock.now() + timedelta(days=7)).weeks
    looks = sum(each for _week, each, _denied, _left in counted)
    assert looks == sum(each for _week, each, _denied, _left in before) + 1
