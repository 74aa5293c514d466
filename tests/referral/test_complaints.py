"""A complaint about a worker or a centre goes past both: one named person reads it, nobody else learns of it."""

import os
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from partners.enums import OrganisationKind, OrganisationStatus, Role
from partners.models import Membership, Organisation, User
from referral.forms.when import BOX
from referral.models import Complaint, ComplaintDesk, ComplaintStep, Delivery, Draft, Notice, Submission, Task
from referral.references import spoken
from referral.services import clock as rounds
from referral.services.nudging import NUDGE, send_nudge
from tests import cast as c
from tests.addresses import ACCESS
from tests.referral.pages import later, press, sign_in
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

#: Pages that differ at each reading, or have nothing to say of a house.
READ_ONCE = ("complaint_new", "complaint_sheet", "health-live", "health-ready", "complaint_desk")
#: Where lists, counts, looks, reports and background work stand; with FULL=1 every page is walked.
SHORT = {
    "home",
    "notices",
    "tasks",
    "cases",
    "inbox",
    "supervision",
    "lost_loops",
    "orders",
    "incidents",
    "worker",
    "cdp",
}
FULL = os.environ.get("FULL") == "1"
SAID = {
    "worker": "Daouda Canari",
    "what": "a crié canari",
    "complainant": "Plaignante Canari",
    "way": "own",
}


