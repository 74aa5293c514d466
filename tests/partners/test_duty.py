"""The roster and the covers by themselves: what the services refuse, what the queries say."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit import clock
from partners.enums import Role
from partners.models import Absence, DutyShift, User
from partners.policy import NotAllowed
from partners.queries import absent_now, cover_of, on_duty, present
from partners.queries.duty import covered, may_cover
from partners.services import duty
from partners.services.guard import Refusal, StaleForm
from tests.partners.conftest import BOTH, changes, history, seat

pytestmark = pytest.mark.django_db(databases=BOTH)


@pytest.fixture
def supervisor(centre):
    return seat(centre, Role.SUPERVISOR, name="Rama Chief")


def hours(begin, end):
    at = clock.now()
    return {"begins_at": at + timedelta(hours=begin), "ends_at": at + timedelta(hours=end), "at": at}


def test_on_duty_are_those_of_now_who_have_a_role_today(supervisor, focal_point, caseworker, centre):
    duty.add_shift(supervisor.actor, user_id=focal_point.user.pk, **hours(-1, 2))
    duty.add_shift(supervisor.actor, user_id=supervisor.user.pk, **hours(3, 6))
    assert list(on_duty(centre.pk)) == [focal_point.user]
    assert list(on_duty(centre.pk, at=clock.now() + timedelta(hours=4))) == [supervisor.user]
    membership = focal_point.user.memberships.get()
    membership.until = clock.now()
    membership.save(update_fields=["until"])
    assert list(on_duty(centre.pk)) == []
    with pytest.raises(Refusal):
        duty.add_shift(supervisor.actor, user_id=caseworker.user.pk, **hours(0, 2))


def test_one_person_keeps_the_desk_once_at_a_time(supervisor, focal_point):
    duty.add_shift(supervisor.actor, user_id=focal_point.user.pk, **hours(0, 8))
    for span in ((-1, 1), (7, 9), (1, 2), (-1, 9)):
        with pytest.raises(Refusal):
            duty.add_shift(supervisor.actor, user_id=focal_point.user.pk, **hours(*span))
    duty.add_shift(supervisor.actor, user_id=focal_point.user.pk, **hours(9, 16))
    duty.add_shift(supervisor.actor, user_id=supervisor.user.pk, **hours(0, 8))
    assert DutyShift.objects.count() == 3


@pytest.mark.parametrize("span", [(2, 1), (1, 1), (0, 7 * 24 + 1)])
def test_the_database_refuses_what_is_no_shift(supervisor, focal_point, span):
    with pytest.raises(Refusal):
        duty.add_shift(supervisor.actor, user_id=focal_point.user.pk, **hours(*span))
    values = {name: at for name, at in hours(*span).items() if name != "at"}
    shift = DutyShift(organisation=supervisor.user.organisation, user=focal_point.user, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        shift.save()


def test_the_roster_is_the_supervisors_and_at_the_national_unit_coordinations(
    supervisor, focal_point, stranger, unit
):
    for somebody in (focal_point, stranger):
        with pytest.raises((NotAllowed, Refusal)):
            duty.add_shift(somebody.actor, user_id=focal_point.user.pk, **hours(0, 1))
    coordinator = seat(unit, Role.COORDINATOR)
    duty.add_shift(coordinator.actor, user_id=coordinator.user.pk, **hours(0, 1))
    shift = duty.add_shift(supervisor.actor, user_id=focal_point.user.pk, **hours(1, 2))
    with pytest.raises(DutyShift.DoesNotExist):
        duty.remove_shift(stranger.actor, shift.pk, 1, at=clock.now())
    with pytest.raises(StaleForm):
        duty.remove_shift(supervisor.actor, shift.pk, 2, at=clock.now())
    duty.remove_shift(supervisor.actor, shift.pk, 1, at=clock.now())
    assert (changes(shift.pk), history(shift)) == (["create", "change"], [1, 2])


def test_taking_over_ends_the_others_and_goes_on_to_their_end(supervisor, focal_point):
    running = duty.add_shift(supervisor.actor, user_id=focal_point.user.pk, **hours(-1, 5))
    duty.add_shift(supervisor.actor, user_id=supervisor.user.pk, **hours(3, 4))
    at = clock.now()
    with pytest.raises(StaleForm):
        duty.take_over(supervisor.actor, at=at, seen="")
    relief = duty.take_over(supervisor.actor, at=at, seen=duty.seen_by(supervisor.actor, at))
    running.refresh_from_db()
    assert (running.ends_at, relief.relieved) == (at, [focal_point.user])
    assert relief.shift.ends_at == at + timedelta(hours=3)  # then her own shift begins


def test_who_is_recorded_as_absent_takes_no_duty(supervisor, focal_point):
    span = hours(0, 24)
    duty.record_absence(supervisor.actor, user_id=focal_point.user.pk, covered_by=supervisor.user.pk, **span)
    with pytest.raises(Refusal):
        duty.take_over(focal_point.actor, at=span["at"], seen="")
    assert not DutyShift.objects.exists()


def test_for_the_absent_the_cover_is_there(supervisor, focal_point, caseworker, centre):
    span, cover = hours(0, 24), seat(centre, Role.FOCAL_POINT, name="Cover")
    duty.record_absence(supervisor.actor, user_id=focal_point.user.pk, covered_by=cover.user.pk, **span)
    assert [absence.user for absence in absent_now(centre.pk)] == [focal_point.user]
    assert (cover_of(focal_point.user), cover_of(cover.user)) == (cover.user, None)
    assert present([focal_point.user, cover.user, caseworker.user]) == [cover.user, caseworker.user]
    assert cover.actor.covers == {focal_point.user.pk}
    assert cover.actor.stands_for(focal_point.user.pk)
    with pytest.raises(Refusal):
        duty.add_shift(supervisor.actor, user_id=focal_point.user.pk, **hours(1, 2))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.FOCAL_POINT, Role.SUPERVISOR, Role.JUSTICE}))
def test_who_cannot_do_the_work_covers_nobody(unit, role):
    chief, away = seat(unit, Role.SUPERVISOR), seat(unit, Role.FOCAL_POINT)
    other, without = seat(unit, role), seat(unit, Role.FOCAL_POINT, name="Gone")
    ended = without.user.memberships.get()
    ended.until = clock.now()
    ended.save()
    assert list(may_cover(away.user)) == [chief.user]
    for cover in (other, without):
        with pytest.raises(Refusal):
            duty.record_absence(chief.actor, user_id=away.user.pk, covered_by=cover.user.pk, **hours(0, 24))
    assert not Absence.objects.exists()


def test_of_several_roles_one_is_enough(supervisor, centre):
    away = seat(centre, Role.CASEWORKER, Role.FOCAL_POINT)
    cover = seat(centre, Role.FOCAL_POINT, Role.REPORTER)
    duty.record_absence(supervisor.actor, user_id=away.user.pk, covered_by=cover.user.pk, **hours(0, 24))
    assert cover.actor.covers == {away.user.pk}


@pytest.mark.parametrize("how", ["role ended", "other role", "account closed", "nothing to cover"])
def test_a_cover_that_cannot_do_the_work_any_more_does_not_count(supervisor, focal_point, centre, how):
    cover = seat(centre, Role.FOCAL_POINT, name="Cover")
    duty.record_absence(
        supervisor.actor, user_id=focal_point.user.pk, covered_by=cover.user.pk, **hours(0, 24)
    )
    assert covered(absent_now(centre.pk))
    if how == "account closed":
        closed = User.objects.get(pk=cover.user.pk)
        closed.is_active = False
        closed.save()
    else:
        whose = focal_point if how == "nothing to cover" else cover
        role = {"other role": Role.CASEWORKER}.get(how)
        ended = whose.user.memberships.get()
        ended.role, ended.until = role or ended.role, None if role else clock.now()
        ended.save()
    assert cover.actor.covers == frozenset()
    assert not cover.actor.stands_for(focal_point.user.pk)
    assert (cover_of(focal_point.user), covered(absent_now(centre.pk))) == (None, set())
    assert set(present([focal_point.user])) == {focal_point.user, supervisor.user}


def test_the_absent_and_the_cover_are_of_the_same_house(supervisor, focal_point, stranger):
    for user, cover in ((stranger, focal_point), (focal_point, stranger), (focal_point, focal_point)):
        with pytest.raises(Refusal):
            duty.record_absence(
                supervisor.actor, user_id=user.user.pk, covered_by=cover.user.pk, **hours(0, 24)
            )
    with pytest.raises(NotAllowed):
        duty.record_absence(
            focal_point.actor, user_id=focal_point.user.pk, covered_by=supervisor.user.pk, **hours(0, 24)
        )
    assert not Absence.objects.exists()
