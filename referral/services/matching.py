"""The blind indexes of persons: written with the row they follow, asked in buckets, made anew (security.md §2.6)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from audit import services as audit
from audit.work import defer
from crypto import blind_index, keyring
from crypto.errors import KeyDestroyed
from crypto.models import Match
from crypto.scopes import MATCHES
from partners.actor import Actor
from referral.matching import BITS, Identity, Index, bits_of, entries, lookups, may_be_one
from referral.models import Case, Person
from referral.queries.duplicates import readable_cases

#: The columns of a person by which somebody is known.
IDENTIFYING = frozenset(Identity.__dataclass_fields__)
BATCH = 500


class Likely(NamedTuple):
    """A file that may be about the person who was asked for, opened and compared."""

    case_id: UUID
    who: Identity


class Rebuilt(NamedTuple):
    cases: int
    added: int
    removed: int


def identity_of(person: Person) -> Identity:
    """Opens what a person is known by; the caller writes down the look. Raises the errors of the key."""
    with keyring.current().revealing(person):
        return Identity(**{name: getattr(person, name) for name in IDENTIFYING})


# --- Written with the person -------------------------------------------------------------------------------
def index(person: Person) -> None:
    """The entries of a new file, and the question whether another organisation holds the person, for later: whoever
    saved it waits for neither."""
    _add(person.case_id, identity_of(person))


@contextmanager
def reindexed(person: Person) -> Iterator[None]:
    """The index follows what changes inside. The caller holds the row locked."""
    before = identity_of(person)
    yield
    after = identity_of(person)
    if after != before:
        _remove(person.case_id, before)
        _add(person.case_id, after)


def forget_case(case: Case) -> None:
    """Removes every entry of a file. It needs what they were made of: call it before the keys are destroyed."""
    _remove(case.pk, identity_of(case.person))


def _add(case_id: UUID, who: Identity) -> None:
    made = [
        blind_index.matched(*_place(kind, value, _bits(kind)), case_id)
        for kind, value in entries(who).items()
    ]
    if made:
        Match.objects.bulk_create(made)
        defer("referral.duplicates", case=case_id)


def _remove(case_id: UUID, who: Identity) -> None:
    """Entries say of which file they are to those alone who open them: all in the bucket are opened. Of an earlier
    population too, whose index was not made anew."""
    places = [
        _place(kind, value, bits) for kind, value in entries(who).items() for bits in range(1, BITS[kind] + 1)
    ]
    own = [entry.pk for entry in _entries_at(places) if blind_index.case_of(entry) == case_id]
    Match.objects.filter(pk__in=own).delete()


def _bits(kind: Index) -> int:
    return bits_of(kind, settings.RELAIS_POPULATION)


def _place(kind: Index, value: str, bits: int) -> tuple[str, int]:
    """Name of the index, which changes with its bits, and bucket."""
    name = f"{kind.value}.{bits}"
    return name, blind_index.tag(name, value, bits)


def _entries_at(places: Iterable[tuple[str, int]]) -> list[Match]:
    wanted = Q()
    for name, bucket in places:
        wanted |= Q(index_name=name, bucket=bucket)
    return list(Match.objects.filter(wanted)) if wanted else []


# --- Asked -------------------------------------------------------------------------------------------------
def candidates(who: Identity, today: date) -> set[UUID]:
    """Files in the same buckets: some of the same person, most by chance."""
    places = {
        _place(kind, value, _bits(kind)) for kind, values in lookups(who, today).items() for value in values
    }
    # First and always, so that an empty bucket costs as much as a full one.
    keyring.current().prime_scopes([MATCHES])
    return {blind_index.case_of(entry) for entry in _entries_at(sorted(places))}


def likely(ids: Iterable[UUID], who: Identity, today: date) -> tuple[list[Likely], list[UUID]]:
    """Those of the files that may be about `who`, and all that were opened to see it, for the look."""
    people = list(Person.objects.filter(case__in=ids).only("case", *IDENTIFYING))
    keyring.current().prime_scopes(person.key_scope() for person in people)
    found, opened = [], []
    for person in people:
        try:
            theirs = identity_of(person)
        except KeyDestroyed:  # erased while its entries were not
            continue
        opened.append(person.case_id)
        if may_be_one(who, theirs, today):
            found.append(Likely(person.case_id, theirs))
    return found, opened


def likely_within(
    actor: Actor, who: Identity, today: date, *, besides: UUID | None = None
) -> tuple[list[Likely], list[UUID]]:
    """As `likely`, of what the actor may read. The files are cut out here and not in the query: how much is asked of
    the database must not depend on what others hold."""
    own = set(readable_cases(actor).values_list("pk", flat=True)) - {besides}
    return likely(candidates(who, today) & own, who, today)


# --- Made anew ---------------------------------------------------------------------------------------------
def rebuild(batch: int = BATCH) -> Iterator[Rebuilt]:
    """Makes the index say what the files say, batch by batch, each in a transaction of its own; gives the sums so far.

    What is right already stays, so that it may be stopped and called again. Files that are written meanwhile write
    their own entries.
    """
    audit.look("search", Person, scope="rebuild")
    there: dict[UUID, dict[tuple[str, int], list[UUID]]] = {}
    for entry in Match.objects.iterator():
        place = (entry.index_name, entry.bucket)
        there.setdefault(blind_index.case_of(entry), {}).setdefault(place, []).append(entry.pk)
    cases = added = removed = 0
    last: UUID | None = None
    while ids := _next(last, batch):
        last = ids[-1]
        with transaction.atomic():
            people = list(
                Person.objects.select_for_update(of=("self",)).filter(case__in=ids).only("case", *IDENTIFYING)
            )
            keyring.current().prime_scopes(person.key_scope() for person in people)
            for person in people:
                more, less = _mend(person, there.pop(person.case_id, {}))
                added, removed = added + more, removed + less
        cases += len(people)
        yield Rebuilt(cases, added, removed)
    orphans = [pk for places in there.values() for entries_ in places.values() for pk in entries_]
    Match.objects.filter(pk__in=orphans).delete()
    yield Rebuilt(cases, added, removed + len(orphans))


def _next(last: UUID | None, batch: int) -> list[UUID]:
    cases = Case.objects.order_by("pk") if last is None else Case.objects.order_by("pk").filter(pk__gt=last)
    return list(cases.values_list("pk", flat=True)[:batch])


def _mend(person: Person, there: Mapping[tuple[str, int], list[UUID]]) -> tuple[int, int]:
    try:
        who = identity_of(person)
    except KeyDestroyed:
        who = Identity()
    wanted = {_place(kind, value, _bits(kind)) for kind, value in entries(who).items()}
    missing = [blind_index.matched(*place, person.case_id) for place in sorted(wanted - there.keys())]
    wrong = [
        pk for place, entries_ in there.items() for pk in (entries_[1:] if place in wanted else entries_)
    ]
    Match.objects.bulk_create(missing)
    if wrong:
        Match.objects.filter(pk__in=wrong).delete()
    return len(missing), len(wrong)
