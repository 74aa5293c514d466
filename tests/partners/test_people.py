"""Accounts: invited, seated, given roles and deprived of them; the groups follow."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.rows import write
from partners.enums import CASE_ROLES, DESK_ROLES, EXCLUDES_CASE_ROLES, OrganisationKind, Role
from partners.models import COORDINATION_GROUP, Invitation, Membership, User
from partners.queries import actor_of, open_invitation
from partners.services import accounts, organisations
from partners.services.guard import Refusal
from partners.services.organisations import Particulars
from tests.partners.conftest import BOTH, PASSWORD, changes, history, seat

pytestmark = pytest.mark.django_db(databases=BOTH)


def invite(administrator, organisation, *roles, email="Nouvelle@Example.org"):
    data = {"email": email, "name": "Nouvelle Personne", "organisation": organisation.pk, "roles": roles}
    return administrator.client.post(reverse("person-invite"), data)


def offer(organisation, *roles, email="nouvelle@example.org"):
    _invitation, token = accounts.offer_seat(
        organisation, email=email, name="Nouvelle Personne", roles=roles, at=clock.now()
    )
    return token


def accept(token, password=PASSWORD, again=None):
    return Client().post(
        reverse("invitation", args=[token]), {"password": password, "again": again or password}
    )


def groups(user):
    return set(User.objects.get(pk=user.pk).groups.values_list("name", flat=True))


class TestInviting:
    def test_a_link_goes_by_mail_and_only_its_digest_is_kept(
        self, administrator, centre, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            assert invite(administrator, centre, Role.FOCAL_POINT, Role.SUPERVISOR).status_code == 302
        invitation = Invitation.objects.get(email="nouvelle@example.org")
        (message,) = mail.outbox
        token = message.body.split("/invitation/")[1].split("/")[0]
        assert message.to == ["nouvelle@example.org"]
        assert open_invitation(token) == invitation
        assert token not in str(invitation.__dict__)
        assert (invitation.roles, invitation.invited_by_id) == (
            ["focal_point", "supervisor"],
            administrator.user.pk,
        )
        assert changes(invitation.pk) == ["admin.invite"]
        assert history(invitation) == [1]

    def test_the_mail_names_neither_person_nor_organisation(
        self, administrator, centre, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            invite(administrator, centre, Role.FOCAL_POINT)
        (message,) = mail.outbox
        for word in ("Nouvelle Personne", centre.name, "Permanence", "victime", "traite"):
            assert word not in message.subject + message.body

    def test_a_refused_invitation_sends_nothing(
        self, administrator, centre, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            response = invite(administrator, centre, Role.AUDITOR, Role.CASEWORKER)
        assert response.context["form"].non_field_errors()
        assert not Invitation.objects.filter(email="nouvelle@example.org").exists()
        assert mail.outbox == []

    def test_an_address_that_has_an_account_is_refused(self, administrator, centre, focal_point):
        response = invite(administrator, centre, Role.SUPERVISOR, email=focal_point.user.email.upper())
        assert response.context["form"].non_field_errors()

    def test_a_second_invitation_closes_the_first(self, administrator, centre):
        first = offer(centre, Role.FOCAL_POINT)
        invite(administrator, centre, Role.SUPERVISOR)
        assert open_invitation(first) is None

    @pytest.mark.parametrize(
        "wrong", [{"email": "no address"}, {"name": "x" * 121}, {"roles": ["emperor"]}, {"roles": []}]
    )
    def test_nonsense_is_said_at_its_field(self, administrator, centre, wrong):
        data = {
            "email": "a@example.org",
            "name": "A",
            "organisation": centre.pk,
            "roles": [Role.SUPERVISOR],
            **wrong,
        }
        response = administrator.client.post(reverse("person-invite"), data)
        assert list(response.context["form"].errors) == list(wrong)

    def test_taking_it_back_closes_the_link(self, administrator, centre):
        token = offer(centre, Role.FOCAL_POINT)
        invitation = open_invitation(token)
        url = reverse("invitation-revoke", args=[invitation.pk])
        assert administrator.client.post(url, {"version": 1}).status_code == 302
        assert accept(token).status_code == 410
        again = administrator.client.post(url, {"version": 2})
        assert again.context["form"].non_field_errors()

    def test_nobody_is_invited_to_a_suspended_house(self, administrator, centre):
        organisations.suspend_organisation(administrator.actor, centre.pk, centre.version)
        assert invite(administrator, centre, Role.FOCAL_POINT).context["form"].errors["organisation"]
        centre.refresh_from_db()
        with pytest.raises(Refusal):
            offer(centre, Role.FOCAL_POINT)


class TestAccepting:
    def test_whoever_has_the_link_chooses_a_password_and_can_sign_in(self, centre):
        token = offer(centre, Role.FOCAL_POINT)
        assert accept(token)["Location"] == reverse("account_login")
        user = User.objects.get(email="nouvelle@example.org")
        assert user.check_password(PASSWORD)
        assert (user.organisation, user.name) == (centre, "Nouvelle Personne")
        assert list(user.memberships.values_list("role", flat=True)) == [Role.FOCAL_POINT]
        assert changes(user.pk) == ["create"]

    def test_the_page_names_nobody(self, centre):
        page = Client().get(reverse("invitation", args=[offer(centre, Role.FOCAL_POINT)])).content.decode()
        for word in ("Nouvelle", "nouvelle@", centre.name):
            assert word not in page

    def test_it_works_once(self, centre):
        token = offer(centre, Role.FOCAL_POINT)
        accept(token)
        assert accept(token, "un autre mot de passe long").status_code == 410
        assert User.objects.get(email="nouvelle@example.org").check_password(PASSWORD)

    @pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "é"])
    def test_a_link_that_never_was_is_closed(self, centre, token):
        assert Client().get(f"/invitation/{token}/").status_code == 410

    def test_an_expired_link_is_closed(self, centre):
        before = clock.now() - timedelta(days=7, seconds=1)
        _invitation, token = accounts.offer_seat(
            centre, email="nouvelle@example.org", name="N", roles=[Role.FOCAL_POINT], at=before
        )
        assert accept(token).status_code == 410
        assert not User.objects.filter(email="nouvelle@example.org").exists()

    def test_the_link_of_a_suspended_organisation_is_closed(self, administrator, centre):
        token = offer(centre, Role.FOCAL_POINT)
        organisations.suspend_organisation(administrator.actor, centre.pk, centre.version)
        assert accept(token).status_code == 410

    def test_of_two_open_links_to_one_address_the_second_takes_no_account_over(self, centre, elsewhere):
        """However they came to be open together: one account stays one person's, of one house."""
        first, second = offer(centre, Role.FOCAL_POINT), "z" * 43
        with transaction.atomic():
            twin = open_invitation(first)
            twin.pk, twin.organisation = uuid4(), elsewhere
            twin.token_digest, twin.version = Invitation.digest(second), 1
            twin._state.adding = True
            write(twin)
        assert accept(first).status_code == 302
        refused = accept(second, "un autre mot de passe long")
        assert refused.context["form"].non_field_errors()
        user = User.objects.get(email="nouvelle@example.org")
        assert (user.organisation, user.check_password(PASSWORD)) == (centre, True)

    def test_a_link_seats_nobody_where_the_kind_of_the_house_has_no_such_seat_any_more(
        self, administrator, unit
    ):
        token = offer(unit, Role.STATISTICIAN)
        said = {name: getattr(unit, name) for name in Particulars.__dataclass_fields__}
        said |= {"kind": OrganisationKind.NGO, "is_national_unit": False}
        organisations.change_organisation(administrator.actor, unit.pk, unit.version, Particulars(**said))
        assert accept(token).context["form"].non_field_errors()
        assert not User.objects.filter(email="nouvelle@example.org").exists()

    @pytest.mark.parametrize(
        ("password", "again", "field"),
        [
            ("trop court", None, "password"),
            ("nouvelle personne", None, "password"),
            (PASSWORD, PASSWORD + "e", "again"),
            ("", None, "password"),
            ("x" * 300, None, "password"),
        ],
    )
    def test_a_bad_password_is_said_and_the_link_still_works(self, centre, password, again, field):
        token = offer(centre, Role.FOCAL_POINT)
        response = accept(token, password, again)
        assert field in response.context["form"].errors
        assert accept(token).status_code == 302

    def test_a_closed_account_is_opened_again_at_the_same_house_only(
        self, administrator, centre, elsewhere, focal_point
    ):
        accounts.deactivate_person(administrator.actor, focal_point.user.pk, 2, at=clock.now())
        with pytest.raises(Refusal):
            offer(elsewhere, Role.FOCAL_POINT, email=focal_point.user.email)
        accept(offer(centre, Role.SUPERVISOR, email=focal_point.user.email))
        user = User.objects.get(pk=focal_point.user.pk)
        assert user.is_active
        assert actor_of(user).roles == {Role.SUPERVISOR}


