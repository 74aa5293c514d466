"""A directory with a bit of everything, and the schema files of the standard to hold against what is said of it."""

import json
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from audit import clock
from audit.rows import write
from partners.enums import OrganisationKind, OrganisationStatus, PersonGroup, Role, Sex, TokenScope
from partners.models import ApiToken, Department, Organisation, Places, Region, Service, Site, User
from partners.services.tokens import make_token
from tests import cast as c

SCHEMAS = Path(__file__).parent / "hsds"
#: Of a house that is not to be found, and of those who work there.
HIDDEN = "14, impasse du Canari-Caché, Thiès"
SECRET_HOUSE = "Maison Canari-Secrète"
STAFF = "Ndeye Canari-Agente"


@dataclass
class Directory:
    """`public` shows itself to everybody, `house` to partners; the others to nobody."""

    public: Organisation
    house: Organisation
    suspended: Organisation
    ended: Organisation
    clerk: User

    def token(self, *scopes: str, **more: Any) -> str:
        return self.token_row(*scopes, **more)[1]

    def token_row(self, *scopes: str, days: int = 30, name: str = "Carte") -> tuple[ApiToken, str]:
        with c.acting(self.clerk) as actor:
            return make_token(
                actor,
                self.public,
                name=name,
                scopes=scopes or [*TokenScope],
                days=days,
                at=clock.now(),
            )


def make_directory() -> Directory:
    with c.acting(), transaction.atomic():
        at = clock.now()
        dakar = Region.objects.get(code="SN-DK")
        thies = Region.objects.get(code="SN-TH")
        public = c.organisation("Association Jappoo", OrganisationKind.NGO, dakar)
        house = c.organisation("Maison de l'Espoir", OrganisationKind.RECEPTION_CENTRE, thies)
        suspended = c.organisation("Association suspendue", OrganisationKind.NGO, dakar)
        ended = c.organisation("Association échue", OrganisationKind.NGO, dakar)
        for row, values in {
            public: {
                "is_public": True,
                "telephone": "+221338000000",
                "night_telephone": "+221770000000",
                "description": "Écoute et droit.",
            },
            house: {"agreement_until": (at + timedelta(days=30)).date(), "telephone": "+221338000001"},
            suspended: {"is_public": True, "status": OrganisationStatus.SUSPENDED},
            ended: {"is_public": True, "agreement_until": (at - timedelta(days=2)).date()},
        }.items():
            for name, value in values.items():
                setattr(row, name, value)
            write(row, fields=values)
        office = Site(
            organisation=public,
            name="Bureau",
            region=dakar,
            department=Department.objects.filter(region=dakar).first(),
            confidential=False,
            public_address="3, avenue Ouverte",
        )
        hidden = Site(organisation=house, name=SECRET_HOUSE, region=thies, address=HIDDEN)
        for site in (office, hidden):
            write(site)
        write(
            Service(
                organisation=public,
                site=office,
                code="LEGAL",
                description="Avocate le mardi.",
                languages=["wol", "fra"],
                days=["MO", "TU"],
                opens_at=time(8),
                closes_at=time(16, 30),
                disability_access=True,
                assured_at=at,
            )
        )
        write(
            Service(
                organisation=house,
                site=hidden,
                code="SHELTER_EMERG",
                sexes=[Sex.FEMALE],
                minimum_age=6,
                maximum_age=17,
                takes_adults=False,
                title_needed=True,
                regions=["SN-TH", "SN-DK"],
                night_telephone="+221770000001",
            )
        )
        write(Service(organisation=house, code="EDU", active=False))
        for row in (suspended, ended):
            write(Service(organisation=row, code="LEGAL"))
        write(Places(site=hidden, group=PersonGroup.GIRLS, capacity=7, occupied=3, confirmed_at=at))
        write(Places(site=hidden, group=PersonGroup.MOTHERS, capacity=5, occupied=5, confirmed_at=at))
        write(Service(organisation=public, code="MHPSS"))
        unit = c.organisation("Unité de coordination", OrganisationKind.NATIONAL_UNIT, dakar)
        clerk = c.person("coordinatrice", unit, Role.COORDINATOR, at=at)
        worker = c.person("canari.agente", house, Role.FOCAL_POINT, at=at)
        worker.name = STAFF
        write(worker, fields=["name"])
        return Directory(public, house, suspended, ended, clerk)


# --- Asking ------------------------------------------------------------------------------------------------
def ask(path: str, token: str = "", **filters: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().get(f"/api/hsds{path}", filters, headers=headers)


def names(answer: Any) -> list[str]:
    return [item["name"] for item in answer.json()["contents"]]


# --- The standard ------------------------------------------------------------------------------------------
@cache
def _registry() -> Registry:
    """Every schema, with unknown properties refused."""
    return Registry().with_resources(
        (path.name, Resource.from_contents(_closed(json.loads(path.read_text()))))
        for path in SCHEMAS.glob("*.json")
    )


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    return schema | {"additionalProperties": False, "$schema": "https://json-schema.org/draft/2020-12/schema"}


def faults(table: str, row: dict[str, Any]) -> list[str]:
    """What the standard has against a row of `table`."""
    schema = _registry()[f"{table}.json"].contents
    found = Draft202012Validator(schema, registry=_registry(), format_checker=FormatChecker()).iter_errors(
        row
    )
    return [f"{'.'.join(map(str, each.absolute_path))}: {each.message}" for each in found]
