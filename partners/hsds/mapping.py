"""Rows of the directory as rows of the standard. Of a house whose address is confidential nothing is said at all."""

from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.enums import LODGING_SERVICES, CodeList, PersonGroup, Sex, Weekday
from partners.hsds import standard
from partners.hsds.standard import derived
from partners.hsds.taxonomies import COLUMNS, List, Standing, Tag, tagged
from partners.models import Organisation, Service, Site
from partners.queries import Offer, code_label, offers
from partners.queries.published import Audience

COUNTRY = "SN"
REGION_CODE = "ISO 3166-2"
#: As we write "round the clock", and read it back.
ROUND_THE_CLOCK = ("00:00Z", "23:59Z")
#: How the ids of our telephones are derived: they say which is which when a package comes back.
DAY, NIGHT = "telephone", "night_telephone"


def organization(row: Organisation, reader: Audience, *, full: bool = True) -> standard.Organization:
    """Args: row: of `published_organisations`. full: with what hangs on it."""
    said = standard.Organization(id=row.pk, name=row.name, description=row.description or fallback(row))
    if not full:
        return said
    return said.model_copy(
        update={
            "phones": _phones(row.pk, {DAY: row.telephone, NIGHT: row.night_telephone}) or None,
            "locations": [location(site) for site in row.houses_open] or None,  # type: ignore[attr-defined]  # prefetched
            "attributes": _standing(row, reader),
        }
    )


def fallback(row: Organisation) -> str:
    """What stands for the description, which the standard requires, of an organisation that has given none."""
    return f"{row.get_kind_display()} ({row.region.name})"


def _standing(row: Organisation, reader: Audience) -> list[standard.Attribute]:
    said = [
        tagged(row.pk, List.KIND, row.kind, row.get_kind_display()),
        tagged(row.pk, List.REGION, row.region.code, row.region.name),
    ]
    if row.is_public:
        said.append(tagged(row.pk, List.STANDING, Standing.PUBLIC, str(Standing.PUBLIC.label)))
    if reader.partner and row.agreement_until is not None:
        until = row.agreement_until.isoformat()
        label = str(Standing.AGREEMENT_UNTIL.label)
        said.append(tagged(row.pk, List.STANDING, Standing.AGREEMENT_UNTIL, label, value=until))
    return said


def service(row: Service, reader: Audience, *, full: bool = True) -> standard.Service:
    """Args: row: of `published_services`. full: with what hangs on it."""
    said = standard.Service(
        id=row.pk,
        name=code_label(CodeList.SERVICE, row.code),
        status="active",
        description=row.description or None,
        eligibility_description=_eligibility(row),
        minimum_age=row.minimum_age,
        maximum_age=row.maximum_age,
        assured_date=row.assured_at.astimezone(UTC).date().isoformat() if row.assured_at else None,
        last_modified=moment(row.modified_at),  # type: ignore[attr-defined]  # annotated
        organization=organization(row.organisation, reader, full=False),
    )
    if not full:
        return said
    return said.model_copy(
        update={
            "phones": _phones(row.pk, {NIGHT: row.night_telephone}) or None,
            "schedules": [_schedule(row)],
            "service_areas": _areas(row, reader),
            "service_at_locations": [at_location(row)] if _open(row.site) else None,
            "languages": [
                standard.Language(
                    id=derived(row.pk, "language", code), name=code_label(CodeList.LANGUAGE, code), code=code
                )
                for code in row.languages
            ]
            or None,
            "required_documents": [
                standard.RequiredDocument(
                    id=derived(row.pk, "title"), document=_("For a child: a custody title")
                )
            ]
            if row.title_needed
            else None,
            "capacities": _capacities(row, reader) or None,
            "attributes": _tags(row),
        }
    )


def minimal(row: Service) -> standard.Service:
    """What one needs to know whether to ask again."""
    return standard.Service(
        id=row.pk,
        name=code_label(CodeList.SERVICE, row.code),
        status="active",
        last_modified=moment(row.modified_at),  # type: ignore[attr-defined]  # annotated
    )


def at_location(row: Service, *, full: bool = True) -> standard.ServiceAtLocation:
    """Args: row: a service at an open house."""
    if row.site is None:
        raise ValueError("This service has no house.")
    return standard.ServiceAtLocation(
        id=at_location_id(row.pk, row.site.pk),
        service_id=row.pk,
        location=location(row.site, full=full, accessible=row.disability_access),
    )


def at_location_id(service_id: UUID, site_id: UUID) -> UUID:
    return derived(service_id, "at", site_id)