class TestRoles:
    def test_a_role_is_added_and_the_group_follows(self, administrator, centre):
        reporter = seat(centre, Role.REPORTER)
        assert groups(reporter.user) == set()
        url = reverse("role-add", args=[reporter.user.pk])
        assert administrator.client.post(url, {"role": Role.CASEWORKER}).status_code == 302
        assert groups(reporter.user) == {centre.group.name}
        assert reporter.actor.roles == {Role.REPORTER, Role.CASEWORKER}
        assert reporter.actor.groups == {centre.group_id}
        membership = Membership.objects.get(user=reporter.user, role=Role.CASEWORKER)
        assert changes(membership.pk) == ["grant"]

    def test_a_role_is_held_once(self, administrator, focal_point):
        url = reverse("role-add", args=[focal_point.user.pk])
        response = administrator.client.post(url, {"role": Role.FOCAL_POINT})
        assert response.context["form"].non_field_errors()
        assert focal_point.user.memberships.count() == 1

    def test_a_deputy_is_of_the_same_house(self, administrator, focal_point, caseworker, stranger):
        url = reverse("role-add", args=[caseworker.user.pk])
        away = administrator.client.post(url, {"role": Role.SUPERVISOR, "deputy_for": stranger.user.pk})
        assert away.context["form"].errors["deputy_for"]
        administrator.client.post(url, {"role": Role.SUPERVISOR, "deputy_for": focal_point.user.pk})
        assert caseworker.actor.deputy_for == {focal_point.user.pk}

    def test_the_end_of_the_last_desk_role_closes_the_group_and_the_session(
        self, administrator, centre, focal_point
    ):
        membership = focal_point.user.memberships.get()
        url = reverse("role-end", args=[membership.pk])
        assert "danger" in administrator.client.get(url).context
        assert administrator.client.post(url, {"version": 1}).status_code == 302
        assert groups(focal_point.user) == set()
        assert changes(membership.pk) == ["grant", "revoke"]
        assert history(membership) == [1, 2]
        assert focal_point.client.get(reverse("directory")).status_code == 302  # signed out at once

    def test_one_desk_role_of_two_keeps_the_group(self, administrator, centre):
        both = seat(centre, Role.CASEWORKER, Role.SUPERVISOR)
        membership = both.user.memberships.get(role=Role.CASEWORKER)
        administrator.client.post(reverse("role-end", args=[membership.pk]), {"version": 1})
        assert groups(both.user) == {centre.group.name}

    def test_a_role_that_ran_out_opens_nothing(self, administrator, focal_point):
        membership = focal_point.user.memberships.get()
        membership.until = clock.now()
        membership.save(update_fields=["until"])
        assert groups(focal_point.user)  # nobody has touched the group yet
        assert (focal_point.actor.roles, focal_point.actor.groups) == (frozenset(), frozenset())

    def test_coordination_is_a_group_of_its_own(self, unit, centre):
        coordinator = seat(unit, Role.COORDINATOR)
        assert groups(coordinator.user) == {COORDINATION_GROUP}
        assert coordinator.actor.groups == {Group.objects.get(name=COORDINATION_GROUP).pk}
        assert coordinator.actor.national_unit
        with pytest.raises(Refusal):
            seat(centre, Role.COORDINATOR)

    @pytest.mark.parametrize("role", sorted(Role))
    def test_the_group_of_the_house_holds_desk_roles_only(self, unit, centre, elsewhere, operator, role):
        for house in (unit, centre, operator):
            try:
                person = seat(house, role)
            except Refusal:
                continue
            assert (house.group.name in groups(person.user)) == (role in DESK_ROLES)

    @pytest.mark.parametrize("watching", sorted(EXCLUDES_CASE_ROLES))
    @pytest.mark.parametrize("acting", sorted(CASE_ROLES))
    def test_who_watches_counts_or_operates_does_not_act(self, unit, watching, acting):
        with pytest.raises(Refusal):
            offer(unit, watching, acting)

    def test_exclusion_counts_the_roles_already_held(self, administrator, unit):
        auditor = seat(unit, Role.AUDITOR)
        url = reverse("role-add", args=[auditor.user.pk])
        response = administrator.client.post(url, {"role": Role.COORDINATOR})
        assert response.context["form"].non_field_errors()
        assert auditor.actor.roles == {Role.AUDITOR}

    def test_a_small_house_may_have_one_person_for_all(self, elsewhere):
        assert seat(elsewhere, Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR).actor.roles == DESK_ROLES


