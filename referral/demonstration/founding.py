"""The organisations take their seats: founded, staffed, and what they offer written down by their own people."""

from datetime import timedelta

from partners.enums import Role
from partners.models import Places, Site
from partners.services.organisations import (
    Particulars,
    create_organisation,
    found_organisation,
    set_report_rule,
)
from partners.services.provision import (
    add_service,
    add_site,
    confirm_places,
    edit_places,
    open_places,
    set_full_tonight,
)
from referral.demonstration.entries import keep_entries, offering
from referral.demonstration.organisations import ENTRIES, REPORTS_TO, Entry
from referral.demonstration.stage import Script, Stage

#: Nobody can authorise the first two: what `manage.py invite` does on a new installation.
FIRST = ("operator", "unit")
#: The administrator who does the rest.
ADMINISTRATOR = "admin"
#: "Complet ce soir": the last thing that its desk said today.
FULL_TONIGHT = "yaakaar"
#: Whose count nobody has confirmed for too long.
FORGETFUL = "daaray"


def found(stage: Stage) -> None:
    """Everybody is there before the first case."""
    for key in FIRST:
        with stage.unattended():
            stage.organisations[key] = found_organisation(
                _particulars(stage, ENTRIES[key], national=key == "unit")
            )
            _staff(stage, key)
    with stage.acting(ADMINISTRATOR) as by:
        for key, entry in ENTRIES.items():
            if key not in FIRST:
                stage.organisations[key] = create_organisation(by, _particulars(stage, entry))
        for code, key in REPORTS_TO.items():
            region = stage.regions[code]
            stage.regions[code] = set_report_rule(by, region.pk, region.version, stage.organisations[key])
    for key, entry in ENTRIES.items():
        if key not in FIRST:
            with stage.acting(ADMINISTRATOR):
                _staff(stage, key)
        if entry.services:
            _furnish(stage, key, entry)
    keep_entries(stage, ADMINISTRATOR)


def _particulars(stage: Stage, entry: Entry, *, national: bool = False) -> Particulars:
    return Particulars(
        name=entry.name,
        kind=entry.kind,
        region=stage.regions[entry.region],
        telephone=entry.telephone,
        is_national_unit=national,
    )


def _staff(stage: Stage, key: str) -> None:
    by = stage.actor(ADMINISTRATOR) if ADMINISTRATOR in stage.people else None
    for seat in ENTRIES[key].people:
        stage.seat(seat.key, seat.name, stage.organisations[key], list(seat.roles), by)


def _furnish(stage: Stage, key: str, entry: Entry) -> None:
    organisation = stage.organisations[key]
    desk = stage.holder(organisation.pk, Role.FOCAL_POINT, Role.SUPERVISOR)
    with stage.acting(desk) as by:
        for code in entry.services:
            add_service(by, offering(key, entry, code))
        for number, house in enumerate(entry.houses, start=1):
            site = add_site(
                by,
                name=house.name,
                region=organisation.region,
                address=f"{number}, rue inventée, quartier de démonstration",
            )
            for group, (capacity, there) in house.places.items():
                places = open_places(by, site, group=group, capacity=capacity, at=stage.at)
                edit_places(by, places.pk, places.version, capacity=capacity, occupied=there, at=stage.at)
    if entry.houses:
        days = 12 if key == FORGETFUL else 1
        stage.begin(_confirmed(stage, key, desk), stage.now - timedelta(days=days, hours=2))


def _confirmed(stage: Stage, key: str, desk: str) -> Script:
    """The desk counts its places again; the one that is full says so tonight."""
    for places in _places(stage, key):
        with stage.acting(desk) as by:
            confirm_places(by, places.pk, places.version, at=stage.at)
    if key == FULL_TONIGHT:
        yield stage.now
        for places in _places(stage, key):
            with stage.acting(desk) as by:
                set_full_tonight(by, places.pk, places.version, at=stage.at)


def _places(stage: Stage, key: str) -> list[Places]:
    houses = Site.objects.filter(organisation=stage.organisations[key]).values("pk")
    return list(Places.objects.filter(site__in=houses).order_by("group"))
