"""What partners read of the entry of an organisation, on screen and on paper, and who changed it."""

import io
from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone as django_timezone
from pypdf import PdfReader

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.enums import OrganisationStatus, PersonGroup, Standing
from partners.models import Organisation
from partners.queries import Wanted, directory, free_places, is_sent_to, standing, to_renew
from partners.services import organisations, provision
from partners.services.provision import Offering
from tests.partners.conftest import BOTH, page, region
from tests.referral.pages import press

pytestmark = pytest.mark.django_db(databases=BOTH)
HIDDEN, OPEN = "12, rue du Canari-Planté, Rufisque", "3, avenue du Marché"


def agree(centre, until):
    """As coordination sets it."""
    row = Organisation.objects.get(pk=centre.pk)
    row.agreement_until = until
    write(row, fields=["agreement_until"])


# --- What partners read ------------------------------------------------------------------------------------
def test_a_partner_reads_services_in_words_and_of_a_confidential_house_the_region(
    stranger, focal_point, centre, site, service
):
    provision.open_places(focal_point.actor, site, group=PersonGroup.GIRLS, capacity=3, at=clock.now())
    provision.add_site(
        focal_point.actor,
        name="Accueil de jour",
        region=region("SN-TH"),
        address=None,
        confidential=False,
        public_address=OPEN,
    )
    seen = page(stranger, "directory-entry", centre.pk)
    assert "Femmes et filles de 6 à 25 ans" in seen
    assert "Tous les jours, 24 h sur 24" in seen
    assert f"{OPEN}, Thiès" in seen
    assert "Adresse confidentielle, région de Dakar" in seen
    assert "Places libres" in seen
    assert [word for word in ("Canari", "Maison A", "Accueil de jour") if word in seen] == []


def test_a_house_that_becomes_confidential_leaves_its_public_address_nowhere(
    stranger, focal_point, coordinator, centre, service
):
    house = provision.add_site(
        focal_point.actor,
        name="Maison B",
        region=region(),
        address=HIDDEN,
        confidential=False,
        public_address=OPEN,
    )
    assert OPEN in page(stranger, "directory-entry", centre.pk)
    provision.edit_site(
        focal_point.actor,
        house.pk,
        house.version,
        name="Maison B",
        region=house.region,
        address=None,
        confidential=True,
        public_address=OPEN,
    )
    for person in (stranger, focal_point, coordinator):
        assert OPEN not in page(person, "directory-entry", centre.pk)
        assert OPEN not in printed(person)
    for person in (focal_point, coordinator):
        for name in ("entry-history", "entry-keep"):
            assert OPEN not in page(person, name, centre.pk)


MONDAY, SATURDAY_NIGHT = datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 11, 28, 23, 30, tzinfo=UTC)


def test_one_service_must_fit_everything_that_is_asked(focal_point, centre, service):
    weekdays = ["MO", "TU", "WE", "TH", "FR"]
    by_day, by_night = (
        {"opens_at": time(8), "closes_at": time(17)},
        {"opens_at": time(22), "closes_at": time(6)},
    )
    men = {"sexes": ["male"], "minimum_age": 30}
    provision.add_service(focal_point.actor, Offering(code="LEGAL", days=weekdays, **men, **by_day))
    provision.add_service(focal_point.actor, Offering(code="INTERP", days=["SA"], **men, **by_night))
    provision.add_service(focal_point.actor, Offering(code="MED_GEN", active=False))
    found = {
        Wanted(sex="female", age=6): True,
        Wanted(sex="female", age=30): False,  # one service takes women, another takes that age
        Wanted(sex="male", age=30): True,
        Wanted(age=5): False,
        Wanted(age=25): True,
        Wanted(age=26): False,
        Wanted(language="wol", disability=True, with_children=True): True,
        Wanted(language="srr"): False,
        Wanted(service="LEGAL", sex="female"): False,
        Wanted(service="MED_GEN"): False,
        Wanted(service="LEGAL", open_at=MONDAY + timedelta(hours=8)): True,
        Wanted(service="LEGAL", open_at=MONDAY + timedelta(hours=17)): False,
        Wanted(service="LEGAL", open_at=MONDAY - timedelta(hours=14)): False,
        Wanted(service="INTERP", open_at=SATURDAY_NIGHT): True,
        Wanted(service="INTERP", open_at=SATURDAY_NIGHT + timedelta(hours=6)): True,  # of the night before
        Wanted(service="INTERP", open_at=SATURDAY_NIGHT + timedelta(hours=7)): False,
        Wanted(service="INTERP", open_at=SATURDAY_NIGHT + timedelta(days=1)): False,
    }
    assert {wanted: directory(wanted=wanted).filter(pk=centre.pk).exists() for wanted in found} == found


def test_the_filters_of_the_page_are_those(stranger, centre, service):
    query = {"sex": "female", "age": "7", "children": "on", "language": "wol", "disability": "on"}
    answer = stranger.client.get(reverse("directory"), query | {"open_now": "on"})
    assert centre in [row["organisation"] for row in answer.context["rows"]]
    assert len(answer.context["active"]) == 6
    assert centre.name not in page(stranger, "directory", age="60")


