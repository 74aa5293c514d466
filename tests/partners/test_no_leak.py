"""The address of a house is planted, then every page of this package is read by everybody."""

import base64

import pytest
from django.db import connection
from django.urls import reverse

from partners.enums import OrganisationKind, Role
from tests.partners.conftest import BOTH, organisation, seat

CANARY = "Canari-Planté"


def addresses(site, places):
    names = [
        "directory",
        "national-unit",
        "places",
        "places-new",
        "offering",
        "site-new",
        "service-new",
        "people",
    ]
    names += ["person-invite", "organisations", "organisation-new", "regions", "codes"]
    yield from map(reverse, names)
    yield reverse("directory") + "?region=SN-DK"
    yield reverse("site-edit", args=[site.pk])
    yield reverse("places-edit", args=[places.pk])
    yield reverse("organisation", args=[site.organisation_id])
    yield reverse("organisation-suspend", args=[site.organisation_id])
    yield reverse("code-list", args=["service"])


@pytest.mark.django_db(databases=BOTH)
def test_no_page_shows_it_and_no_table_holds_it(
    focal_point, caseworker, stranger, administrator, unit, site, places
):
    police = organisation("Brigade", OrganisationKind.POLICE)
    readers = [focal_point, caseworker, stranger, administrator, seat(police, Role.REPORTER)]
    readers += [seat(unit, role) for role in (Role.COORDINATOR, Role.AUDITOR, Role.STATISTICIAN)]
    shown = 0
    for reader in readers:
        for url in addresses(site, places):
            response = reader.client.get(url)
            assert response.status_code in {200, 403, 404}, url
            assert CANARY not in response.content.decode(), url
            shown += response.status_code == 200
    assert shown > 40
    assert CANARY in focal_point.client.post(reverse("site-reveal", args=[site.pk])).content.decode()
    assert not list(tables_holding(CANARY))


def tables_holding(word):
    spellings = [
        word.encode(),
        word.lower().encode(),
        base64.b64encode(word.encode())[:-4],
        word.encode("utf-16-le"),
    ]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            for (row,) in cursor:
                if any(spelling.hex() in row or spelling.decode("latin-1") in row for spelling in spellings):
                    yield table
                if word in row:
                    yield table
