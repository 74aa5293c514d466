"""The duty: who is told, who takes over, and who may leave."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from partners.enums import Role
from partners.models import Absence, DutyShift, User
from partners.services import duty as roster
from referral.enums import TaskKind
from referral.models import Case, Notice, Referral, Task
from referral.references import spoken
from tests import cast as c
from tests.referral.pages import later, press, sign_in
from tests.referral.passing import heard, rounds
from tests.referral.test_races import client_of, together

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def box(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def shift(by: User, user: User, *, hours: float = 8, since: float = 0) -> DutyShift:
    with c.acting(by) as actor:
        at = clock.now()
        span = {"begins_at": at + timedelta(hours=since), "ends_at": at + timedelta(hours=since + hours)}
        return roster.add_shift(actor, user_id=user.pk, at=at, **span)


def away(by: User, user: User, cover: User, *, days: int = 3) -> Absence:
    with c.acting(by) as actor:
        at = clock.now()
        return roster.record_absence(
            actor,
            user_id=user.pk,
            covered_by=cover.pk,
            begins_at=at,
            ends_at=at + timedelta(days=days),
            at=at,
        )


def take(user: User) -> Any:
    """Opens the roster and presses its button."""
    browser = sign_in(user)
    form = browser.get(reverse("duty")).context["form"]
    return browser.post(
        reverse("duty_take"), {"key": form["key"].value(), "seen": form["seen"].value() or ""}
    )


def told(user: User) -> int:
    return Notice.objects.filter(user=user).count()


# --- the roster on screen


def test_a_supervisor_fills_the_week_and_everybody_of_the_desk_reads_it(cast: c.Cast) -> None:
    browser, at = sign_in(cast.elisabeth), clock.now()
    span = {"begins_at": box(at), "ends_at": box(at + timedelta(hours=9))}
    answer = press(browser, reverse("duty_add"), person=cast.codou.pk, **span)
    assert answer.status_code == 302
    page = sign_in(cast.codou).get(answer.url)
    [line] = [line for line in page.context["lines"] if line.user == cast.codou]
    assert any(line.days)
    assert page.context["guard"] == ["Codou"]
    assert reverse("duty_remove", args=[DutyShift.objects.get().pk]) not in page.content.decode()
    assert (
        reverse("duty_remove", args=[DutyShift.objects.get().pk]) in browser.get(answer.url).content.decode()
    )


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(2, 1), (0, 24 * 8), (1, 3), (-30, -20)],
    ids=["backwards", "too long", "twice", "past"],
)
def test_what_no_roster_holds_is_refused_on_the_form(cast: c.Cast, begins: int, ends: int) -> None:
    shift(cast.elisabeth, cast.codou, hours=4)
    at = clock.now()
    span = {"begins_at": box(at + timedelta(hours=begins)), "ends_at": box(at + timedelta(hours=ends))}
    page = press(sign_in(cast.elisabeth), reverse("duty_add"), person=cast.codou.pk, **span)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert DutyShift.objects.count() == 1


def test_a_week_that_is_no_date_is_this_week(cast: c.Cast) -> None:
    for asked in ("", "x", "0001-01-01", "9999-12-31", "2026-02-30"):
        assert sign_in(cast.codou).get(reverse("duty"), {"week": asked}).status_code == 200


def test_a_running_shift_that_is_removed_ends_now_and_stays_on_record(cast: c.Cast) -> None:
    running, planned = shift(cast.elisabeth, cast.codou), shift(cast.elisabeth, cast.elisabeth, since=20)
    later(hours=1)
    for each in (running, planned):
        url = reverse("duty_remove", args=[each.pk])
        assert press(sign_in(cast.elisabeth), url).status_code == 302
        each.refresh_from_db()
    assert (running.ends_at, running.removed_at) == (clock.now(), None)
    assert planned.removed_at == clock.now()
    assert Event.objects.filter(object_id=running.pk).count() == 2


# --- who is told


def test_whoever_is_on_duty_hears_and_the_others_of_the_desk_do_not(cast: c.Cast) -> None:
    shift(cast.elisabeth, cast.elisabeth, hours=24 * 3)
    referral = c.sent(cast, urgency="urgent")
    assert (told(cast.elisabeth), told(cast.codou)) == (1, 0)
    rounds(12.1)
    assert heard(referral) == [(1, "Elisabeth")]


def test_without_a_guard_the_desk_is_told_as_before(cast: c.Cast) -> None:
    shift(cast.elisabeth, cast.elisabeth, hours=2)
    later(hours=3)
    c.sent(cast)
    assert (told(cast.elisabeth), told(cast.codou)) == (0, 1)


def test_the_last_call_belongs_to_the_national_duty_officer(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        other = c.person("jules", cast.unit, Role.COORDINATOR, at=cast.at)
    shift(cast.ibrahima, other, hours=24 * 4)
    c.sent(cast, urgency="urgent")
    rounds(36, every=4)
    assert Task.objects.get(kind=TaskKind.DUTY_CALL).owner == other
    assert not Notice.objects.filter(user=cast.ibrahima).exists()


# --- taking over


def test_one_button_moves_the_duty_and_what_it_was_told(cast: c.Cast) -> None:
    shift(cast.elisabeth, cast.codou)
    referral = c.sent(cast)
    later(hours=1)
    assert take(cast.elisabeth).url == reverse("duty")
    former, new = DutyShift.objects.order_by("begins_at")
    assert (former.ends_at, new.begins_at, new.user) == (clock.now(), clock.now(), cast.elisabeth)
    assert new.ends_at - former.begins_at == timedelta(hours=8)
    copy = Notice.objects.get(user=cast.elisabeth)
    assert (copy.object_id, copy.action_needed, copy.read_at) == (referral.pk, True, None)
    assert Notice.objects.get(user=cast.codou).read_at is None
    c.sent(cast)
    assert told(cast.codou) == 1


def test_what_was_read_is_not_told_again(cast: c.Cast) -> None:
    shift(cast.elisabeth, cast.codou)
    c.sent(cast)
    sign_in(cast.codou).get(reverse("notice", args=[Notice.objects.get(user=cast.codou).pk]))
    take(cast.elisabeth)
    assert told(cast.elisabeth) == 0


def test_a_guard_that_nobody_planned_lasts_twelve_hours(cast: c.Cast) -> None:
    take(cast.codou)
    [mine] = DutyShift.objects.all()
    assert mine.ends_at - mine.begins_at == timedelta(hours=12)
    take(cast.codou)
    assert DutyShift.objects.count() == 1


def test_a_call_of_the_duty_officer_goes_with_the_duty(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        other = c.person("jules", cast.unit, Role.COORDINATOR, at=cast.at)
    shift(cast.ibrahima, other, hours=24 * 4)
    c.sent(cast, urgency="urgent")
    rounds(36, every=4)
    take(cast.ibrahima)
    assert Task.objects.get(kind=TaskKind.DUTY_CALL).owner == cast.ibrahima


@pytest.mark.parametrize("who", ["daouda", "aissatou", "habib", "mareme", "gora"])
def test_the_duty_is_not_for_everybody(cast: c.Cast, who: str) -> None:
    browser = sign_in(cast.people[who])
    assert browser.get(reverse("duty")).status_code == 403
    assert browser.post(reverse("duty_take")).status_code == 403
    assert not DutyShift.objects.exists()


@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
def test_two_who_take_over_at_once_are_one_guard(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    shift(cast.elisabeth, cast.codou)
    with c.acting(), c.transaction.atomic():
        others = [c.person(f"garde{n}", cast.centre, Role.FOCAL_POINT, at=cast.at) for n in range(4)]

    def presses(user: User) -> Any:
        browser = client_of(user)
        form = browser.get(reverse("duty")).context["form"]
        typed = {"key": form["key"].value(), "seen": form["seen"].value()}
        return lambda: browser.post(reverse("duty_take"), typed).status_code

    together(*[presses(user) for user in others])
    now = clock.now()
    running = DutyShift.objects.filter(removed_at=None, begins_at__lte=now, ends_at__gt=now)
    assert running.count() == 1
    assert DutyShift.objects.count() == 2


def test_the_former_guard_says_what_is_handed_over_and_what_kept(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        other = c.person("jules", cast.unit, Role.FOCAL_POINT, Role.CASEWORKER, at=cast.at)
        aissatou = cast.aissatou
        c.write(c.Membership(user=aissatou, role=Role.FOCAL_POINT, since=cast.at - timedelta(days=1)))
    c.declined(cast)
    c.declined(cast)
    shift(cast.bineta, aissatou)
    later(hours=1)
    take(other)
    browser, url = sign_in(aissatou), reverse("duty_hand_over")
    assert url in browser.get(reverse("duty")).content.decode()
    one, two = Task.objects.filter(kind=TaskKind.REDIRECT)
    typed = {f"task_{one.pk.hex}": "give", f"task_{two.pk.hex}": "keep", "to": str(other.pk)}
    assert press(browser, url, **typed).status_code == 302
    assert [Task.objects.get(pk=pk).owner for pk in (one.pk, two.pk)] == [other, aissatou]
    assert Notice.objects.filter(user=other, object_id=one.pk).count() == 1
    assert press(browser, url, to=str(other.pk)).context["form"].errors  # each task is asked for


# --- leaving


def deactivate(cast: c.Cast, user: User) -> Any:
    url = reverse("person-deactivate", args=[user.pk])
    return press(sign_in(cast.mareme), url)


def test_nobody_leaves_with_something_in_their_hands(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        other = c.person("jules", cast.unit, Role.CASEWORKER, at=cast.at)
    referral = c.declined(cast)
    case = Case.objects.get()
    refused = deactivate(cast, cast.aissatou)
    assert refused.context["form"].non_field_errors()
    body = refused.content.decode()
    assert spoken(case.reference) in body
    assert spoken(referral.reference) in body
    assert "Canari" not in body
    [membership] = cast.aissatou.memberships.all()
    ended = press(sign_in(cast.mareme), reverse("role-end", args=[membership.pk]))
    assert ended.context["form"].non_field_errors()
    assert User.objects.get(pk=cast.aissatou.pk).is_active
    move = reverse("cover_move", args=[cast.aissatou.pk])
    assert press(sign_in(cast.bineta), move, to=other.pk).status_code == 302
    case.refresh_from_db()
    assert case.owner == other
    assert Task.objects.get(kind=TaskKind.REDIRECT, referral=referral).owner == other
    assert Event.objects.filter(reason_code="OWNER", actor_id=cast.bineta.pk).exists()
    assert sign_in(other).get(reverse("case", args=[case.pk])).status_code == 200
    assert deactivate(cast, User.objects.get(pk=cast.aissatou.pk)).status_code == 302
    assert not User.objects.get(pk=cast.aissatou.pk).is_active


def test_persons_in_care_move_to_a_worker_of_the_same_house(cast: c.Cast) -> None:
    referral = c.started(cast)
    move = reverse("cover_move", args=[cast.daouda.pk])
    assert deactivate(cast, cast.daouda).context["form"].non_field_errors()
    assert sign_in(cast.bineta).get(move).status_code == 404
    assert sign_in(cast.codou).get(move).status_code == 403
    assert press(sign_in(cast.elisabeth), move, to=cast.fatou.pk).context["form"].errors["to"]
    assert press(sign_in(cast.elisabeth), move, to=cast.codou.pk).status_code == 302
    assert Referral.objects.get(pk=referral.pk).worker == cast.codou
    assert Event.objects.filter(reason_code="WORKER", referral_id=referral.pk).count() == 1
    assert deactivate(cast, cast.daouda).status_code == 302


def test_cases_go_to_a_caseworker_only_and_then_nothing_else_moves(cast: c.Cast) -> None:
    c.declined(cast)
    move = reverse("cover_move", args=[cast.aissatou.pk])
    page = press(sign_in(cast.bineta), move, to=cast.bineta.pk)
    form = page.context["form"]
    assert form.errors["to"]
    assert cast.bineta not in form.fields["to"].queryset  # nobody is offered who would be refused
    assert Case.objects.get().owner == cast.aissatou
    assert Task.objects.get(kind=TaskKind.REDIRECT).owner == cast.aissatou


def test_who_covers_somebody_does_not_leave_before_that_is_over(cast: c.Cast) -> None:
    away(cast.elisabeth, cast.codou, cast.elisabeth)
    assert deactivate(cast, cast.elisabeth).context["form"].non_field_errors()
    press(sign_in(cast.elisabeth), reverse("absence_end", args=[Absence.objects.get().pk]))
    assert deactivate(cast, cast.elisabeth).status_code == 302
