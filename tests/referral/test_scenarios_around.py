"""Those around a case: police and hotline who reported it, the court of its title, the supervisor who reads looks."""

from contextlib import nullcontext
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import pgettext

from audit import clock
from audit.models import Event
from audit.queries import looks_at_case
from partners.enums import OrganisationKind, Role
from referral.enums import TaskKind
from referral.models import Case, CustodyTitle, Task
from tests import canary
from tests import cast as c
from tests.referral.story import Story, form_of, fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture
def story(cast: c.Cast, django_capture_on_commit_callbacks: Any) -> Story:
    return Story(cast, django_capture_on_commit_callbacks)


@pytest.fixture
def hotline(cast: c.Cast) -> c.Cast:
    """Yacine answers a hotline."""
    with c.acting(), transaction.atomic():
        house = c.organisation("Ligne d’écoute", OrganisationKind.HOTLINE, cast.region)
        cast.people["yacine"] = c.person("yacine", house, Role.REPORTER, at=clock.now())
    return cast


@pytest.mark.parametrize(
    ("who", "knows"),
    [
        ("gora", ["Received", "Taken in charge", "Taken in charge", "Closed"]),
        ("yacine", ["case|Reported", "case|Screening", "case|Immediate protection", "case|Closed"]),
    ],
)
def test_who_reported_sees_as_much_as_they_may(
    hotline: c.Cast, story: Story, who: str, knows: list[str]
) -> None:
    """Police: received, taken in charge, closed; no organisation, place or answer. A hotline: the state."""
    typed = {
        name: value for name, value in form_of(c.GIRL).items() if name not in ("risk", "narrative", "health")
    }
    story.does(who, reverse("alert_new"), told="aissatou bineta", **typed, region=hotline.region.code)
    case = Case.objects.get()
    pages = [told_of(story, who, case)]
    story.does("aissatou", reverse("case_take_in", args=[case.pk]))
    pages.append(told_of(story, who, case))
    story.does("aissatou", reverse("case_protect", args=[case.pk]))
    referral = story.refers(case, hotline.centre, "SHELTER_EMERG", told="codou")
    pages.append(told_of(story, who, case))
    story.acts("aissatou", referral, "withdraw", told="codou", reason_code="ERROR")
    story.does(
        "bineta",
        reverse("case_close", args=[case.pk]),
        told="aissatou",
        reason="PERSON_REQUEST",
        informed="on",
    )
    pages.append(told_of(story, who, case))
    assert pages == [word_of(each) for each in knows]


def told_of(story: Story, who: str, case: Case) -> str:
    """The one word of the reporter's list; no page of theirs says more."""
    answer = story.browser(who).get(reverse("alerts"))
    (row,) = answer.context["rows"]
    seen = answer.content + story.browser(who).get(reverse("home")).content
    hidden = [*c.SECRETS.values(), story.cast.unit.name, story.cast.centre.name, case.reference, "Aissatou"]
    assert canary.found(hidden, seen) == []
    assert {story.status(who, name, case.pk) for name in ("case", "case_print", "case_looks")} == {404}
    return str(row["label"])


def word_of(msgid: str) -> str:
    context, _bar, word = msgid.rpartition("|")
    with translation.override("fr"):
        return pgettext(context, word) if context else fr(word)


def enters_title(story: Story, case: Case, court: Any, name: str) -> CustodyTitle:
    day = clock.now().date()
    story.does(
        "aissatou",
        reverse("title", args=[case.pk]),
        action="requisition",
        court=str(court.pk),
        number="N° 7-Canari",
        name_on_order=name,
        issued_on_day=str(day.day),
        issued_on_month=str(day.month),
        issued_on_year=str(day.year),
    )
    return CustodyTitle.objects.get(case=case)


def test_a_registry_reaches_the_titles_of_its_court_and_nothing_else(story: Story) -> None:
    cast = story.cast
    with c.acting(), transaction.atomic():
        elsewhere = c.organisation("Tribunal de Thiès", OrganisationKind.COURT, cast.region)
        cast.people["joseph"] = c.person("joseph", elsewhere, Role.JUSTICE, at=clock.now())
    minor = {"age_status": "child", "age_band": "9-13", "children": []}
    ours, theirs = story.opens_case(**minor), story.opens_case(**minor)
    title = enters_title(story, ours, cast.court, "Nom Canari")
    other = enters_title(story, theirs, elsewhere, "Autre Canari")

    listed = story.reads("habib", "titles")
    assert str(title.pk) in listed
    assert str(other.pk) not in listed
    assert canary.found([*c.SECRETS.values(), "Nom Canari", "N° 7-Canari"], listed.encode()) == []
    opened = story.reads("habib", "title_confirm", title.pk)
    paper = ["Nom Canari", "N° 7-Canari"]
    assert canary.found([*c.SECRETS.values(), ours.reference, *paper], opened.encode()) == paper
    (look,) = Event.objects.using("audit").filter(actor_id=cast.habib.pk, verb="reveal")
    assert (look.object_id, look.fields) == (title.pk, ["number", "name_on_order"])
    for address in ("case", "case_print", "case_looks", "title"):
        assert story.status("habib", address, ours.pk) == 404
    assert story.status("joseph", "title_confirm", title.pk) == 404
    assert story.browser("joseph").post(reverse("title_confirm", args=[title.pk])).status_code == 404

    story.does("habib", reverse("title_confirm", args=[title.pk]), told="aissatou")
    title.refresh_from_db()
    assert title.confirmed_by_id == cast.habib.pk
    assert not Task.objects.filter(kind=TaskKind.CONFIRM_TITLE, case=ours, done_at=None).exists()


@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
def test_a_supervisor_reads_who_looked_at_the_file(transactional_cast: c.Cast) -> None:
    """Views and reveals with their fields and reasons; others by their organisation; rows of a list are no looks."""
    cast = transactional_cast
    story = Story(cast, lambda execute: nullcontext())
    case = story.opens_case(age_status="child", age_band="9-13", children=[])
    referral = story.refers(case, cast.centre, "SHELTER_EMERG", told="codou")
    story.acts("codou", referral, "accept", told="aissatou", conflict="no", worker=str(cast.daouda.pk))
    looks = looks_at_case(case.pk)
    before = looks.count()
    story.reads("aissatou", "cases")
    story.reads("codou", "inbox")
    assert looks.count() == before

    reveal = {"groups": ["health"], "reason": "care"}
    opened = story.browser("aissatou").post(reverse("case_reveal", args=[case.pk]), reveal).content.decode()
    assert canary.found(c.SECRETS.values(), opened.encode()) == ["santé canari"]
    story.reads("daouda", "referral_shared", referral.pk)
    rows = story.browser("bineta").get(reverse("case_looks", args=[case.pk])).context["rows"]
    by_aissatou = [row for row in rows if row["who"] == "Aissatou" and row["why"]]
    assert [(row["fields"], str(row["why"])) for row in by_aissatou] == [
        (fr("Health"), fr("To care for the person"))
    ]
    assert [row for row in rows if row["who"] == cast.centre.name and fr("Health") in row["fields"]]
    assert not [row for row in rows if row["who"] in ("Codou", "Daouda", "Elisabeth")]
    assert Event.objects.filter(actor_id=cast.bineta.pk, verb="audit.read", case_id=case.pk).count() == 1
    assert canary.found(c.SECRETS.values(), str(rows).encode()) == []
