"""A package as rows that can be written, or the list of all that stands against it. Nothing is written here."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.utils import translation
from pydantic import TypeAdapter, ValidationError

from partners.enums import CodeList, OrganisationKind, Sex, Weekday
from partners.hsds import mapping, standard
from partners.hsds.standard import Attribute, derived
from partners.hsds.taxonomies import COLUMNS, List, Standing
from partners.hsds.writing import FILES, ORGANIZATIONS, SERVICES, TAXONOMIES, TERMS
from partners.models import Code, Department, Organisation, Region, Service, Site

LARGEST = 50 * 1024 * 1024
KINDS: Mapping[str, type[standard.Table]] = {
    TAXONOMIES: standard.Taxonomy,
    TERMS: standard.TaxonomyTerm,
    ORGANIZATIONS: standard.Organization,
    SERVICES: standard.Service,
}
Row = TypeVar("Row", bound=standard.Table)


@dataclass(frozen=True, order=True)
class Fault:
    """Attributes: row: counted from 1; 0 for the file itself."""

    file: str
    row: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, {self.row}: {self.reason}" if self.row else f"{self.file}: {self.reason}"


class Faulty(Exception):
    """The package is not taken in; nothing of it is written."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__(f"{len(faults)} faults")


@dataclass
class Directory:
    """What a package says, in the order in which it can be written. Each row has the id that it had."""

    organisations: list[Organisation] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    #: In which row of its file each of them stands.
    numbers: dict[UUID, int] = field(default_factory=dict)


def read(source: Path) -> Directory:
    """
    Args:
        source: a folder or a .zip file of `writing.write`.

    Raises:
        Faulty: with every fault that was found.
    """
    reader = _Reader()
    with translation.override("fr"):
        directory = reader.directory(_texts(source, reader))
    if reader.faults:
        raise Faulty(reader.faults)
    return directory


