"""Who comes first in a region, for whom? What national coordination sets, and which of it counts. Pure."""

from collections.abc import Iterable
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Profile(TextChoices):
    """For whom a rule is made (domain §1). A foreign adult is an adult too."""

    ANYBODY = "", _("Everybody")
    CHILD = "child", _("Children")
    ADULT = "adult", _("Adults")
    FOREIGN_ADULT = "foreign_adult", _("Foreign adults")


#: The kinds that a rule can name beside an organisation.
MOST_KINDS = 5
HOME = "SN"


def profiles_of(*, is_child: bool, nationality: str | None) -> frozenset[str]:
    """Args: nationality: None where it is not known, or not to be read."""
    if is_child:
        return frozenset({Profile.ANYBODY, Profile.CHILD})
    foreign = {Profile.FOREIGN_ADULT} if nationality not in (None, "", HOME) else set()
    return frozenset({Profile.ANYBODY, Profile.ADULT, *foreign})


def that_count(rules: Iterable[Any], *, profiles: Iterable[str], service: str, region: Any) -> list[Any]:
    """The rules for this need, the most specific first.

    Of two for the same people and service, the one of the region replaces the one for everywhere.

    Args:
        region: id of the region in which the person is.
    """
    known = frozenset(profiles)
    fitting = [
        rule
        for rule in rules
        if rule.profile in known and rule.service in ("", service) and rule.region_id in (None, region)
    ]
    regional = {(rule.profile, rule.service) for rule in fitting if rule.region_id is not None}
    standing = [
        rule for rule in fitting if rule.region_id is not None or (rule.profile, rule.service) not in regional
    ]
    order = list(Profile)
    return sorted(
        standing,
        key=lambda rule: (rule.service == "", -order.index(Profile(rule.profile)), rule.region_id is None),
    )


def named(rules: Iterable[Any], *, organisation: Any, kind: str) -> int | None:
    """How early an organisation is named by the rules that count; None: not at all."""
    place = 0
    for rule in rules:
        if rule.organisation_id is not None:
            if rule.organisation_id == organisation:
                return place
            place += 1
        if kind in rule.kinds:
            return place + list(rule.kinds).index(kind)
        place += len(rule.kinds)
    return None
