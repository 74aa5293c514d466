"""How many come at once, who belongs together, whom a choice would tear apart. Pure: numbers, ids and codes only.

Source: domain §7 and design §6: siblings and families are not split without a reason.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

Member = TypeVar("Member", bound=Hashable)
Owner = TypeVar("Owner", bound=Hashable)


class ArrivalKind(TextChoices):
    """How many persons came to be there at once."""

    INTERCEPTION = "interception", _("Interception")
    RESCUE = "rescue", _("Rescue")
    OTHER = "other", _("Other arrival")


class Kinship(TextChoices):
    """What the letter on a slip says of two persons; nothing is guessed beyond it."""

    FAMILY = "family", _("Of one family")
    WITH_ADULT = "with_adult", _("Child and adult of one family")
    SIBLINGS = "siblings", _("Children of one family")


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Nobody types more of one letter than this unless it is a slip; a file has a link to each of the others.
LARGEST_FAMILY = 15


def together(members: Sequence[Member], pairs: Iterable[tuple[Member, Member]]) -> list[list[Member]]:
    """The families among `members`, and everybody else alone; in the order of the first of each.

    Args:
        pairs: links; those to somebody who is not among `members` count for nothing.
    """
    family: dict[Member, list[Member]] = {member: [member] for member in members}
    for one, other in pairs:
        if one in family and other in family and family[one] is not family[other]:
            joined = family[one] + family[other]
            for member in joined:
                family[member] = joined
    place = {member: number for number, member in enumerate(members)}
    found = {id(each): sorted(each, key=place.__getitem__) for each in family.values()}
    return sorted(found.values(), key=lambda each: place[each[0]])


def letter(number: int) -> str:
    """A to Z, then AA: the name of a family on a page."""
    return ALPHABET[number] if number < len(ALPHABET) else letter(number // 26 - 1) + ALPHABET[number % 26]


def shared_out(families: Sequence[Sequence[Member]], owners: Sequence[Owner]) -> dict[Member, Owner]:
    """As many to each owner as can be, the largest families first, none of them torn apart."""
    load = dict.fromkeys(owners, 0)
    given: dict[Member, Owner] = {}
    for family in sorted(families, key=len, reverse=True):
        owner = min(owners, key=load.__getitem__)
        load[owner] += len(family)
        given |= dict.fromkeys(family, owner)
    return given


def torn(families: Iterable[Sequence[Member]], chosen: Iterable[Member]) -> list[Sequence[Member]]:
    """The families of which some are chosen and some are not."""
    taken = set(chosen)
    return [family for family in families if 0 < len(taken & set(family)) < len(family)]


def first_that_fit(families: Iterable[Sequence[Member]], fitting: Iterable[Member], most: int) -> set[Member]:
    """As many as there is room for, in the order given; of a family all or nobody.

    Args:
        fitting: who is looked for; a family with somebody else in it is left for a choice by hand.
    """
    allowed, taken = set(fitting), set[Member]()
    for family in families:
        if allowed.issuperset(family) and len(taken) + len(family) <= most:
            taken.update(family)
    return taken
