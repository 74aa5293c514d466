"""Sites and services of one's own organisation; the address of a house, which only a reveal shows."""

from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from audit.models import Event
from crypto import keyring
from partners.enums import Role
from partners.models import Service, Site
from tests.partners.conftest import BOTH, body, changes, denials, history, region, seat

pytestmark = pytest.mark.django_db(databases=BOTH)
ADDRESS = "12, rue du Canari-Planté, Rufisque"


def site_data(**more):
    return {
        "name": "Maison B",
        "region": region("SN-TH").pk,
        "address": ADDRESS,
        "confidential": "on",
        **more,
    }


def service_data(**more):
    return {
        "code": "SHELTER_EMERG",
        "takes_children": "on",
        "languages": ["wol", "fra"],
        "active": "on",
        **more,
    }


def test_a_site_is_added_with_its_address_sealed(focal_point):
    assert focal_point.client.post(reverse("site-new"), site_data()).status_code == 302
    site = Site.objects.get(name="Maison B")
    assert site.organisation_id == focal_point.user.organisation_id
    assert changes(site.pk) == ["create"]
    assert history(site) == [1]
    with connection.cursor() as cursor:
        for table in ("partners_site", "partners_historicalsite"):
            cursor.execute(f"SELECT address FROM {table} WHERE id = %s", [site.pk])
            assert ADDRESS.encode() not in bytes(cursor.fetchone()[0])


def test_an_edit_that_leaves_the_address_empty_keeps_it(focal_point, site):
    page = focal_point.client.get(reverse("site-edit", args=[site.pk]))
    assert "Canari" not in page.content.decode()
    new = site_data(name="Maison C", address="", version=site.version)
    assert focal_point.client.post(reverse("site-edit", args=[site.pk]), new).status_code == 302
    row = Site.objects.get(pk=site.pk)
    assert row.name == "Maison C"
    with keyring.revealing(row):
        assert row.address == ADDRESS


def test_an_edit_may_give_a_new_address(focal_point, site):
    new = site_data(address="Ailleurs, Thiès", version=site.version)
    focal_point.client.post(reverse("site-edit", args=[site.pk]), new)
    row = Site.objects.get(pk=site.pk)
    with keyring.revealing(row):
        assert row.address == "Ailleurs, Thiès"


def test_a_stale_edit_changes_nothing(focal_point, site):
    focal_point.client.post(reverse("site-edit", args=[site.pk]), site_data(version=1))
    response = focal_point.client.post(
        reverse("site-edit", args=[site.pk]), site_data(name="Autre", version=1)
    )
    assert response.context["form"].non_field_errors()
    assert Site.objects.get(pk=site.pk).name == "Maison B"


def test_two_sites_of_one_name_are_refused_in_words(focal_point, site):
    response = focal_point.client.post(reverse("site-new"), site_data(name=site.name))
    assert response.context["form"].non_field_errors()
    assert Site.objects.count() == 1


def test_a_reveal_shows_the_address_and_is_written_down(focal_point, site):
    page = focal_point.client.post(reverse("site-reveal", args=[site.pk]))
    assert ADDRESS in page.content.decode()
    look = Event.objects.using("audit").get(verb="reveal")
    assert (look.object_id, look.actor_id, look.fields) == (site.pk, focal_point.user.pk, ["address"])


def test_a_reveal_is_never_a_get(focal_point, site):
    assert focal_point.client.get(reverse("site-reveal", args=[site.pk])).status_code == 405
    assert not Event.objects.using("audit").filter(verb="reveal").exists()


@pytest.mark.parametrize("name", ["site-reveal", "site-edit"])
def test_a_caseworker_of_the_house_is_refused_its_address(caseworker, site, name):
    response = caseworker.client.post(reverse(name, args=[site.pk]), site_data(version=1))
    assert response.status_code == 403
    assert len(denials(caseworker)) == 1
    assert "Canari" not in response.content.decode()


@pytest.mark.parametrize("name", ["site-reveal", "site-edit"])
def test_a_stranger_finds_no_site(stranger, site, name):
    response = stranger.client.post(reverse(name, args=[site.pk]), site_data(version=1))
    unknown = stranger.client.post(reverse(name, args=[uuid4()]), site_data(version=1))
    assert response.status_code == unknown.status_code == 404
    assert body(response) == body(unknown)


def test_a_service_is_added_and_changed(focal_point):
    assert focal_point.client.post(reverse("service-new"), service_data()).status_code == 302
    service = Service.objects.get()
    assert (service.code, service.languages, service.takes_adults) == ("SHELTER_EMERG", ["wol", "fra"], False)
    new = service_data(takes_adults="on", version=1)
    assert focal_point.client.post(reverse("service-edit", args=[service.pk]), new).status_code == 302
    assert Service.objects.get().takes_adults
    assert changes(service.pk) == ["create", "change"]
    assert history(service) == [1, 2]


def opened(response):
    """What stands open on the page, by the names of its boxes; and everything that can be answered there."""
    sections = response.context["sections"]
    shown = {field.name for field in response.context["always"]} | {
        field.name for each in sections for field in each["fields"]
    }
    assert response.content.decode().count("<details") >= len(sections)
    return [each["fields"][0].name for each in sections if each["open"]], shown


def test_the_form_of_a_service_opens_only_what_has_to_be_looked_at(focal_point):
    url = reverse("service-new")
    fresh = focal_point.client.get(url)
    folded, shown = opened(fresh)
    assert (folded, shown) == ([], set(fresh.context["form"].fields))
    wrong = service_data(opens_at="08:00", description="x" * 500)
    folded, _shown = opened(focal_point.client.post(url, wrong))
    assert folded == ["days", "description"]
    focal_point.client.post(url, service_data(days=["MO"], opens_at="08:00", closes_at="16:30"))
    edit = focal_point.client.get(reverse("service-edit", args=[Service.objects.get().pk]))
    folded, shown = opened(edit)
    assert (folded, shown | {"version"}) == ([], set(edit.context["form"].fields))
    said = {each["fields"][0].name: each["said"] for each in edit.context["sections"]}
    assert (said["languages"], said["days"], said["regions"]) == (
        "Wolof, Français",
        "Lundi, 08:00, 16:30",
        "",
    )


def test_a_service_is_offered_once_per_organisation(focal_point):
    focal_point.client.post(reverse("service-new"), service_data())
    response = focal_point.client.post(reverse("service-new"), service_data())
    assert response.context["form"].non_field_errors()
    assert Service.objects.count() == 1


def test_a_service_for_nobody_is_refused(focal_point):
    response = focal_point.client.post(reverse("service-new"), service_data(takes_children=""))
    assert response.context["form"].errors["takes_adults"]
    assert not Service.objects.exists()


def test_a_service_at_the_site_of_another_organisation_is_refused(stranger, site):
    response = stranger.client.post(reverse("service-new"), service_data(site=site.pk))
    assert response.context["form"].errors["site"]
    assert not Service.objects.exists()


def test_who_keeps_no_provision_does_not_see_the_page(caseworker):
    assert caseworker.client.get(reverse("offering")).status_code == 403
    assert denials(caseworker) == ["KEEP_PROVISION"]


def test_a_supervisor_keeps_it_too(centre, site):
    supervisor = seat(centre, Role.SUPERVISOR)
    page = supervisor.client.get(reverse("offering")).content.decode()
    assert site.name in page
    assert "Canari" not in page