def location(site: Site, *, full: bool = True, accessible: bool = False) -> standard.Location:
    """
    Raises:
        ValueError: the address of this house is confidential, or was never given to the public.
    """
    if not _open(site):
        raise ValueError("This house is not for everybody to find.")
    said = standard.Location(
        id=site.pk,
        location_type="physical",
        name=site.name,
        external_identifier=site.region.code,
        external_identifier_type=REGION_CODE,
    )
    if not full:
        return said
    address = standard.Address(
        id=derived(site.pk, "address"),
        address_1=site.public_address,
        city=site.department.name if site.department else "",
        state_province=site.region.name,
        postal_code="",
        country=COUNTRY,
        address_type="physical",
    )
    access = standard.Accessibility(
        id=derived(site.pk, "accessibility"), description=str(Tag.DISABILITY_ACCESS.label)
    )
    return said.model_copy(update={"addresses": [address], "accessibility": [access] if accessible else None})


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _open(site: Site | None) -> bool:
    return site is not None and not site.confidential and bool(site.public_address)


def _phones(row: UUID, numbers: dict[str, str]) -> list[standard.Phone]:
    said = {DAY: _("Desk"), NIGHT: _("At night")}
    return [
        standard.Phone(id=derived(row, name), number=number, type="voice", description=said[name])
        for name, number in numbers.items()
        if number
    ]


def _schedule(row: Service) -> standard.Schedule:
    opens, closes = ROUND_THE_CLOCK
    if row.opens_at is not None and row.closes_at is not None:
        opens, closes = f"{row.opens_at:%H:%M}Z", f"{row.closes_at:%H:%M}Z"  # Dakar keeps UTC all year
    return standard.Schedule(
        id=derived(row.pk, "schedule"),
        freq="WEEKLY",
        interval=1,
        wkst="MO",
        byday=",".join(day for day in Weekday.values if not row.days or day in row.days),
        opens_at=opens,
        closes_at=closes,
        timezone=0,
        description=_("Round the clock") if (opens, closes) == ROUND_THE_CLOCK else None,
    )


def _areas(row: Service, reader: Audience) -> list[standard.ServiceArea]:
    """Regions, never less: what lies around a house would lead there."""
    areas = [(code, reader.regions.get(code, code)) for code in row.regions] or [
        (COUNTRY, _("The whole country"))
    ]
    return [
        standard.ServiceArea(id=derived(row.pk, "area", code), name=name, extent=code, extent_type="text")
        for code, name in areas
    ]


def _tags(row: Service) -> list[standard.Attribute]:
    said = [tagged(row.pk, List.SERVICE, row.code, code_label(CodeList.SERVICE, row.code))]
    said += [tagged(row.pk, List.SEX, sex, str(Sex(sex).label)) for sex in row.sexes]
    return said + [tagged(row.pk, List.TAG, tag, str(tag.label)) for tag in Tag if getattr(row, COLUMNS[tag])]


def _eligibility(row: Service) -> str:
    said = [str(Sex(sex).label) for sex in row.sexes]
    said += [
        str(tag.label)
        for tag in (Tag.ADULTS, Tag.CHILDREN, Tag.CHILDREN_WITH_PARENT)
        if getattr(row, COLUMNS[tag])
    ]
    if row.minimum_age is not None:
        said.append(
            ngettext("from %(age)s year", "from %(age)s years", row.minimum_age) % {"age": row.minimum_age}
        )
    if row.maximum_age is not None:
        said.append(
            ngettext("to %(age)s year", "to %(age)s years", row.maximum_age) % {"age": row.maximum_age}
        )
    return ", ".join(said)


def _capacities(row: Service, reader: Audience) -> list[standard.ServiceCapacity]:
    """Whether each group can be received, never how many places nor in which house (docs/decisions/0023-hsds.md)."""
    if not reader.capacity or row.code not in LODGING_SERVICES:
        return []
    unit = standard.Unit(
        id=derived("unit", "reception"), name=_("Reception possible"), scheme="relais", identifier="reception"
    )
    return [
        standard.ServiceCapacity(
            id=derived(row.pk, "capacity", offer.group),
            unit=unit,
            available=int(offer.free),
            updated=moment(offer.confirmed_at),
            description=_said_of(offer),
            attributes=[tagged(row.pk, List.GROUP, offer.group, str(PersonGroup(offer.group).label))],
        )
        for offer in offers(row.organisation, reader.at)
    ]


def _said_of(offer: Offer) -> str:
    free = _("at least one place") if offer.free else _("no place")
    stale = _("to be confirmed")
    words = [f"{PersonGroup(offer.group).label} : {free}", *([stale] if offer.stale else [])]
    return ", ".join(words)