class TestClosing:
    def close(self, administrator, person, version=2):
        return administrator.client.post(
            reverse("person-deactivate", args=[person.user.pk]), {"version": version}
        )

    def test_everything_ends_at_once(self, administrator, centre, focal_point):
        assert Session.objects.count() == 2
        assert self.close(administrator, focal_point).status_code == 302
        user = User.objects.get(pk=focal_point.user.pk)
        assert (user.is_active, user.has_usable_password(), groups(user)) == (False, False, set())
        assert actor_of(user).roles == frozenset()
        assert Session.objects.count() == 1
        assert changes(user.pk) == ["create", "change", "admin.deactivate"]
        assert focal_point.client.get(reverse("directory")).status_code == 302

    def test_a_stale_page_closes_nothing(self, administrator, focal_point):
        response = self.close(administrator, focal_point, version=1)
        assert response.context["form"].non_field_errors()
        assert User.objects.get(pk=focal_point.user.pk).is_active

    def test_nobody_closes_or_changes_themselves(self, administrator):
        assert self.close(administrator, administrator).context["form"].non_field_errors()
        url = reverse("role-add", args=[administrator.user.pk])
        assert administrator.client.post(url, {"role": Role.STATISTICIAN}).context["form"].non_field_errors()

    def test_a_closed_account_gets_no_role(self, administrator, focal_point):
        self.close(administrator, focal_point)
        url = reverse("role-add", args=[focal_point.user.pk])
        assert administrator.client.post(url, {"role": Role.SUPERVISOR}).context["form"].non_field_errors()


def test_actor_of_is_one_query_and_none_for_a_request(focal_point, django_assert_num_queries):
    plain = User.objects.get(pk=focal_point.user.pk)
    with django_assert_num_queries(1):
        actor = actor_of(plain)
    assert actor.organisation_name == "Centre Jambaar"


@pytest.mark.django_db(transaction=True, databases=BOTH)
def test_two_who_have_the_same_link_open_one_account(centre):
    url = reverse("invitation", args=[offer(centre, Role.FOCAL_POINT)])

    def accept(number: int) -> int:
        password = f"{PASSWORD} {number}"
        try:
            return Client().post(url, {"password": password, "again": password}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(accept, range(8)))
    assert answers.count(302) == 1
    assert set(answers) <= {200, 302, 410}
    assert User.objects.get(email="nouvelle@example.org").memberships.count() == 1