# --- Agreements --------------------------------------------------------------------------------------------
def test_the_last_day_of_an_agreement_still_counts(centre):
    today = django_timezone.localdate(clock.now())
    for days, expected in {
        None: Standing.OPEN,
        31: Standing.OPEN,
        30: Standing.EXPIRING,
        0: Standing.EXPIRING,
        -1: Standing.EXPIRED,
    }.items():
        agree(centre, today + timedelta(days=days) if days is not None else None)
        row = Organisation.objects.get(pk=centre.pk)
        assert standing(row, clock.now()) == expected
        assert is_sent_to(centre.pk) is (expected != Standing.EXPIRED)
        assert (row in to_renew(clock.now())) is (expected != Standing.OPEN)


def test_an_agreement_that_ran_out_is_marked_for_coordination_and_gone_for_the_others(
    coordinator, administrator, stranger, focal_point, centre, places, at
):
    yesterday = django_timezone.localdate(at) - timedelta(days=1)
    parts = {"until_day": yesterday.day, "until_month": yesterday.month, "until_year": yesterday.year}
    url = reverse("agreement", args=[centre.pk])
    assert press(coordinator.client, url, **parts).status_code == 302
    assert "Convention terminée" in page(coordinator, "directory")
    assert "Convention terminée" in page(focal_point, "directory-entry", centre.pk)
    assert centre.name not in page(stranger, "directory")
    assert stranger.client.get(reverse("directory-entry", args=[centre.pk])).status_code == 404
    assert not free_places(centre.pk, [PersonGroup.GIRLS], at)
    answer = press(coordinator.client, reverse("organisation-suspend", args=[centre.pk]))
    assert answer["Location"] == reverse("directory-entry", args=[centre.pk])
    assert Organisation.objects.get(pk=centre.pk).status == OrganisationStatus.SUSPENDED
    assert "Suspendue" in page(coordinator, "directory")


# --- Who changed it ----------------------------------------------------------------------------------------
def test_the_history_says_who_changed_what_before_and_after(focal_point, coordinator, centre, site, service):
    press(focal_point.client, reverse("entry-describe", args=[centre.pk]), telephone="+221 33 800 00 01")
    press(coordinator.client, reverse("service-edit", args=[service.pk]), maximum_age=17, languages=["wol"])
    press(
        focal_point.client, reverse("site-edit", args=[site.pk]), address="Ailleurs, Canari", name="Maison Z"
    )
    answer = focal_point.client.get(reverse("entry-history", args=[centre.pk]))
    lines = {
        tuple(part.replace("\xa0", " ") for part in (each.what, each.before, each.after, each.who))
        for each in answer.context["changes"]
    }
    assert {
        (
            "Organisation : Téléphone de la permanence",
            "+221 33 800 00 00",
            "+221 33 800 00 01",
            "Moussa Desk",
        ),
        ("Site Maison Z : Nom", "Maison A", "Maison Z", "Moussa Desk"),
        ("Hébergement d’urgence : Jusqu’à l’âge de", "25", "17", "Ibra Coordination"),
        ("Hébergement d’urgence : Langues", "Wolof et Pulaar", "Wolof", "Ibra Coordination"),
    } <= lines, lines
    assert "Canari" not in answer.content.decode()


# --- On paper ----------------------------------------------------------------------------------------------
def printed(person):
    answer = person.client.get(reverse("directory-print"))
    assert answer["Content-Type"] == "application/pdf"
    sheet = PdfReader(io.BytesIO(answer.content))
    assert "/StructTreeRoot" in sheet.trailer["/Root"]
    return " ".join(" ".join(each.extract_text() for each in sheet.pages).replace("\xa0", " ").split())


def test_the_printed_list_is_dated_by_region_without_a_protected_address(
    stranger, focal_point, centre, elsewhere, site, service
):
    provision.add_service(stranger.actor, Offering(code="LEGAL", night_telephone="+221 77 111 22 33"))
    provision.add_site(
        stranger.actor,
        name="Bureau",
        region=region("SN-ZG"),
        address=HIDDEN,
        confidential=False,
        public_address=OPEN,
    )
    sheet = printed(stranger)
    assert "État au" in sheet
    assert (
        sheet.index("Dakar")
        < sheet.index(centre.name)
        < sheet.index("Ziguinchor")
        < sheet.index(elsewhere.name)
    )
    for words in ("femmes et filles de 6 à 25 ans", "+221 33 800 00 00", "+221 77 111 22 33", OPEN):
        assert words in sheet
    assert [word for word in ("Canari", "Maison A", "Bureau") if word in sheet] == []
    event = Event.objects.get(verb="print", actor_id=stranger.user.pk)
    assert event.scope == "directory"


def test_a_suspended_organisation_is_on_no_paper(stranger, administrator, centre, service):
    organisations.suspend_organisation(administrator.actor, centre.pk, centre.version)
    assert centre.name not in printed(stranger)
