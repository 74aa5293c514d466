"""The tables of HSDS 3.1 with the properties that we write. What is empty is left out: the standard has no null."""

from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

VERSION = "3.1"
#: We use the standard as it is, with a choice of its terms and no term of our own.
PROFILE = "https://docs.openreferral.org/"

#: Of ids that are made of what they stand for: the same in every installation, and after every export.
NAMESPACE = UUID("6e0d9d1c-0f3c-5b7e-9d5a-3f1f5c6a7b10")

#: A date and time with its offset, in milliseconds.
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Item = TypeVar("Item")


def derived(*parts: object) -> UUID:
    return uuid5(NAMESPACE, "|".join(str(part) for part in parts))


class Table(BaseModel):
    """A row of the standard. An unknown property is refused: what we cannot hold must not be lost silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID


class Taxonomy(Table):
    name: str
    description: str
    version: str | None = None


class TaxonomyTerm(Table):
    code: str
    name: str
    description: str
    #: The name of the taxonomy.
    taxonomy: str
    language: str | None = None
    taxonomy_detail: Taxonomy | None = None


class Attribute(Table):
    """A tag: the row that carries it has what the term says."""

    link_type: str
    value: str | None = None
    label: str | None = None
    taxonomy_term: TaxonomyTerm


class Phone(Table):
    number: str
    type: str | None = None
    description: str | None = None


class Language(Table):
    name: str
    code: str


class Schedule(Table):
    freq: Literal["WEEKLY"]
    interval: Literal[1]
    wkst: Literal["MO"]
    byday: str
    opens_at: str
    closes_at: str
    timezone: Literal[0]
    description: str | None = None


class ServiceArea(Table):
    name: str
    extent: str
    extent_type: Literal["text"]


class RequiredDocument(Table):
    document: str


class Accessibility(Table):
    description: str


class Address(Table):
    address_1: str
    city: str
    state_province: str
    postal_code: str
    country: str
    address_type: Literal["physical"]


class Location(Table):
    location_type: Literal["physical"]
    name: str
    external_identifier: str
    external_identifier_type: str
    addresses: list[Address] | None = None
    accessibility: list[Accessibility] | None = None


class ServiceAtLocation(Table):
    service_id: UUID | None = None
    location: Location


class Unit(Table):
    name: str
    scheme: str
    identifier: str


class ServiceCapacity(Table):
    unit: Unit
    available: int
    updated: Moment
    description: str
    attributes: list[Attribute]


class Organization(Table):
    name: str
    description: str
    phones: list[Phone] | None = None
    locations: list[Location] | None = None
    attributes: list[Attribute] | None = None


class Service(Table):
    name: str
    status: Literal["active"]
    description: str | None = None
    eligibility_description: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    assured_date: str | None = None
    last_modified: Moment | None = None
    phones: list[Phone] | None = None
    schedules: list[Schedule] | None = None
    service_areas: list[ServiceArea] | None = None
    service_at_locations: list[ServiceAtLocation] | None = None
    languages: list[Language] | None = None
    organization: Organization | None = None
    required_documents: list[RequiredDocument] | None = None
    capacities: list[ServiceCapacity] | None = None
    attributes: list[Attribute] | None = None


class Page(BaseModel, Generic[Item]):
    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[Item]


class About(BaseModel):
    version: str
    profile: Annotated[str, Field(json_schema_extra={"format": "uri"})]
    openapi_url: Annotated[str, Field(json_schema_extra={"format": "uri"})]
