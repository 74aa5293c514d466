"""The pages of accounts: who sees them, what stands there, and what is said to whoever may not."""

from uuid import uuid4

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.enums import Role
from partners.services import accounts
from partners.views import people as views
from tests.partners.conftest import BOTH, body, denials

pytestmark = pytest.mark.django_db(databases=BOTH)

PAGES = ["people", "person-invite"]
PAGES_OF_ONE = ["person", "role-add", "person-deactivate"]


@pytest.mark.parametrize("name", PAGES + PAGES_OF_ONE)
def test_only_the_administrator_sees_accounts(focal_point, caseworker, name):
    url = reverse(name, args=[caseworker.user.pk] if name in PAGES_OF_ONE else [])
    assert focal_point.client.get(url).status_code == 403
    assert denials(focal_point) == ["MANAGE_PEOPLE"]


@pytest.mark.parametrize("name", [*PAGES_OF_ONE, "role-end", "invitation-revoke"])
def test_a_refused_post_changes_nothing_and_says_the_same_of_a_random_id(focal_point, caseworker, name):
    events = Event.objects.count()
    data = {"version": 2, "role": Role.SUPERVISOR}
    there = focal_point.client.post(reverse(name, args=[caseworker.user.pk]), data)
    nowhere = focal_point.client.post(reverse(name, args=[uuid4()]), data)
    assert there.status_code == nowhere.status_code
    assert body(there) == body(nowhere)
    assert Event.objects.count() == events
    assert caseworker.actor.roles == {Role.CASEWORKER}


def test_the_list_shows_people_roles_and_open_links(administrator, centre, focal_point, stranger):
    accounts.offer_seat(
        centre,
        email="nouvelle@example.org",
        name="Nouvelle Personne",
        roles=[Role.SUPERVISOR],
        at=clock.now(),
    )
    page = administrator.client.get(reverse("people")).content.decode()
    for word in (focal_point.user.name, stranger.user.name, "nouvelle@example.org"):
        assert word in page
    page = administrator.client.get(reverse("people"), {"organisation": centre.pk}).content.decode()
    assert focal_point.user.name in page
    assert stranger.user.name not in page


def test_a_long_list_has_pages(administrator, focal_point, caseworker, stranger, monkeypatch):
    monkeypatch.setattr(views, "PER_PAGE", 2)
    url = reverse("people")
    first = administrator.client.get(url, {"organisation": ""})
    second = administrator.client.get(url + first.context["next"])
    assert (first.context["previous"], second.context["next"]) == ("", "")
    assert len({*first.context["page"], *second.context["page"]}) == 4


def test_a_person_and_what_ends_a_role(administrator, focal_point):
    page = administrator.client.get(reverse("person", args=[focal_point.user.pk])).content.decode()
    assert reverse("role-end", args=[focal_point.user.memberships.get().pk]) in page
    assert administrator.client.get(reverse("person", args=[uuid4()])).status_code == 404
