"""The entry of an organisation: its words, and who keeps it."""

from datetime import time, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from crypto import keyring
from partners.eligibility import eligible, opening
from partners.models import Organisation, Service, Site
from partners.policy import NotAllowed
from partners.queries import is_unchecked
from partners.services import provision
from partners.services.provision import Offering
from tests.partners.conftest import BOTH, denials, history, page, region
from tests.referral.pages import press

pytestmark = pytest.mark.django_db(databases=BOTH)
OPEN = "3, avenue du Marché"


# --- In words ----------------------------------------------------------------------------------------------
WHOLE = {
    "sexes": [],
    "takes_children": True,
    "takes_adults": True,
    "takes_children_with_parent": False,
    "languages": [],
    "minimum_age": None,
    "maximum_age": None,
    "disability_access": False,
    "regions": [],
    "title_needed": False,
    "days": [],
    "opens_at": None,
    "closes_at": None,
}


SENTENCES = [
    ({}, "enfants et adultes", "tous les jours, 24 h sur 24"),
    (
        {
            "sexes": ["female"],
            "minimum_age": 6,
            "maximum_age": 25,
            "languages": ["wol", "fuc"],
            "disability_access": True,
            "title_needed": True,
            "days": ["MO", "TU", "WE", "TH", "FR"],
            "opens_at": time(8),
            "closes_at": time(17, 30),
        },
        "femmes et filles de 6 à 25 ans, wolof et pulaar, accessible avec un handicap, titre de placement demandé",
        "du lundi au vendredi, 8 h à 17 h 30",
    ),
    (
        {
            "sexes": ["male"],
            "takes_adults": False,
            "maximum_age": 17,
            "regions": ["SN-DK", "SN-TH"],
            "days": ["MO", "WE"],
        },
        "garçons jusqu’à 17 ans, de Dakar et Thiès seulement",
        "lundi et mercredi, 24 h sur 24",
    ),
    (
        {"takes_children": False, "takes_children_with_parent": True, "minimum_age": 18},
        "adultes à partir de 18 ans, avec leurs enfants",
        "tous les jours, 24 h sur 24",
    ),
]


def test_whom_it_takes_and_when_it_is_open_are_one_sentence_each():
    languages, regions = {"wol": "Wolof", "fuc": "Pulaar"}, {"SN-DK": "Dakar", "SN-TH": "Thiès"}
    with translation.override("fr"):
        for offered, whom, when in SENTENCES:
            row = SimpleNamespace(**(WHOLE | offered))
            said = eligible(row, languages=languages, regions=regions), opening(row)
            assert [each.replace("\xa0", " ") for each in said] == [whom, when]


# --- Who keeps it ------------------------------------------------------------------------------------------
def test_the_organisation_describes_itself(focal_point, centre):
    url = reverse("entry-describe", args=[centre.pk])
    typed = {"description": "Un foyer pour filles", "night_telephone": "+221 77 000 00 00", "is_public": "on"}
    assert press(focal_point.client, url, **typed).status_code == 302
    row = Organisation.objects.get(pk=centre.pk)
    assert (row.description, row.is_public, row.telephone) == (
        "Un foyer pour filles",
        True,
        "+221 33 800 00 00",
    )
    assert history(centre) == [1, 2]
    assert "Un foyer pour filles" in page(focal_point, "directory-entry", centre.pk)


def test_coordination_keeps_any_entry_and_reads_no_sealed_address(coordinator, centre, site, service):
    kept = page(coordinator, "entry-keep", centre.pk)
    assert site.name in kept
    assert "Canari" not in kept
    assert reverse("site-reveal", args=[site.pk]) not in kept
    assert coordinator.client.post(reverse("site-reveal", args=[site.pk])).status_code == 403
    answer = press(
        coordinator.client, reverse("service-edit", args=[service.pk]), description="Sonner deux fois"
    )
    assert answer["Location"] == reverse("entry-keep", args=[centre.pk])
    # Nor does it write one: an escort would be led where the house does not stand.
    press(coordinator.client, reverse("site-edit", args=[site.pk]), department="", address="13 rue Piège")
    press(
        coordinator.client,
        reverse("entry-site-new", args=[centre.pk]),
        name="B",
        region=str(site.region_id),
        address="13 rue Piège",
    )
    for house in (own := Site.objects.filter(organisation=centre)):
        with keyring.current().revealing(house):
            assert "Piège" not in (house.address or "")
    assert len(own) == 2
    with pytest.raises(NotAllowed):
        provision.add_site(coordinator.actor, name="C", region=region(), address="13 rue Piège", of=centre.pk)
    press(coordinator.client, reverse("entry-service-new", args=[centre.pk]), code="LEGAL")
    assert set(Service.objects.filter(organisation=centre).values_list("code", flat=True)) == {
        "SHELTER_EMERG",
        "LEGAL",
    }
    assert coordinator.client.get(reverse("entry-keep", args=[uuid4()])).status_code == 404