@pytest.fixture
def rose(cast: c.Cast) -> User:
    """Of the human-rights supervision, named by the coordinator; Khady, the unit's auditor, stands in."""
    with c.acting(), transaction.atomic():
        house = c.organisation("Supervision", OrganisationKind.HUMAN_RIGHTS, cast.region)
        rose = c.person("rose", house, Role.AUDITOR, at=clock.now())
    answer = press(
        sign_in(cast.ibrahima),
        reverse("complaint_desk"),
        person=str(rose.pk),
        stand_in=str(cast.khady.pk),
        telephone="+221 33 000 00 55",
        post="BP 12, Dakar",
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return rose


def complained(client: Client, about: Organisation, **typed: Any) -> Complaint:
    answer = press(client, reverse("complaint_new"), **(SAID | {"organisation": str(about.pk)} | typed))
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == reverse("home"), "no address says that somebody has complained"
    return Complaint.objects.get()


def test_it_is_read_by_the_independent_person_and_the_one_who_stands_in(cast: c.Cast, rose: User) -> None:
    row = complained(sign_in(cast.codou), cast.centre)
    assert (row.handler, row.stand_in) == (rose, cast.khady)
    for reader in (rose, cast.khady):
        client = sign_in(reader)
        assert spoken(row.code) in client.get(reverse("complaints")).content.decode()
        page = client.get(reverse("complaint", args=[row.pk])).content.decode()
        for word in ("Daouda Canari", "a crié canari", "Plaignante Canari", "Maison Teranga"):
            assert word in page
        assert reverse("complaints") in client.get(reverse("supervision")).content.decode()


def test_who_looks_into_it_finds_it_on_the_first_page_until_it_is_closed(cast: c.Cast, rose: User) -> None:
    def waits(who: User) -> list[str]:
        lines = sign_in(who).get("/").context["lines"]
        return [line["what"] for line in lines if line["url"] == reverse("complaints")]

    assert waits(rose) == []
    row = complained(sign_in(cast.codou), cast.centre)
    assert waits(rose) == waits(cast.khady) == ["1 à examiner"]
    for who in (cast.codou, cast.daouda, cast.elisabeth, cast.ibrahima, cast.mareme):
        assert waits(who) == []
    with c.acting(), transaction.atomic():
        row.state, row.closed_at = "closed", clock.now()
        c.write(row)
    assert waits(rose) == []


def test_the_accused_the_centre_and_coordination_see_nothing_on_any_page(cast: c.Cast, rose: User) -> None:
    """Pages that open without a row, before and after: word for word the same but for the clock."""
    people = ["daouda", "elisabeth", "ibrahima", "bineta", "mareme"]
    before = {name: walked(cast.people[name]) for name in people}
    row = complained(sign_in(cast.codou), cast.centre, complainant="")
    handled = sign_in(rose)
    typed = {"state": "looked_into", "note": "note canari"}
    assert press(handled, reverse("complaint", args=[row.pk]), **typed).status_code == 302
    work()  # the mail that something waits has left, as it does within seconds
    for name in people:
        client = sign_in(cast.people[name])
        assert client.get(reverse("complaint", args=[row.pk])).status_code == 404
        assert client.get(reverse("complaints")).status_code == 404
        after = walked(cast.people[name])
        assert {url for url in after if after[url] != before[name].get(url)} == set(), name
        assert not any("canari" in body or spoken(row.code) in body for body in after.values())
    for model in (Notice, Task, Delivery, Draft):
        assert not model._default_manager.exists(), model


def walked(user: User) -> dict[str, str]:
    """All pages about no row that this person may open, also exports; without what a second reading changes."""
    client, bodies = sign_in(user), {}
    for name, row in ACCESS.items():
        if row.about or "GET" not in row.methods or row.expected(known_as(user)) != 200:
            continue
        if name.startswith("account_") or name in READ_ONCE or not (FULL or name in SHORT):
            continue
        url = row.address(name, None)
        answer = client.get(url)
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            told = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", answer.content.decode())
            bodies[url] = re.sub(r'(value|nonce)="[^"]{16,}"|\d', "…", told)
    return bodies


def known_as(user: User) -> str:
    return user.email.partition("@")[0]


def test_no_event_names_who_wrote_it_or_whom_it_is_about_or_a_file(cast: c.Cast, rose: User) -> None:
    row = complained(sign_in(cast.codou), cast.centre, complainant="")
    press(sign_in(rose), reverse("complaint", args=[row.pk]), state="looked_into", note="note canari")
    step = ComplaintStep.objects.get()
    about = [row.pk, step.pk]
    found = [
        event
        for alias in ("default", "audit")
        for event in Event.objects.using(alias).filter(object_id__in=about, outcome="ok")
    ]
    assert {event.verb for event in found} >= {"create", "change", "reveal"}
    for event in found:
        assert (event.actor_id, event.organisation_id, event.case_id) == (None, None, None)
        assert (event.session_hash, event.ip_class) == ("", "")
    with c.acting():
        assert {(event.detail or {}).get("actor") for event in found} == {None, str(rose.pk)}
    assert {each.history_by for each in Complaint.history.filter(id=row.pk)} == {None}
    assert {each.location for each in Submission.objects.filter(user=cast.codou)} == {reverse("home")}


def test_one_who_wants_to_be_known_is_kept_sealed_with_the_event(cast: c.Cast, rose: User) -> None:
    row = complained(sign_in(cast.codou), cast.centre)
    event = Event.objects.get(object_id=row.pk, verb="create")
    assert event.actor_id is None
    with c.acting():
        assert event.detail == {"actor": str(cast.codou.pk)}


def test_a_complaint_about_the_own_house_of_the_independent_person_goes_to_who_stands_in(
    cast: c.Cast, rose: User
) -> None:
    row = complained(sign_in(cast.codou), rose.organisation)
    assert (row.handler, row.stand_in) == (cast.khady, None)
    assert sign_in(rose).get(reverse("complaint", args=[row.pk])).status_code == 404


def test_without_anybody_independent_the_form_says_how_else_and_keeps_what_was_typed(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        c.write(ComplaintDesk(telephone="+221 33 000 00 55", post="BP 12, Dakar"))
    typed = SAID | {"organisation": str(cast.centre.pk)}
    answer = press(sign_in(cast.codou), reverse("complaint_new"), **typed)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "BP 12, Dakar" in body
    assert "a crié canari" in body
    assert not Complaint.objects.exists()


def test_the_mail_says_only_that_something_waits(cast: c.Cast, rose: User) -> None:
    complained(sign_in(cast.codou), cast.centre)
    mail.outbox.clear()
    send_nudge(rose.pk)
    (sent,) = mail.outbox
    assert sent.to == [rose.email]
    for word in ("plainte", "complaint", "Centre", "canari", "Canari"):
        assert word not in f"{sent.subject}{sent.body}"


def test_the_complainant_comes_back_with_the_code_by_telephone(cast: c.Cast, rose: User) -> None:
    page = sign_in(cast.codou).get(reverse("complaint_new"))
    code = page.context["form"]["code"].value()
    assert spoken(code) in page.content.decode()
    row = complained(sign_in(cast.codou), cast.centre, code=code)
    assert row.code == code
    client = sign_in(rose)
    found = client.post(reverse("complaints"), {"code": spoken(code).lower()})
    assert found["Location"] == reverse("complaint", args=[row.pk])
    told = press(client, found["Location"], state="answered", answer="Nous avons parlé canari")
    assert told.status_code == 302
    closed = press(client, found["Location"], state="closed")
    assert closed.status_code == 302
    row.refresh_from_db()
    assert row.closed_at is not None
    assert "Nous avons parlé canari" in client.get(found["Location"]).content.decode()


def test_an_answer_needs_its_words_and_a_stale_page_changes_nothing(cast: c.Cast, rose: User) -> None:
    row = complained(sign_in(cast.codou), cast.centre)
    url = reverse("complaint", args=[row.pk])
    refused = press(sign_in(rose), url, state="answered")
    assert refused.status_code == 200
    assert "answer" in refused.context["form"].errors
    stale = press(sign_in(rose), url, state="looked_into", version="9")
    assert stale.context["form"].stale
    assert not ComplaintStep.objects.exists()


def test_a_sheet_of_a_person_keeps_its_own_code(cast: c.Cast, rose: User) -> None:
    sheet = sign_in(cast.daouda).get(reverse("complaint_sheet"))
    code = sheet.context["code"]
    row = complained(sign_in(cast.daouda), cast.centre, way="sheet", sheet=code, complainant="")
    assert spoken(row.code) == code
    assert Event.objects.get(object_id=row.pk, verb="create").detail is None
    wrong = press(
        sign_in(cast.daouda),
        reverse("complaint_new"),
        **(SAID | {"organisation": str(cast.centre.pk), "sheet": "AAA AAA AAA"}),
    )
    assert "sheet" in wrong.context["form"].errors
    again = press(
        sign_in(cast.daouda),
        reverse("complaint_new"),
        **(SAID | {"organisation": str(cast.centre.pk), "sheet": code}),
    )
    said = " ".join(again.context["form"].non_field_errors())
    assert "déjà servi" in said
    assert "BP 12, Dakar" in said, "and how to come back to it"
    assert Complaint.objects.count() == 1


def test_a_step_that_is_late_is_called_to_mind_to_who_looks_into_it_and_in_the_end_to_who_stands_in(
    cast: c.Cast, rose: User
) -> None:
    def heard() -> set[str]:
        mail.outbox.clear()
        with c.acting():
            assert rounds.run("overdue_complaints", clock.now()) == 0, "its number is nobody's"
        work(NUDGE)
        return {each.to[0] for each in mail.outbox}

    row = complained(sign_in(cast.codou), cast.centre)
    work(NUDGE)
    assert heard() == set()
    late = row.due_at - clock.now() + timedelta(minutes=1)
    later(seconds=late.total_seconds())
    assert heard() == {rose.email}
    assert heard() == set()
    later(seconds=(late + timedelta(days=1)).total_seconds())
    assert heard() == {rose.email}
    assert "app-deadline--late" in sign_in(rose).get(reverse("complaint", args=[row.pk])).content.decode()
    later(seconds=(late + timedelta(days=8)).total_seconds())
    assert heard() == {rose.email, cast.khady.email}
    typed = {
        "state": "looked_into",
        "due_at": timezone.localtime(clock.now() + timedelta(days=3)).strftime(BOX),
    }
    assert press(sign_in(rose), reverse("complaint", args=[row.pk]), **typed).status_code == 302
    later(seconds=(late + timedelta(days=10)).total_seconds())
    assert heard() == set(), "the next step has its own time"
    later(seconds=(late + timedelta(days=12)).total_seconds())
    assert heard() == {rose.email}
    assert not Notice.objects.exists()
    for event in Event.objects.filter(object_id=row.pk):
        assert (event.actor_id, event.case_id) == (None, None)


def test_when_both_have_left_whoever_is_named_then_takes_it_up(cast: c.Cast, rose: User) -> None:
    row = complained(sign_in(cast.codou), cast.centre)
    with c.acting(), transaction.atomic():
        new = c.person("nouvelle", cast.unit, Role.AUDITOR, at=clock.now())
        desk = ComplaintDesk.objects.get()
        desk.person, desk.stand_in = new, None
        c.write(desk, fields=["person", "stand_in"])
        for user in (rose, cast.khady):
            user.is_active = False
            c.write(user, fields=["is_active"])
    with c.acting():
        assert rounds.run("complaints", clock.now()) == 0, "its number is nobody's"
    row.refresh_from_db()
    assert row.handler == new


def test_who_audits_no_more_or_whose_house_is_suspended_has_left_too(cast: c.Cast, rose: User) -> None:
    row = complained(sign_in(cast.codou), cast.centre)
    with c.acting(), transaction.atomic():
        new = c.person("nouvelle", cast.unit, Role.AUDITOR, at=clock.now())
        desk = ComplaintDesk.objects.get()
        desk.person, desk.stand_in = new, None
        c.write(desk, fields=["person", "stand_in"])
        house = rose.organisation
        house.status = OrganisationStatus.SUSPENDED
        c.write(house, fields=["status"])
    with c.acting():
        rounds.run("complaints", clock.now())
    row.refresh_from_db()
    assert row.handler == rose, "Khady, who stands in, is there"
    with c.acting(), transaction.atomic():
        seat = Membership.objects.get(user=cast.khady, role=Role.AUDITOR)
        seat.until = clock.now()
        c.write(seat, fields=["until"])
    with c.acting():
        rounds.run("complaints", clock.now() + timedelta(seconds=1))
    row.refresh_from_db()
    assert row.handler == new
    assert sign_in(new).get(reverse("complaint", args=[row.pk])).status_code == 200


def test_nobody_is_named_who_decides_on_cases(cast: c.Cast) -> None:
    for who in (cast.bineta, cast.ibrahima, cast.mareme):
        answer = press(sign_in(cast.mareme), reverse("complaint_desk"), person=str(who.pk))
        assert answer.status_code == 200
        assert "person" in answer.context["form"].errors
    assert not ComplaintDesk.objects.exists()
