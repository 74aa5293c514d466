"""The cast of every test: a few people whom a reader keeps, in organisations made through the product's own services.

Aïssatou (caseworker) and Bineta (supervisor) of the national unit; Codou (focal point), Daouda (caseworker) and
Élisabeth (supervisor) of a reception centre; Fatou (caseworker, focal point, supervisor) of a small NGO; Gora of
the police, Habib of a court, Ibrahima the coordinator, Khady the auditor, Lamine the statistician, Marème the
administrator; and Ousmane, who keeps the desk of a centre that has nothing to do with it.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from audit import clock, sitting
from audit import services as audit
from audit.rows import write
from crypto import keyring
from partners.actor import Actor
from partners.enums import DESK_ROLES, OrganisationKind, PersonGroup, Role
from partners.models import COORDINATION_GROUP, Membership, Organisation, Places, Region, Service, Site, User
from partners.queries import actor_of
from referral.enums import Group as FieldGroup
from referral.enums import Purpose
from referral.guardians import Relation, Standing
from referral.models import Case, Guardian, Referral
from referral.services import basis, care, cases, receiving, sending

#: What must never leak: planted in every sealed field of the default person.
SECRETS = {
    "family_name": "Ndiaye-Canari",
    "given_names": "Mariama Canari",
    "alias": "Alias Canari",
    "nationality": "Canarie",
    "phone": "+221 77 000 00 99",
    "needs": "besoin canari",
    "health": "santé canari",
    "legal_situation": "situation canari",
    "narrative": "récit canari",
    "documents": "papiers canari",
    "document_number": "N° SN-Canari 778",
}


@contextmanager
def acting(user: User | None = None, at: datetime | None = None) -> Iterator[Actor | None]:
    """As the middleware does: keyring and sitting open, looks written at the end."""
    who = (
        sitting.SYSTEM
        if user is None
        else sitting.Who(actor_id=user.pk, organisation_id=user.organisation_id)
    )
    with keyring.opened(), sitting.opened(who, at):
        yield None if user is None else actor_of(User.objects.get(pk=user.pk))
        audit.flush()


@dataclass
class Cast:
    at: datetime
    region: Region
    unit: Organisation
    centre: Organisation
    ngo: Organisation
    police: Organisation
    court: Organisation
    operator: Organisation
    other_centre: Organisation
    girls: Places
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


def organisation(name: str, kind: str, region: Region, *, national: bool = False) -> Organisation:
    group, _made = Group.objects.get_or_create(name=f"organisation:{uuid.uuid4()}")
    made = Organisation(name=name, kind=kind, region=region, is_national_unit=national, group=group)
    write(made)
    return made


def person(name: str, organisation: Organisation, *roles: str, at: datetime) -> User:
    user = User(
        email=f"{name}@exemple.sn",
        name=name.capitalize(),
        organisation=organisation,
        undertaking_accepted_at=at,
    )
    user.set_unusable_password()
    write(user)
    for role in roles:
        write(Membership(user=user, role=role, since=at - timedelta(days=1)))
    if DESK_ROLES & set(roles):
        user.groups.add(organisation.group)
    if Role.COORDINATOR in roles:
        user.groups.add(Group.objects.get_or_create(name=COORDINATION_GROUP)[0])
    return user


def offer(organisation: Organisation, *codes: str, **eligibility: Any) -> None:
    for code in codes:
        write(Service(organisation=organisation, code=code, **eligibility))


def make_cast() -> Cast:
    """Raises nothing; leaves reference data of the migrations as they are."""
    cast = gather()
    report_to(cast)
    return cast


def report_to(cast: Cast) -> None:
    """Whoever finds somebody in the region reports to the national unit."""
    with acting(), transaction.atomic():
        cast.region.reports_to = cast.unit
        write(cast.region, fields=["reports_to"])


def gather() -> Cast:
    """Everybody, in new rows alone."""
    with acting(), transaction.atomic():
        at = clock.now()
        region = Region.objects.order_by("code").first()
        if region is None:
            region = Region(code="SN-DK", name="Dakar")
            write(region)
        unit = organisation("Unité nationale", OrganisationKind.NATIONAL_UNIT, region, national=True)
        centre = organisation("Maison Teranga", OrganisationKind.RECEPTION_CENTRE, region)
        ngo = organisation("Association Jigeen", OrganisationKind.NGO, region)
        police = organisation("Commissariat", OrganisationKind.POLICE, region)
        court = organisation("Tribunal", OrganisationKind.COURT, region)
        operator = organisation("Exploitant", OrganisationKind.OPERATOR, region)
        other_centre = organisation("Maison Keur", OrganisationKind.RECEPTION_CENTRE, region)
        offer(centre, "SHELTER_EMERG", "SHELTER_TRANSIT")
        offer(other_centre, "SHELTER_EMERG")
        offer(ngo, "MHPSS", "LEGAL", takes_children=False)
        site = Site(organisation=centre, name="Maison A", region=region, address="12 rue Canari")
        write(site)
        girls = Places(site=site, group=PersonGroup.GIRLS, capacity=2, confirmed_at=at)
        write(girls)
        write(Places(site=site, group=PersonGroup.WOMEN, capacity=2, confirmed_at=at))
        seats = {
            "aissatou": (unit, Role.CASEWORKER),
            "bineta": (unit, Role.SUPERVISOR),
            "codou": (centre, Role.FOCAL_POINT),
            "daouda": (centre, Role.CASEWORKER),
            "elisabeth": (centre, Role.SUPERVISOR),
            "fatou": (ngo, Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR),
            "gora": (police, Role.REPORTER),
            "habib": (court, Role.JUSTICE),
            "ibrahima": (unit, Role.COORDINATOR),
            "khady": (unit, Role.AUDITOR),
            "lamine": (unit, Role.STATISTICIAN),
            "mareme": (operator, Role.ADMINISTRATOR),
            "ousmane": (other_centre, Role.FOCAL_POINT),
        }
        people = {name: person(name, seat[0], *seat[1:], at=at) for name, seat in seats.items()}
        return Cast(at, region, unit, centre, ngo, police, court, operator, other_centre, girls, people)


GIRL: dict[str, Any] = {
    "sex": "female",
    "age_status": "child",
    "age_band": "9-13",
    "languages": ["wol"],
    "children": [],
    "flags": ["danger_nearby"],
    "interpreter_needed": True,
    "safe_contact": {"channels": {"phone": False}},
    **SECRETS,
}
WOMAN: dict[str, Any] = GIRL | {"age_status": "adult", "age_band": "21-29", "children": ["0-5"]}
EVERY_GROUP = [str(group) for group in FieldGroup]


def open_case(cast: Cast, *, by: User | None = None, **person: Any) -> Case:
    user = by or cast.aissatou
    with acting(user) as actor:
        return cases.open_case(
            by=actor,
            at=clock.now(),
            region=cast.region,
            person=GIRL | person,
            case={"risk": "high", "urgency": "urgent"},
        )


def protect(case: Case) -> Case:
    """The owner's first step is done."""
    with acting(case.owner) as actor:
        return cases.protect(case.pk, by=actor, at=clock.now(), version=case.version)


