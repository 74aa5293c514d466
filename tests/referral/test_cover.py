"""Absences: who stands in, who cannot, and what the cover hears, reads and does."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit import clock
from partners.enums import Role
from partners.models import Absence, User
from referral.enums import TaskKind
from referral.models import Case, Notice, Task
from tests import cast as c
from tests.referral.pages import act_url, later, page_of, press, sign_in
from tests.referral.test_duty import away, box, told

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def test_the_cover_hears_for_the_absent_and_sees_the_tasks(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        cover = c.person("jules", cast.unit, Role.CASEWORKER, at=cast.at)
    case = c.open_case(cast)
    assert sign_in(cover).get(reverse("case", args=[case.pk])).status_code == 404
    away(cast.bineta, cast.aissatou, cover)
    referral = c.declined(cast, c.sent(cast, case))
    task = Task.objects.get(kind=TaskKind.REDIRECT)
    assert (told(cover), Notice.objects.filter(user=cast.aissatou, object_id=referral.pk).count()) == (1, 0)
    browser = sign_in(cover)
    notice = Notice.objects.get(user=cover)
    assert browser.get(reverse("notice", args=[notice.pk])).status_code == 302
    assert [line["url"] for line in browser.get("/").context["lines"]] == [
        reverse("task_done", args=[task.pk])
    ]
    assert browser.get(reverse("case", args=[case.pk])).status_code == 200
    later(days=4)
    browser = sign_in(cover)
    assert browser.get(reverse("case", args=[case.pk])).status_code == 404
    assert browser.get("/").context["lines"] == []


def test_the_cover_of_a_worker_reads_what_the_worker_does(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        cover = c.person("jules", cast.centre, Role.CASEWORKER, at=cast.at)
    referral = c.accepted(cast)
    assert reverse("referral_shared", args=[referral.pk]) not in page_of(cover, referral).content.decode()
    away(cast.elisabeth, cast.daouda, cover)
    assert sign_in(cover).get(act_url(referral, "start")).status_code == 200
    away_again = press(sign_in(cast.elisabeth), reverse("absence_end", args=[Absence.objects.get().pk]))
    assert away_again.status_code == 302
    assert sign_in(cover).get(act_url(referral, "start")).status_code == 403


def seated(cast: c.Cast, house: Any, *roles: str, name: str = "jules") -> User:
    with c.acting(), c.transaction.atomic():
        return c.person(name, house, *roles, at=cast.at)


def end_roles(user: User) -> None:
    with c.acting(), c.transaction.atomic():
        for membership in user.memberships.all():
            membership.until = clock.now()
            c.write(membership, fields=["until"])


@pytest.mark.parametrize("who", ["khady", "lamine", "ibrahima"])
def test_who_never_acts_on_a_case_is_not_offered_as_a_cover(cast: c.Cast, who: str) -> None:
    """An auditor once stood in for a caseworker, read the code of the case, and put off and ended the task."""
    url, at = reverse("cover_absence", args=[cast.aissatou.pk]), clock.now()
    browser, other = sign_in(cast.bineta), seated(cast, cast.unit, Role.CASEWORKER)
    offered = browser.get(url).context["form"].fields["covered_by"].queryset
    assert list(offered) == [cast.bineta, other]
    span = {"begins_at": box(at), "ends_at": box(at + timedelta(days=1))}
    page = press(browser, url, covered_by=cast.people[who].pk, **span)
    assert page.context["form"].errors["covered_by"]
    assert not Absence.objects.exists()


def test_whose_work_nobody_else_can_do_has_no_cover_to_choose(cast: c.Cast) -> None:
    page = sign_in(cast.bineta).get(reverse("cover_absence", args=[cast.khady.pk]))
    assert not page.context["form"].fields["covered_by"].queryset
    assert "Personne d’autre ici" in page.content.decode()


def test_a_cover_whose_seat_has_ended_hears_and_does_nothing_and_the_absent_is_told(cast: c.Cast) -> None:
    cover = seated(cast, cast.unit, Role.CASEWORKER)
    away(cast.bineta, cast.aissatou, cover)
    later(hours=1)
    end_roles(cover)
    referral = c.declined(cast)
    task = Task.objects.get(kind=TaskKind.REDIRECT)
    about = Notice.objects.filter(object_id=referral.pk, user__organisation=cast.unit)
    assert {notice.user for notice in about} >= {cast.aissatou, cast.bineta}
    assert told(cover) == 0
    browser = sign_in(cover)
    for name in ("task_done", "task_delay"):
        assert browser.get(reverse(name, args=[task.pk])).status_code == 404
    assert browser.get(reverse("case", args=[task.case_id])).status_code == 404
    assert "sans remplacement" in sign_in(cast.bineta).get(reverse("duty")).content.decode()
    assert "Ne peut plus faire" in sign_in(cast.bineta).get(reverse("cover")).content.decode()


def test_who_has_no_role_any_more_ends_no_task_of_their_own_either(cast: c.Cast) -> None:
    c.declined(cast)
    task = Task.objects.get(kind=TaskKind.REDIRECT, owner=cast.aissatou)
    assert sign_in(cast.aissatou).get(reverse("task_done", args=[task.pk])).status_code == 200
    end_roles(cast.aissatou)
    assert sign_in(cast.aissatou).get(reverse("task_done", args=[task.pk])).status_code == 404


def test_a_cover_does_not_approve_what_the_absent_asked_for(cast: c.Cast) -> None:
    case = c.open_case(cast, age_status="unknown", age_band="unknown")
    away(cast.bineta, cast.aissatou, cast.bineta)
    url = reverse("case_age", args=[case.pk])
    browser = sign_in(cast.bineta)
    if (page := browser.get(url)).status_code == 200:
        typed = {"age_status": "adult", "age_band": "21-29"}
        page = press(browser, url, **typed)
    assert page.status_code == 403
    assert Case.objects.get(pk=case.pk).person.age_status == "unknown"


def test_nobody_covers_who_is_away_and_nobody_is_away_who_covers(cast: c.Cast) -> None:
    jules = seated(cast, cast.centre, Role.CASEWORKER)
    other = seated(cast, cast.centre, Role.CASEWORKER, name="rama")
    away(cast.elisabeth, cast.daouda, jules)
    browser, at = sign_in(cast.elisabeth), clock.now()
    span = {"begins_at": box(at), "ends_at": box(at + timedelta(days=1))}
    for user, cover in (
        (jules, cast.elisabeth),
        (other, cast.daouda),
        (cast.daouda, other),
    ):
        page = press(browser, reverse("cover_absence", args=[user.pk]), covered_by=cover.pk, **span)
        assert page.status_code == 200
        assert page.context["form"].non_field_errors()
    assert browser.get(reverse("cover_absence", args=[cast.fatou.pk])).status_code == 404
