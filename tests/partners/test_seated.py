"""Who sits where, read in one statement for every request."""

from uuid import uuid4

import pytest

from audit import clock
from partners.backends import Backend
from partners.enums import Role
from partners.models import User
from partners.queries import actor_of, seated
from tests.partners.conftest import BOTH, seat

pytestmark = pytest.mark.django_db(databases=BOTH)


def test_a_person_comes_whole_with_house_seat_and_time_in_one_query(centre, django_assert_num_queries):
    before = clock.now()
    person = seat(centre, Role.CASEWORKER, Role.SUPERVISOR)
    with django_assert_num_queries(1):
        user = seated(person.user.pk)
        actor = actor_of(user)
        assert user.organisation.status == centre.status
        assert (user.get_session_auth_hash(), user.language) == (
            person.user.get_session_auth_hash(),
            person.user.language,
        )
    assert actor.roles == {Role.CASEWORKER, Role.SUPERVISOR}
    assert (actor.groups, actor.desk) == ({centre.group_id}, centre.group_id)
    assert before <= user.seat_at <= clock.now()


def test_everything_of_both_rows_is_as_any_query_reads_it(focal_point):
    user = seated(focal_point.user.pk)
    stored = User.objects.select_related("organisation").get(pk=user.pk)
    for mine, theirs in ((user, stored), (user.organisation, stored.organisation)):
        assert not mine.get_deferred_fields()
        for field in mine._meta.concrete_fields:
            assert getattr(mine, field.attname) == getattr(theirs, field.attname), field


def test_nobody_is_nobody(focal_point):
    assert seated(uuid4()) is None
    assert Backend().get_user(uuid4()) is None
    with pytest.raises(User.DoesNotExist):
        actor_of(User(pk=uuid4()))


def test_who_may_no_longer_sign_in_is_not_behind_a_session_and_holds_no_role(focal_point):
    assert Backend().get_user(focal_point.user.pk) == focal_point.user
    user = User.objects.get(pk=focal_point.user.pk)
    user.is_active = False
    user.save()
    assert Backend().get_user(focal_point.user.pk) is None
    assert (focal_point.actor.roles, focal_point.actor.groups) == (frozenset(), frozenset())
