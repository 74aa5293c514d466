"""Organisations and the rule of each region: the administrator's work, and nobody else's."""

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from partners.enums import OrganisationKind, OrganisationStatus, Role
from partners.models import Organisation, Region
from tests.partners.conftest import BOTH, changes, denials, history, region, seat

pytestmark = pytest.mark.django_db(databases=BOTH)


def data(**more):
    return {"name": "Foyer Keur", "kind": "ngo", "region": region("SN-TH").pk, "telephone": "", **more}


def errors(response):
    return response.context["form"].errors


def test_an_organisation_is_created_with_its_group(administrator):
    assert administrator.client.post(reverse("organisation-new"), data()).status_code == 302
    row = Organisation.objects.get(name="Foyer Keur")
    assert row.is_active
    assert row.group.name == f"organisation:{row.pk}"
    assert changes(row.pk) == ["create"]
    assert history(row) == [1]


@pytest.mark.parametrize("name", ["Centre Jambaar", "CENTRE JAMBAAR"])
def test_a_name_is_given_once(administrator, centre, name):
    groups = Group.objects.count()
    response = administrator.client.post(reverse("organisation-new"), data(name=name))
    assert errors(response)["__all__"]
    assert Group.objects.count() == groups


def test_there_is_one_national_unit(administrator, unit):
    second = data(kind="national_unit", is_national_unit="on")
    assert errors(administrator.client.post(reverse("organisation-new"), second))["__all__"]
    odd = data(is_national_unit="on")
    assert errors(administrator.client.post(reverse("organisation-new"), odd))["is_national_unit"]
    assert Organisation.objects.filter(is_national_unit=True).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("kind", "circus"),
        ("region", str(UUID(int=7))),
        ("telephone", "call me"),
    ],
)
def test_nonsense_is_said_at_its_field(administrator, field, value):
    assert list(errors(administrator.client.post(reverse("organisation-new"), data(**{field: value})))) == [
        field
    ]


def test_an_edit_is_a_new_version(administrator, centre):
    url = reverse("organisation", args=[centre.pk])
    new = data(kind="reception_centre", version=centre.version)
    assert administrator.client.post(url, new).status_code == 302
    row = Organisation.objects.get(pk=centre.pk)
    assert (row.name, row.version) == ("Foyer Keur", 2)
    assert changes(centre.pk) == ["create", "change"]
    stale = administrator.client.post(url, data(name="Encore", version=1))
    assert errors(stale)["__all__"]
    assert Organisation.objects.get(pk=centre.pk).name == "Foyer Keur"


def test_an_edit_without_a_change_is_no_version(administrator, centre):
    same = data(
        name=centre.name, kind=centre.kind, region=centre.region_id, telephone=centre.telephone, version=1
    )
    administrator.client.post(reverse("organisation", args=[centre.pk]), same)
    assert Organisation.objects.get(pk=centre.pk).version == 1


def test_a_kind_that_does_not_fit_its_people_is_refused(administrator, unit):
    seat(unit, Role.COORDINATOR)
    new = data(kind="ngo", version=1)
    assert errors(administrator.client.post(reverse("organisation", args=[unit.pk]), new))["__all__"]
    assert Organisation.objects.get(pk=unit.pk).kind == OrganisationKind.NATIONAL_UNIT


def test_suspending_and_reinstating(administrator, centre):
    suspend = reverse("organisation-suspend", args=[centre.pk])
    assert administrator.client.get(suspend).context["danger"]
    assert Organisation.objects.get(pk=centre.pk).is_active
    assert administrator.client.post(suspend, {"version": 1}).status_code == 302
    assert Organisation.objects.get(pk=centre.pk).status == OrganisationStatus.SUSPENDED
    assert errors(administrator.client.post(suspend, {"version": 2}))["__all__"]
    reinstate = reverse("organisation-reinstate", args=[centre.pk])
    assert administrator.client.post(reinstate, {"version": 2}).status_code == 302
    assert errors(administrator.client.post(reinstate, {"version": 3}))["__all__"]
    assert changes(centre.pk) == ["create", "admin.suspend", "admin.reinstate"]


def test_a_stale_confirmation_suspends_nothing(administrator, centre):
    response = administrator.client.post(reverse("organisation-suspend", args=[centre.pk]), {"version": 7})
    assert errors(response)["__all__"]
    assert Organisation.objects.get(pk=centre.pk).is_active


def test_the_administrator_does_not_shut_everybody_out(administrator, operator):
    response = administrator.client.post(reverse("organisation-suspend", args=[operator.pk]), {"version": 1})
    assert errors(response)["__all__"]


def test_reports_of_a_region_go_where_the_rule_says(administrator, centre):
    dakar = region()
    url = reverse("region", args=[dakar.pk])
    assert administrator.client.post(url, {"version": 1, "organisation": centre.pk}).status_code == 302
    assert Region.objects.get(pk=dakar.pk).reports_to == centre
    assert changes(dakar.pk) == ["change"]
    assert errors(administrator.client.post(url, {"version": 1, "organisation": ""}))["__all__"]
    assert administrator.client.post(url, {"version": 2, "organisation": ""}).status_code == 302
    assert Region.objects.get(pk=dakar.pk).reports_to is None


def test_reports_do_not_go_to_a_suspended_organisation(administrator, centre):
    administrator.client.post(reverse("organisation-suspend", args=[centre.pk]), {"version": 1})
    url = reverse("region", args=[region().pk])
    assert errors(administrator.client.post(url, {"version": 1, "organisation": centre.pk}))["organisation"]


@pytest.mark.parametrize("name", ["organisations", "organisation-new", "regions"])
def test_lists_are_the_administrators(administrator, focal_point, name):
    assert administrator.client.get(reverse(name)).status_code == 200
    assert focal_point.client.get(reverse(name)).status_code == 403
    assert denials(focal_point) == ["MANAGE_REGIONS" if name == "regions" else "MANAGE_ORGANISATIONS"]


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("organisation", "MANAGE_ORGANISATIONS"),
        ("organisation-suspend", "KEEP_AGREEMENTS"),
        ("organisation-reinstate", "KEEP_AGREEMENTS"),
    ],
)
def test_nobody_else_changes_an_organisation(administrator, focal_point, centre, name, act):
    response = focal_point.client.post(reverse(name, args=[centre.pk]), data(version=1))
    assert response.status_code == 403
    assert denials(focal_point) == [act]
    assert Organisation.objects.get(pk=centre.pk).version == 1
    assert administrator.client.get(reverse(name, args=[uuid4()])).status_code == 404


def test_nobody_else_changes_a_rule(focal_point):
    response = focal_point.client.post(reverse("region", args=[region().pk]), {"version": 1})
    assert response.status_code == 403
    assert region().version == 1
