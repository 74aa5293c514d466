"""The entry of an organisation: who keeps it, what partners read of it, on screen and on paper, and who changed it."""

import io
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone as django_timezone
from django.utils import translation
from pypdf import PdfReader

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.eligibility import eligible, opening
from partners.enums import OrganisationStatus, PersonGroup, Role, Standing
from partners.models import Organisation, Service, Site
from partners.queries import Wanted, directory, free_places, is_sent_to, is_unchecked, standing, to_renew
from partners.services import organisations, provision
from partners.services.provision import Offering
from tests.partners.conftest import BOTH, denials, history, region, seat
from tests.referral.pages import press

pytestmark = pytest.mark.django_db(databases=BOTH)
HIDDEN, OPEN = "12, rue du Canari-Planté, Rufisque", "3, avenue du Marché"


@pytest.fixture
def coordinator(unit):
    return seat(unit, Role.COORDINATOR, name="Ibra Coordination")


@pytest.fixture
def service(focal_point, site):
    return provision.add_service(
        focal_point.actor,
        Offering(
            code="SHELTER_EMERG",
            site=site,
            sexes=["female"],
            minimum_age=6,
            maximum_age=25,
            languages=["wol", "fuc"],
            title_needed=True,
            disability_access=True,
        ),
    )


def page(person, name, *arguments, **query):
    answer = person.client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().replace("\xa0", " ")


def agree(centre, until):
    """As coordination sets it."""
    row = Organisation.objects.get(pk=centre.pk)
    row.agreement_until = until
    write(row, fields=["agreement_until"])


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
    press(coordinator.client, reverse("site-edit", args=[site.pk]), department="")
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
    assert focal_point.client.post(reverse("offering-assure")).status_code == 302
    row = Service.objects.get(pk=service.pk)
    assert Service.objects.get(pk=other.pk).assured_at is None
    assert not is_unchecked(row, row.assured_at + timedelta(days=90))
    assert is_unchecked(row, row.assured_at + timedelta(days=90, seconds=1))
    assert "Vérifié le" in page(focal_point, "directory-entry", centre.pk)


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
