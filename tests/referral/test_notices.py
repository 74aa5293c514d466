"""What somebody was told: what it is about today, in codes, to whom may see it; first what waits for a word."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.models import User
from partners.templatetags.interface import dial
from referral.enums import TaskKind
from referral.models import Case, CustodyTitle, Notice, Rung, Task
from referral.queries.notices import notices_of
from referral.references import spoken
from referral.services import custody
from tests import cast as c
from tests.referral.pages import act, later, leaked, press, sign_in
from tests.referral.passing import rounds
from tests.referral.story import fr
from tests.world import report

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def newest(user: User, **about: Any) -> Notice:
    return Notice.objects.filter(user=user, **about).latest("made_at")


def rows_of(user: User, address: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sign_in(user).get(reverse("notices") + address).context["rows"]
    return found


def numbered(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        cast.centre.telephone = "+221 33 800 11 22"
        c.write(cast.centre, fields=["telephone"])


def entered(cast: c.Cast, case: Case, by: User | None = None) -> CustodyTitle:
    """A title under the name of the court."""
    with c.acting(by or cast.aissatou) as actor:
        return custody.enter_title(
            case.pk,
            by=actor,
            at=clock.now(),
            action="requisition",
            court=cast.court,
            number="N° 12",
            name_on_order="Nom Canari",
            issued_on=clock.now().date(),
            ends_at=clock.now() + timedelta(days=3),
        )


# --- the page on which one confirms


def test_who_confirms_reads_what_it_is_about_who_is_silent_and_whom_to_telephone(cast: c.Cast) -> None:
    numbered(cast)
    referral = c.sent(cast, urgency="urgent")
    rounds(24.1)
    notice = newest(cast.aissatou, rung__object_id=referral.pk)
    page = sign_in(cast.aissatou).get(reverse("notice", args=[notice.pk]))
    body = page.content.decode()
    for shown in (
        referral.get_state_display(),
        referral.get_urgency_display(),
        cast.centre.name,
        dial(cast.centre.telephone),
        reverse("referral", args=[referral.pk]),
    ):
        assert str(shown) in body
    assert page.context["due"] == referral.due_at
    assert body.index(reverse("referral", args=[referral.pk])) < body.index('<button class="govuk-button">')
    assert leaked(page) == []
    looks = Event.objects.using("audit").filter(verb="view", scope="notice", object_id=referral.pk)
    assert looks.count() == 1


def test_a_supervisor_told_of_a_task_reads_its_kind(cast: c.Cast) -> None:
    c.declined(cast, c.sent(cast, urgency="urgent"))
    task = Task.objects.get(kind=TaskKind.REDIRECT)
    rounds(24.1)
    url = reverse("notice", args=[newest(cast.bineta, rung__object_id=task.pk).pk])
    body = sign_in(cast.bineta).get(url).content.decode()
    assert task.get_kind_display() in body
    assert reverse("task_done", args=[task.pk]) in body


def test_what_was_done_meanwhile_asks_nobody_to_confirm(cast: c.Cast) -> None:
    c.declined(cast, c.sent(cast, urgency="urgent"))
    task = Task.objects.get(kind=TaskKind.REDIRECT)
    rounds(24.1)
    assert sign_in(cast.bineta).get("/").context["to_confirm"] == 1
    press(sign_in(cast.aissatou), reverse("task_done", args=[task.pk]))
    notice = newest(cast.bineta, rung__object_id=task.pk)
    assert sign_in(cast.bineta).get("/").context["to_confirm"] == 0
    assert sign_in(cast.bineta).get(reverse("notice", args=[notice.pk])).status_code == 302


def test_the_registry_is_led_to_the_title_that_it_is_asked_for(cast: c.Cast) -> None:
    title = entered(cast, c.open_case(cast))
    rounds(40, every=4)
    notice = newest(cast.habib, object_type="task")
    answer = sign_in(cast.habib).get(reverse("notice", args=[notice.pk]))
    assert answer.url == reverse("title_confirm", args=[title.pk])
    [row] = [row for row in rows_of(cast.habib) if str(notice.pk) in row["url"]]
    assert row["what"] == str(TaskKind.CONFIRM_TITLE.label)


# --- the list


def test_the_list_says_what_each_is_about_with_the_deadline_of_today(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="emergency")
    [row] = rows_of(cast.codou)
    assert (row["label"], row["urgency"]) == (referral.get_state_display(), "emergency")
    assert (row["due"], row["over"], row["house"]) == (referral.due_at, False, "")
    act(cast.codou, referral, "acknowledge")
    act(cast.codou, referral, "request_info", codes=["AGE"])
    asked = newest(cast.aissatou, object_id=referral.pk, action_needed=True)
    rounds(49, every=7, rules=["questions"])  # the desk's own time runs on in the same state
    referral.refresh_from_db()
    assert asked.due_at != referral.due_at
    url = reverse("notice", args=[asked.pk])
    assert [row["due"] for row in rows_of(cast.aissatou) if row["url"] == url] == [referral.due_at]


def test_what_has_moved_is_grey_and_not_late(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    later(hours=30)
    act(cast.codou, referral, "acknowledge")
    later(hours=60)
    page = sign_in(cast.codou).get(reverse("notices"))
    [row] = page.context["rows"]
    assert (row["over"], row["due"], row["urgency"]) == (True, None, "")
    assert "app-list--over" in page.content.decode()
    assert "app-deadline--late" not in page.content.decode()


def test_a_closed_object_shows_nothing_but_the_reference(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="emergency")
    c.declined(cast, referral)
    [row] = rows_of(cast.codou)
    assert (row["reference"], row["over"]) == (spoken(referral.reference), True)
    assert (row["label"], row["urgency"], row["house"]) == ("", "", "")
    assert row["what"] == fr("No longer yours to open")


def test_a_notice_for_a_task_of_a_file_names_the_task_and_ends_with_it(cast: c.Cast) -> None:
    case = report(cast)
    [row] = [row for row in rows_of(cast.bineta) if row["reference"] == spoken(case.reference)]
    assert row["what"] == str(TaskKind.TAKE_IN_REPORT.label)
    assert not row["over"]
    press(sign_in(cast.aissatou), reverse("case_take_in", args=[case.pk]))
    [row] = [row for row in rows_of(cast.bineta) if row["reference"] == spoken(case.reference)]
    assert row["over"]


def told_often(user: User, about: Any, count: int) -> None:
    at = clock.now()
    Notice.objects.bulk_create(
        Notice(
            user=user,
            reference=about.reference,
            object_type="referral",
            object_id=about.pk,
            made_at=at + timedelta(seconds=number),
        )
        for number in range(count)
    )


def more_to_confirm(notice: Notice, count: int) -> None:
    for number in range(count):
        rung = Rung.objects.get(pk=notice.rung_id)
        rung.id, rung.number = uuid4(), rung.number + 10 + number
        rung.save(force_insert=True)
        again = Notice.objects.get(pk=notice.pk)
        again.id, again.rung = uuid4(), rung
        again.save(force_insert=True)


def test_confirmations_come_first_and_every_notice_is_on_some_page_once(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    rounds(24.1)
    more_to_confirm(newest(cast.elisabeth), 3)
    told_often(cast.elisabeth, referral, 60)
    every = set(Notice.objects.filter(user=cast.elisabeth).values_list("pk", flat=True))
    browser, url, seen = sign_in(cast.elisabeth), reverse("notices"), []
    while url:
        page = browser.get(url)
        seen += [row["url"] for row in page.context["rows"]]
        url = page.context["next_url"]
    assert len(seen) == len(set(seen)) == len(every) == 64
    confirm = {reverse("notice", args=[pk]) for pk in every if Notice.objects.get(pk=pk).asks_confirmation}
    assert set(seen[:4]) == confirm


def test_the_pages_of_confirmations_go_on_where_they_ended(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    rounds(24.1)
    more_to_confirm(newest(cast.elisabeth), 2)
    told_often(cast.elisabeth, referral, 4)
    seen, place = [], None
    while True:
        found, place = notices_of(cast.elisabeth.pk, place, limit=1)
        seen += [notice.pk for notice in found]
        if place is None:
            break
    assert len(seen) == len(set(seen)) == Notice.objects.filter(user=cast.elisabeth).count() == 7


def test_a_long_list_asks_no_more_than_a_short_one(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    browser = sign_in(cast.codou)
    browser.get(reverse("notices"))
    counts = []
    for more in (0, 20):
        told_often(cast.codou, referral, more)
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("notices"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
