"""From where is a person kept away? The list of one file: what is on it, and what that rules out. Pure.

Who stands on it never learns so: it is sealed under the key of the case and enters nothing that is shared.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Why(TextChoices):
    CONFLICT = "conflict", _("Link with a suspected offender or employer")
    REFUSED = "refused", _("The person does not want to go there")


class What(TextChoices):
    ORGANISATION = "organisation", _("Organisation")
    REGION = "region", _("Region")
    DEPARTMENT = "department", _("Department")


@dataclass(frozen=True, order=True)
class Avoided:
    """One entry of the list."""

    what: str
    #: Id of the row.
    key: str
    why: str
    #: Of a department: id of its region.
    region: str = ""


@dataclass(frozen=True)
class Ground:
    """Where an organisation works, as far as a sender may know it."""

    organisation: str
    regions: frozenset[str]
    #: Of the houses that are no secret; of the others only the region is ever told (domain §7.5).
    departments: frozenset[str] = frozenset()
    #: Has it a house of which the department is not told?
    hidden: bool = False


def stored(entries: Iterable[Avoided]) -> list[list[str]]:
    return [[each.what, each.key, each.why, each.region] for each in sorted(set(entries))]


def read(stored_entries: Iterable[Iterable[str]] | None) -> tuple[Avoided, ...]:
    return tuple(Avoided(*entry) for entry in stored_entries or ())


def ruled_out(entries: Collection[Avoided], ground: Ground) -> Avoided | None:
    """The entry for which nobody is sent there; a link with an offender before a wish.

    A region or department rules out whoever works nowhere else.
    """
    found = [each for each in entries if _covers(each, entries, ground)]
    return min(found, key=lambda each: list(Why).index(Why(each.why)), default=None)


def _covers(entry: Avoided, entries: Collection[Avoided], ground: Ground) -> bool:
    if entry.what == What.ORGANISATION:
        return entry.key == ground.organisation
    avoided = keys(entries, entry.what)
    if entry.what == What.REGION:
        return entry.key in ground.regions and ground.regions <= avoided
    return entry.key in ground.departments and not ground.hidden and ground.departments <= avoided


def keys(entries: Iterable[Avoided], what: str) -> frozenset[str]:
    return frozenset(each.key for each in entries if each.what == what)


def comes_near(entries: Iterable[Avoided], ground: Ground) -> bool:
    """May the person end up where she or he does not want to be, without that being known here?"""
    return any(
        entry.key in (ground.regions if entry.what == What.REGION else ground.departments)
        or (entry.what == What.DEPARTMENT and ground.hidden and entry.region in ground.regions)
        for entry in entries
        if entry.what != What.ORGANISATION
    )