def test_nobody_keeps_the_entry_of_another_house_nor_its_own_agreement(
    stranger, focal_point, centre, service
):
    for name in ("entry-keep", "entry-describe", "entry-site-new", "entry-service-new", "entry-history"):
        assert stranger.client.post(reverse(name, args=[centre.pk]), {"version": 1}).status_code in (403, 405)
    assert stranger.client.get(reverse("entry-keep", args=[centre.pk])).status_code == 403
    assert stranger.client.get(reverse("service-edit", args=[service.pk])).status_code == 404
    agreement = focal_point.client.post(reverse("agreement", args=[centre.pk]), {"version": centre.version})
    assert agreement.status_code == 403
    assert denials(focal_point) == ["KEEP_AGREEMENTS"]


def test_what_contradicts_itself_is_said_at_its_field(focal_point, site):
    service = {"code": "LEGAL", "takes_adults": "on", "active": "on"}
    for field, typed in {
        "maximum_age": {"minimum_age": "18", "maximum_age": "6"},
        "closes_at": {"opens_at": "08:00"},
        "night_telephone": {"night_telephone": "la nuit"},
    }.items():
        answer = focal_point.client.post(reverse("service-new"), service | typed)
        assert answer.context["form"].errors[field]
    house = {"name": "Maison B", "region": region().pk, "confidential": "on", "public_address": OPEN}
    answer = focal_point.client.post(reverse("site-new"), house)
    assert answer.context["form"].errors["public_address"]
    assert Site.objects.count() == 1
    assert not Service.objects.exists()


def test_one_tap_says_that_all_services_are_right_until_it_is_too_long_ago(
    focal_point, stranger, centre, service, at
):
    other = provision.add_service(stranger.actor, Offering(code="LEGAL"))
    assert "Pas encore vérifié" in page(focal_point, "directory-entry", centre.pk)
    shown = focal_point.client.get(reverse("offering")).context["version"]
    press(focal_point.client, reverse("service-edit", args=[service.pk]), description="Autre chose")
    tap = reverse("offering-assure")
    focal_point.client.post(tap, {"version": shown})
    assert Service.objects.get(pk=service.pk).assured_at is None, "what was changed since has not been read"
    shown = focal_point.client.get(reverse("offering"))
    assert "Quelqu’un a modifié ceci" in shown.content.decode()
    assert focal_point.client.post(tap, {"version": shown.context["version"]}).status_code == 302
    row = Service.objects.get(pk=service.pk)
    assert Service.objects.get(pk=other.pk).assured_at is None
    assert not is_unchecked(row, row.assured_at + timedelta(days=90))
    assert is_unchecked(row, row.assured_at + timedelta(days=90, seconds=1))
    assert "Vérifié le" in page(focal_point, "directory-entry", centre.pk)


def test_two_changes_that_make_up_for_each_other_are_changes_all_the_same(focal_point, service):
    """One service is offered no more, and another says something else: the page shows neither."""
    other = provision.add_service(focal_point.actor, Offering(code="LEGAL"))
    shown = focal_point.client.get(reverse("offering")).context["version"]
    press(focal_point.client, reverse("service-edit", args=[other.pk]), active="")
    Service.objects.get(pk=other.pk, active=False)
    while service.version < other.version + 1:
        press(
            focal_point.client, reverse("service-edit", args=[service.pk]), description=f"{service.version}"
        )
        service.refresh_from_db()
    focal_point.client.post(reverse("offering-assure"), {"version": shown})
    assert not Service.objects.exclude(assured_at=None).exists()
