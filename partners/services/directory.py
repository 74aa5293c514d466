"""The directory taken in from a package, whole or not at all; and given out as one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction

from audit.enums import Verb
from audit.history import Recorded
from audit.rows import write
from audit.services import flush, look
from partners.hsds import reading, writing
from partners.hsds.reading import Directory, Fault, Faulty
from partners.models import Organisation, Service, Site, group_name
from partners.queries.published import Audience


def export_directory(target: Path, reader: Audience) -> int:
    """Writes the package and returns how many organisations are in it; an event says that it was made."""
    found = writing.package(reader)
    look(Verb.EXPORT, Organisation, scope="hsds.package")
    flush()  # no event, no file
    writing.write(found, target)
    return len(found[writing.ORGANIZATIONS])


@transaction.atomic
def import_directory(source: Path) -> Directory:
    """Takes in organisations that are not yet here: active, with nobody in them and no places.

    Nothing can be sent to a desk without people, so they are read in the directory and called by telephone until the
    administrator invites somebody. None becomes the national unit: that is decided here, not by a file.

    Raises:
        Faulty: every fault; nothing was written.
    """
    found = reading.read(source)
    if faults := [*_taken(found), *_invalid(found)]:
        raise Faulty(faults)
    for organisation in found.organisations:
        organisation.group = Group.objects.create(name=group_name(organisation.pk))
        write(organisation)
    for row in (*found.sites, *found.services):
        write(row)
    return found


def _taken(found: Directory) -> Iterator[Fault]:
    """What is here already is kept by those whose it is: a file does not overwrite it."""
    for model, rows, file in _listed(found):
        here = model._default_manager.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
        for pk in here:
            yield Fault(file, found.numbers[pk], f"{pk} is in this directory already")
    names = {name.casefold() for name in Organisation.objects.values_list("name", flat=True)}
    for organisation in found.organisations:
        if organisation.name.casefold() in names:
            yield Fault(
                writing.ORGANIZATIONS, found.numbers[organisation.pk], "another organisation has this name"
            )
        names.add(organisation.name.casefold())


def _invalid(found: Directory) -> Iterator[Fault]:
    """As the forms of the screens: lengths, choices, what may stand together."""
    for _model, rows, file in _listed(found):
        for row in rows:
            try:
                row.clean_fields(exclude=["group", "organisation", "site", "address"])
            except ValidationError as error:
                for name, sentences in error.message_dict.items():
                    yield Fault(file, found.numbers[row.pk], f"{name}: {' '.join(sentences)}")
    for service in found.services:
        low, high = service.minimum_age, service.maximum_age
        if low is not None and high is not None and high < low:
            yield Fault(writing.SERVICES, found.numbers[service.pk], "maximum_age is below minimum_age")
    offered = [(service.organisation_id, service.code, service.pk) for service in found.services]
    named = [(site.organisation_id, site.name, site.pk) for site in found.sites]
    for file, rows_of in ((writing.SERVICES, offered), (writing.ORGANIZATIONS, named)):
        seen: set[tuple[UUID, str]] = set()
        for owner, word, pk in rows_of:
            if (owner, word) in seen:
                yield Fault(file, found.numbers[pk], f"{word} stands twice in one organisation")
            seen.add((owner, word))


def _listed(found: Directory) -> Iterator[tuple[type[Recorded], Sequence[Recorded], str]]:
    yield Organisation, found.organisations, writing.ORGANIZATIONS
    yield Site, found.sites, writing.ORGANIZATIONS
    yield Service, found.services, writing.SERVICES