def _texts(source: Path, reader: "_Reader") -> dict[str, bytes]:
    texts: dict[str, bytes] = {}
    try:
        if source.is_dir():
            known = {path.name: path.stat().st_size for path in source.iterdir()}
            texts = {
                name: (source / name).read_bytes() for name in FILES if known.get(name, LARGEST) < LARGEST
            }
        else:
            with zipfile.ZipFile(source) as archive:
                known = {info.filename: info.file_size for info in archive.infolist()}
                texts = {name: archive.read(name) for name in FILES if known.get(name, LARGEST) < LARGEST}
    except (OSError, zipfile.BadZipFile) as error:
        reader.fault(source.name, 0, f"is no package ({type(error).__name__})")
        return {}
    for name in sorted(known.keys() - set(FILES)):
        reader.fault(name, 0, "is no file of a package")
    for name in sorted(set(FILES) - texts.keys()):
        reader.fault(name, 0, "is missing, or larger than 50 MB")
    return texts


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.regions = {region.code: region for region in Region.objects.all()}
        self.departments = {(d.region_id, d.name): d for d in Department.objects.all()}
        self.codes = {
            name: set(Code.objects.filter(list=name).values_list("code", flat=True))
            for name in (CodeList.SERVICE, CodeList.LANGUAGE)
        }
        self.file, self.row = "", 0

    def fault(self, file: str, row: int, reason: str) -> None:
        self.faults.append(Fault(file, row, reason))

    def wrong(self, reason: str) -> None:
        """Of the row that is being read."""
        self.fault(self.file, self.row, reason)

    def directory(self, texts: Mapping[str, bytes]) -> Directory:
        found = Directory()
        # Terms come from this installation's own lists; a package's are read so that a fault in them is said.
        for name in (TAXONOMIES, TERMS):
            list(self.rows(name, texts, KINDS[name]))
        for said in self.rows(ORGANIZATIONS, texts, standard.Organization):
            if (organisation := self.organisation(said)) is not None:
                sites = [site for each in said.locations or () if (site := self.site(each, organisation))]
                found.organisations.append(organisation)
                found.sites += sites
                found.numbers |= dict.fromkeys((organisation.pk, *(site.pk for site in sites)), self.row)
        houses = {site.pk: site for site in found.sites}
        owners = {organisation.pk: organisation for organisation in found.organisations}
        for offered in self.rows(SERVICES, texts, standard.Service):
            if (service := self.service(offered, owners, houses)) is not None:
                found.services.append(service)
                found.numbers[service.pk] = self.row
        return found

    def rows(self, name: str, texts: Mapping[str, bytes], kind: type[Row]) -> Iterator[Row]:
        """Each row that has the form of the standard; of the others the fault is kept."""
        if name not in texts:
            return
        try:
            listed = json.loads(texts[name])
        except (ValueError, RecursionError):
            listed = None
        if not isinstance(listed, list):
            self.fault(name, 0, "is no JSON array")
            return
        form: TypeAdapter[Row] = TypeAdapter(kind)
        seen: set[UUID] = set()
        for number, each in enumerate(listed, start=1):
            self.file, self.row = name, number
            try:
                row = form.validate_python(each)
            except ValidationError as error:
                for one in error.errors(include_url=False, include_input=False):
                    self.wrong(f"{'.'.join(map(str, one['loc'])) or 'row'}: {one['msg']}")
                continue
            if row.id in seen:
                self.wrong("id stands here twice")
            seen.add(row.id)
            yield row

    # --- One row of each ---------------------------------------------------------------------------------
    def organisation(self, said: standard.Organization) -> Organisation | None:
        tags = _by_list(said.attributes)
        kind = self.one(tags, List.KIND, OrganisationKind.values)
        region = self.regions.get(self.one(tags, List.REGION, self.regions))
        if not kind or region is None:
            return None
        standing = {tag.taxonomy_term.code: tag for tag in tags.get(List.STANDING, ())}
        row = Organisation(
            id=said.id,
            name=said.name,
            kind=kind,
            region=region,
            is_public=Standing.PUBLIC in standing,
            **self.phones(said.id, said.phones, mapping.DAY, mapping.NIGHT),
        )
        if (agreed := standing.get(Standing.AGREEMENT_UNTIL)) is not None:
            row.agreement_until = self.day(agreed.value or "")
        row.description = "" if said.description == mapping.fallback(row) else said.description
        return row

    def site(self, said: standard.Location, organisation: Organisation) -> Site | None:
        """A house that everybody may find: a package has no other, and makes no other."""
        region = self.regions.get(said.external_identifier)
        if region is None or said.external_identifier_type != mapping.REGION_CODE:
            self.wrong(f"location {said.id}: its region is not known")
            return None
        if len(said.addresses or ()) != 1 or not (address := (said.addresses or [])[0]).address_1:
            self.wrong(f"location {said.id}: one address is needed")
            return None
        department = self.departments.get((region.pk, address.city)) if address.city else None
        if address.city and department is None:
            self.wrong(f"location {said.id}: the city is no department of its region")
        return Site(
            id=said.id,
            organisation=organisation,
            name=said.name,
            region=region,
            department=department,
            confidential=False,
            public_address=address.address_1,
        )

    def service(
        self, said: standard.Service, owners: Mapping[UUID, Organisation], houses: Mapping[UUID, Site]
    ) -> Service | None:
        owner = owners.get(said.organization.id) if said.organization else None
        if owner is None:
            self.wrong("organization: is not in this package")
            return None
        tags = _by_list(said.attributes)
        code = self.one(tags, List.SERVICE, self.codes[CodeList.SERVICE])
        marks = {tag.taxonomy_term.code for tag in tags.get(List.TAG, ())} & set(COLUMNS)
        opens, closes = self.hours(said.schedules)
        row = Service(
            id=said.id,
            organisation=owner,
            code=code,
            site=self.house(said, owner, houses),
            sexes=self.known("sex", [tag.taxonomy_term.code for tag in tags.get(List.SEX, ())], Sex.values),
            languages=self.known(
                "language", [each.code for each in said.languages or ()], self.codes[CodeList.LANGUAGE]
            ),
            regions=self.known(
                "region",
                [area.extent for area in said.service_areas or () if area.extent != mapping.COUNTRY],
                self.regions,
            ),
            minimum_age=said.minimum_age,
            maximum_age=said.maximum_age,
            title_needed=bool(said.required_documents),
            days=self.days(said.schedules),
            opens_at=opens,
            closes_at=closes,
            description=said.description or "",
            **{column: tag in marks for tag, column in COLUMNS.items()},
            **self.phones(said.id, said.phones, mapping.NIGHT),
        )
        if said.assured_date and (day := self.day(said.assured_date)):
            row.assured_at = datetime.combine(day, time(12), UTC)
        return row

    # --- Parts of a row ----------------------------------------------------------------------------------
    def one(self, tags: Mapping[str, list[Attribute]], of: List, known: Any) -> str:
        """The one code of this list that the row bears; empty, and a fault, when it does not bear one."""
        codes = [tag.taxonomy_term.code for tag in tags.get(of, ())]
        if len(codes) == 1 and codes[0] in known:
            return codes[0]
        self.wrong(f"attributes: one known term of “{of}” is needed")
        return ""

    def known(self, what: str, codes: list[str], known: Any) -> list[str]:
        for code in codes:
            if code not in known:
                self.wrong(f"{what}: {code[:40]} is not known here")
        return codes

    def phones(self, row: UUID, said: list[standard.Phone] | None, *names: str) -> dict[str, str]:
        by_id = {derived(row, name): name for name in names}
        for phone in said or ():
            if phone.id not in by_id:
                self.wrong(f"phone {phone.id}: is neither the desk's nor the night's")
        return {by_id[phone.id]: phone.number for phone in said or () if phone.id in by_id}

    def house(self, said: standard.Service, owner: Organisation, houses: Mapping[UUID, Site]) -> Site | None:
        if not said.service_at_locations:
            return None
        site = houses.get(said.service_at_locations[0].location.id)
        if len(said.service_at_locations) > 1 or site is None or site.organisation != owner:
            self.wrong("service_at_locations: one location of its own organization")
            return None
        return site

    def days(self, said: list[standard.Schedule] | None) -> list[str]:
        days = said[0].byday.split(",") if said else []
        if set(days) - set(Weekday.values):
            self.wrong("schedules: byday is no list of days")
        return [] if len(set(days)) == len(Weekday) else days

    def hours(self, said: list[standard.Schedule] | None) -> tuple[time | None, time | None]:
        if said is None or (said[0].opens_at, said[0].closes_at) == mapping.ROUND_THE_CLOCK:
            return None, None
        if len(said) > 1:
            self.wrong("schedules: more than one")
        try:
            opens, closes = (
                datetime.strptime(each, "%H:%MZ").time()  # noqa: DTZ007  # a time of day in Dakar
                for each in (said[0].opens_at, said[0].closes_at)
            )
        except ValueError:
            self.wrong("schedules: hours are written 08:00Z")
            return None, None
        return opens, closes

    def day(self, text: str) -> date | None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong("a date is written 2027-03-17")
            return None


def _by_list(attributes: list[Attribute] | None) -> dict[str, list[Attribute]]:
    found: dict[str, list[Attribute]] = {}
    for attribute in attributes or ():
        found.setdefault(attribute.link_type, []).append(attribute)
    return found
