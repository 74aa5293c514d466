"""The cast: an administrator, a centre with its desk, another centre, a reporter. Seated as everybody is seated."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from audit import clock, sitting
from audit.models import Event
from crypto.keyring import Keyring
from partners.actor import Actor
from partners.enums import OrganisationKind, PersonGroup, Role
from partners.models import Organisation, Places, Region, Site, User
from partners.queries import actor_of, forget_codes
from partners.services import accounts, organisations, provision
from partners.services.organisations import Particulars
from partners.services.provision import Offering
from tests.referral.pages import sign_in

BOTH = ["default", "audit"]
PASSWORD = "baobab lampe rivière onze"


@dataclass(frozen=True)
class Signed:
    """Somebody of the cast, with a browser in which they are signed in."""

    user: User
    client: Client

    @property
    def actor(self) -> Actor:
        return actor_of(User.objects.get(pk=self.user.pk))


@pytest.fixture(autouse=True)
def quick(settings) -> Iterator[None]:
    """Passwords are digested fast, and no test sees the codes of another."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    forget_codes()
    yield
    forget_codes()


@pytest.fixture
def at(db) -> datetime:
    return clock.now()


@pytest.fixture
def system(db, keyring: Keyring) -> Iterator[None]:
    """For what a test arranges by services, without a request."""
    with sitting.opened(sitting.SYSTEM):
        yield


def region(code: str = "SN-DK") -> Region:
    return Region.objects.get(code=code)


def organisation(name: str, kind: str, code: str = "SN-DK", **more: object) -> Organisation:
    return organisations.found_organisation(Particulars(name=name, kind=kind, region=region(code), **more))


def seat(house: Organisation, *roles: str, name: str = "") -> Signed:
    email = f"{name or '.'.join(roles)}.{house.pk.hex[:6]}@example.org".lower().replace(" ", ".")
    at = clock.now()
    _invitation, token = accounts.offer_seat(house, email=email, name=name or "Awa Test", roles=roles, at=at)
    user = accounts.accept_invitation(token, password=PASSWORD, language="fr", at=at)
    accounts.accept_undertaking(user.pk, at=at)
    return Signed(user, sign_in(User.objects.get(pk=user.pk)))


@pytest.fixture
def operator(system) -> Organisation:
    return organisation("Exploitation technique", OrganisationKind.OPERATOR)


@pytest.fixture
def unit(system) -> Organisation:
    return organisation("Unité nationale", OrganisationKind.NATIONAL_UNIT, is_national_unit=True)


@pytest.fixture
def centre(system) -> Organisation:
    return organisation("Centre Jambaar", OrganisationKind.RECEPTION_CENTRE, telephone="+221 33 800 00 00")


@pytest.fixture
def elsewhere(system) -> Organisation:
    return organisation("Maison Teranga", OrganisationKind.NGO, "SN-ZG")


@pytest.fixture
def administrator(operator) -> Signed:
    return seat(operator, Role.ADMINISTRATOR, name="Ndeye Admin")


@pytest.fixture
def focal_point(centre) -> Signed:
    return seat(centre, Role.FOCAL_POINT, name="Moussa Desk")


@pytest.fixture
def caseworker(centre) -> Signed:
    return seat(centre, Role.CASEWORKER, name="Fatou Case")


@pytest.fixture
def stranger(elsewhere) -> Signed:
    return seat(elsewhere, Role.FOCAL_POINT, Role.SUPERVISOR, name="Ali Stranger")


@pytest.fixture
def site(focal_point) -> Site:
    return provision.add_site(
        focal_point.actor, name="Maison A", region=region(), address="12, rue du Canari-Planté, Rufisque"
    )


@pytest.fixture
def places(focal_point, site, at) -> Places:
    return provision.open_places(focal_point.actor, site, group=PersonGroup.GIRLS, capacity=3, at=at)


def body(response: object) -> str:
    """The page without what the browser brought itself: the mask of the CSRF token, the address asked for."""
    page = response.content.decode().replace(response.request["PATH_INFO"], "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def denials(person: Signed) -> list[str]:
    """What the audit holds of the person's refused attempts."""
    return list(
        Event.objects.using("audit")
        .filter(actor_id=person.user.pk, outcome="denied")
        .values_list("reason_code", flat=True)
    )


def changes(pk: UUID) -> list[str]:
    """The change events about a row, oldest first."""
    return list(Event.objects.filter(object_id=pk).values_list("verb", flat=True))


def history(row: object) -> list[int]:
    """The versions that history holds of a row, oldest first."""
    return list(type(row).history.filter(id=row.pk).order_by("version").values_list("version", flat=True))


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
