"""What the organisations say of themselves in the directory: whom they take, when they are open, until when."""

from dataclasses import dataclass
from datetime import time, timedelta

from partners.enums import OrganisationKind, Role, Weekday
from partners.models import Department
from partners.queries import services_of
from partners.services import entries
from partners.services.accounts import deactivate_person
from partners.services.entries import Description
from partners.services.organisations import Particulars, create_organisation
from partners.services.provision import Offering, add_service, add_site
from referral.demonstration.organisations import ENTRIES, LODGING, Entry
from referral.demonstration.stage import Script, Stage

WEEK = [Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY]
ROUND_THE_CLOCK = frozenset({*LODGING, "MED_EMERG"})


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one says beyond the rule: French and wolof, on weekdays from 8 to 17, a house round the clock."""

    description: str = ""
    night: str = ""
    languages: tuple[str, ...] = ("fra", "wol")
    ages: tuple[int | None, int | None] = (None, None)
    accessible: bool = False
    title: bool = False
    regions: tuple[str, ...] = ()
    #: Street and department of a house that anybody may find.
    found_at: tuple[str, str] = ("", "")
    public: bool = False
    #: Days until the agreement ends.
    agreement: int | None = None
    #: Days since somebody of the house looked at the entry.
    checked: int = 9


SAID = {
    "teranga": Said(
        description="Accueil d’urgence et de transit. Une équipe de femmes reçoit femmes et enfants.",
        night="+221 77 000 00 21",
        languages=("fra", "wol", "fuc", "srr"),
        ages=(6, None),
        accessible=True,
        agreement=210,
        checked=4,
    ),
    "baobab": Said(
        description="Premier accueil des enfants en mobilité sur l’axe de Rosso.",
        night="+221 77 000 00 22",
        languages=("fra", "wol", "fuc"),
        ages=(6, 17),
        title=True,
        regions=("SN-SL", "SN-LG", "SN-MT"),
    ),
    "manguiers": Said(
        description="Premier accueil des enfants de la Casamance.",
        languages=("fra", "dyo", "mnk"),
        ages=(5, 17),
        title=True,
        regions=("SN-ZG", "SN-SE", "SN-KD"),
        agreement=400,
    ),
    "jokko": Said(description="Long séjour et formation pour garçons.", ages=(10, 17), title=True, checked=130),
    "yaakaar": Said(
        description="Transit des enfants avant le retour en famille.",
        night="+221 77 000 00 25",
        languages=("fra", "wol", "fuc"),
        ages=(4, 17),
        accessible=True,
    ),
    "jigeen": Said(
        description="Refuge pour femmes et filles, avec leurs enfants.",
        night="+221 77 000 00 26",
        languages=("fra", "wol", "dyo"),
        agreement=21,
    ),
    "sutura": Said(description="Foyer de la zone aurifère.", languages=("fra", "mnk", "fuc"), ages=(8, None)),
    "teeru": Said(description="Adultes seulement.", languages=("fra", "wol"), ages=(18, None)),
    "wergu": Said(
        description="Consultations et certificats. Demander le service social à l’entrée.",
        night="+221 77 000 00 31",
        accessible=True,
        found_at=("Rue inventée 31, Grand Dakar", "Dakar"),
        public=True,
    ),
    "hospital": Said(
        description="Service social de l’hôpital.",
        languages=("fra", "fuc", "mnk"),
        accessible=True,
        found_at=("Route de l’hôpital", "Kédougou"),
        public=True,
    ),
    "atte": Said(
        description="Avocats et juristes bénévoles, sur rendez-vous.",
        found_at=("Immeuble inventé, 2e étage", "Dakar"),
        public=True,
        agreement=12,
        checked=140,
    ),
    "elleg": Said(description="Scolarisation et suivi des talibés.", ages=(5, 17)),
    "network": Said(languages=("fra", "por", "mnk"), ages=(None, 17)),
    "leer": Said(checked=40),
    "consulate": Said(languages=("fra", "por")),
}  # fmt: skip
NOTHING = Said()


def offering(key: str, entry: Entry, code: str) -> Offering:
    said = SAID.get(key, NOTHING)
    always = code in ROUND_THE_CLOCK
    return Offering(
        code=code,
        sexes=list(entry.sexes),
        takes_children=entry.children,
        takes_adults=entry.adults,
        languages=list(said.languages),
        minimum_age=said.ages[0],
        maximum_age=said.ages[1],
        disability_access=said.accessible,
        title_needed=said.title and code in LODGING,
        regions=list(said.regions),
        days=[] if always else [*WEEK],
        opens_at=None if always else time(8),
        closes_at=None if always else time(17),
    )


def keep_entries(stage: Stage, administrator: str) -> None:
    """Each desk writes its own entry and looks at it again now and then; coordination keeps the agreements."""
    for key, entry in ENTRIES.items():
        if entry.services:
            said = SAID.get(key, NOTHING)
            desk = stage.holder(stage.organisations[key].pk, Role.FOCAL_POINT, Role.SUPERVISOR)
            _describe(stage, key, entry, said, desk)
            stage.begin(_looked_at(stage, desk), stage.now - timedelta(days=said.checked))
    _found_without_anybody(stage, administrator)


def _describe(stage: Stage, key: str, entry: Entry, said: Said, desk: str) -> None:
    organisation = stage.organisations[key]
    with stage.acting(desk) as by:
        organisation = entries.describe_organisation(
            by,
            organisation.pk,
            organisation.version,
            Description(
                description=said.description,
                telephone=entry.telephone,
                night_telephone=said.night,
                is_public=said.public,
            ),
        )
        street, department = said.found_at
        if street:
            add_site(
                by,
                name="Accueil du public",
                region=organisation.region,
                department=Department.objects.get(name=department, region=organisation.region),
                address=None,
                confidential=False,
                public_address=street,
            )
    if said.agreement is not None:
        with stage.acting("coordinator") as by:
            organisation = entries.set_agreement(
                by,
                organisation.pk,
                organisation.version,
                until=(stage.now + timedelta(days=said.agreement)).date(),
            )
    stage.organisations[key] = organisation


def _looked_at(stage: Stage, desk: str) -> Script:
    with stage.acting(desk) as by:
        entries.assure_services(by, entries.version_of(services_of(by.organisation_id)), at=stage.at)
    yield from ()


def _found_without_anybody(stage: Stage, administrator: str) -> None:
    """A house whose only person has left since: nothing can be sent there."""
    with stage.acting(administrator) as by:
        house = create_organisation(
            by,
            Particulars(
                name="Point d’accueil Gàddaay de Bakel",
                kind=OrganisationKind.NGO,
                region=stage.regions["SN-TC"],
                telephone="+221 33 000 00 41",
            ),
        )
        stage.seat("penda.sow", "Penda Sow", house, [Role.FOCAL_POINT], by)
    with stage.acting("penda.sow") as by:
        add_service(
            by,
            Offering(
                code="BASIC", languages=["fra", "fuc"], days=[*WEEK], opens_at=time(8), closes_at=time(13)
            ),
        )
    stage.later(stage.now - timedelta(days=3), lambda: _leaves(stage, administrator, "penda.sow"))


def _leaves(stage: Stage, administrator: str, person: str) -> None:
    user = stage.people[person]
    with stage.acting(administrator) as by:
        deactivate_person(by, user.pk, user.version, at=stage.at)