def safe_guardian(case: Case) -> Guardian:
    """The grandmother, whom two people have found safe: she may agree for the child."""
    found = Guardian.objects.filter(case=case, standing=Standing.ASSESSED_SAFE).first()
    if found is not None:
        return found
    with acting(case.owner), transaction.atomic():
        other = User.objects.exclude(pk=case.owner_id).order_by("email").first()
        guardian = Guardian(
            case=case,
            relation=Relation.RELATIVE,
            name="Grand-mère Canari",
            standing=Standing.ASSESSED_SAFE,
            added_at=clock.now(),
            said_by=case.owner,
            decided_by=other,
            decided_at=clock.now(),
        )
        write(guardian, case_id=case.pk)
    return guardian


def agree(
    cast: Cast,
    case: Case,
    recipient: Organisation,
    *,
    purpose: str = Purpose.SERVICES,
    groups: list[str] | None = None,
    refused: Sequence[str] = (),
) -> None:
    """The person agrees that `recipient` may know `groups` (all of them unless said), and says no to `refused`."""
    with acting(case.owner) as actor:
        cells = [basis.Cell(recipient.pk, purpose, group, True) for group in (groups or EVERY_GROUP)]
        cells += [basis.Cell(recipient.pk, purpose, group, False) for group in refused]
        basis.record_conversation(
            case.pk,
            by=actor,
            at=clock.now(),
            cells=cells,
            method="oral_with_witness",
            language="wol",
            witness="Témoin Canari",
        )


def drafted(
    cast: Cast,
    case: Case,
    *,
    to: Organisation | None = None,
    service: str = "SHELTER_EMERG",
    urgency: str = "urgent",
) -> Referral:
    with acting(case.owner) as actor:
        asked = sending.Asked(receiving=to or cast.centre, service=service, urgency=urgency)
        return sending.start_draft(case.pk, by=actor, at=clock.now(), asked=asked)


def sent(cast: Cast, case: Case | None = None, **asked: Any) -> Referral:
    """A consented referral that lies at the desk."""
    case = case or open_case(cast)
    agree(cast, case, asked.get("to") or cast.centre)
    draft = drafted(cast, case, **asked)
    with acting(case.owner) as actor:
        return sending.send_referral(draft.pk, by=actor, at=clock.now(), version=draft.version)


def accepted(cast: Cast, referral: Referral | None = None, **options: Any) -> Referral:
    referral = referral or sent(cast)
    with acting(cast.codou) as actor:
        at = clock.now()
        places = options.pop("places", cast.girls)
        return receiving.accept_referral(
            referral.pk,
            by=actor,
            at=at,
            version=referral.version,
            worker_id=cast.daouda.pk,
            expected_arrival_at=options.pop("expected_arrival_at", at + timedelta(hours=3)),
            places_id=places.pk if places else None,
        )


def started(cast: Cast, referral: Referral | None = None) -> Referral:
    referral = referral or accepted(cast)
    with acting(cast.codou) as actor:
        at = clock.now()
        return care.start_service(
            referral.pk,
            by=actor,
            at=at,
            version=referral.version,
            occurred_at=at,
            code=referral.arrival_code or "",
        )


def declined(cast: Cast, referral: Referral | None = None, reason_code: str = "NO_CAPACITY") -> Referral:
    referral = referral or sent(cast)
    with acting(cast.codou) as actor:
        return receiving.decline_referral(
            referral.pk, by=actor, at=clock.now(), version=referral.version, reason_code=reason_code
        )
