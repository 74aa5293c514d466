"""Who is asked first, why, and who is not asked? For the needs of one person. Pure: no request, no query.

One order, read from left to right, the same for everybody; no weights that nobody could explain (decision 22).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from partners.enums import OrganisationKind, OrganisationStatus, Sex, Weekday
from referral.avoiding import Why
from referral.enums import CONFLICT_OF_INTEREST, NO_CAPACITY, PlaceFlag, Urgency

MAJORITY = 18
#: What the receiver has said or not said of this need, beside the codes of a decline.
ASKED, SILENT = "ASKED", "EXPIRED"


@dataclass(frozen=True)
class Need:
    """What a place depends on."""

    sex: str
    is_child: bool
    #: The youngest and the oldest that the person can be.
    ages: tuple[int, int]
    with_children: bool
    languages: frozenset[str]
    flags: frozenset[str]
    #: Id and code of the region in which the person is.
    region: Any
    region_code: str
    urgency: str


class Offer(Protocol):
    """Of places for such a person, what a sender learns: never how many."""

    @property
    def free(self) -> bool: ...
    @property
    def full_tonight(self) -> bool: ...
    @property
    def stale(self) -> bool: ...


class Mandate(Protocol):
    """Whom a service receives: a row of `Service`, or as much of it as was read."""

    @property
    def sexes(self) -> Sequence[str]: ...
    @property
    def takes_children(self) -> bool: ...
    @property
    def takes_adults(self) -> bool: ...
    @property
    def takes_children_with_parent(self) -> bool: ...
    @property
    def minimum_age(self) -> int | None: ...
    @property
    def maximum_age(self) -> int | None: ...


class Provider(NamedTuple):
    """An organisation and what the directory says of the service asked for."""

    kind: str
    #: Ids of those in which it works.
    regions: frozenset[Any]
    # What the directory says of the service.
    sexes: Sequence[str] = ()
    takes_children: bool = True
    takes_adults: bool = True
    takes_children_with_parent: bool = True
    minimum_age: int | None = None
    maximum_age: int | None = None
    languages: Sequence[str] = ()
    disability_access: bool = False
    title_needed: bool = False
    days: Sequence[str] = ()
    opens_at: time | None = None
    closes_at: time | None = None
    #: Codes; none: from all regions.
    serves: Sequence[str] = ()
    status: str = OrganisationStatus.ACTIVE
    agreement_until: date | None = None
    #: Can somebody at its desk answer?
    staffed: bool = True
    own: bool = False
    night_telephone: bool = False
    #: Empty where none are counted for such a person.
    places: Sequence[Offer] = ()
    #: What it has said of this need so far, as it still stands.
    said: Sequence[str] = ()
    #: Why the file keeps the person away from it, if it does.
    kept_away: str = ""
    #: The person avoids a part of where it works, and which part it would be is not known here.
    near_avoided: bool = False
    #: How early the rule of the region names it; None: it does not.
    rule: int | None = None


class Hindrance(TextChoices):
    """Why somebody is not proposed, the gravest first."""

    CONFLICT = Why.CONFLICT.value, _("Link with a suspected offender or employer, says the file")
    REFUSED = Why.REFUSED.value, _("The person does not want to go there")
    SUSPENDED = "suspended", _("Suspended: nothing is sent there")
    AGREEMENT_OVER = "agreement_over", _("Its agreement has ended")
    NO_CHILDREN = "no_children", _("Does not receive children")
    NO_ADULTS = "no_adults", _("Receives children only")
    SEX = "sex", _("Does not receive people of this sex")
    NOT_WITH_CHILDREN = "not_with_children", _("Does not receive the children with the person")
    TOO_YOUNG = "too_young", _("Receives older people only")
    TOO_OLD = "too_old", _("Receives younger people only")
    SAID_CONFLICT = "said_conflict", _("Has said no: link with a suspected offender")
    BEING_ASKED = "being_asked", _("Is being asked already")
    SAID_NO = "said_no", _("Has said no for this need")
    SILENT = "silent", _("Has not answered for this need")
    NO_PLACE_TODAY = "no_place_today", _("Had no place: it can be asked again tomorrow morning")
    OTHER_REGIONS = "other_regions", _("Receives people from other regions")
    FULL_TONIGHT = "full_tonight", _("Full tonight")
    FULL = "full", _("Full")


#: Against these one may ask all the same: a house may take somebody above its number, or from elsewhere (domain §1).
ASKABLE = frozenset({Hindrance.OTHER_REGIONS, Hindrance.FULL_TONIGHT, Hindrance.FULL})


def profile_hindrances(
    provider: Mandate, *, sex: str, is_child: bool, with_children: bool, ages: tuple[int, int]
) -> list[Hindrance]:
    """Out of mandate: whom it does not receive, whatever the need."""
    # Of a child of unknown age, only the years that a child can have count (design §5).
    youngest, oldest = (
        (ages[0], min(ages[1], MAJORITY - 1)) if is_child else (max(ages[0], MAJORITY), ages[1])
    )
    found = []
    if is_child and not provider.takes_children:
        found.append(Hindrance.NO_CHILDREN)
    if not is_child and not provider.takes_adults:
        found.append(Hindrance.NO_ADULTS)
    if provider.sexes and sex not in provider.sexes and sex not in (Sex.UNKNOWN, Sex.OTHER):
        found.append(Hindrance.SEX)
    if with_children and not provider.takes_children_with_parent:
        found.append(Hindrance.NOT_WITH_CHILDREN)
    if provider.minimum_age is not None and oldest < provider.minimum_age:
        found.append(Hindrance.TOO_YOUNG)
    if provider.maximum_age is not None and youngest > provider.maximum_age:
        found.append(Hindrance.TOO_OLD)
    return found


#: What it has said, and what that is called here; every other no is `SAID_NO`.
SAID = {
    CONFLICT_OF_INTEREST: Hindrance.SAID_CONFLICT,
    ASKED: Hindrance.BEING_ASKED,
    SILENT: Hindrance.SILENT,
    NO_CAPACITY: Hindrance.NO_PLACE_TODAY,
}


def hindrances(need: Need, provider: Provider, at: datetime) -> list[Hindrance]:
    """Why it is not proposed, the gravest first; empty when it is. Args: at: in local time."""
    found = [Hindrance(provider.kept_away)] if provider.kept_away else []
    if provider.status != OrganisationStatus.ACTIVE:
        found.append(Hindrance.SUSPENDED)
    if provider.agreement_until is not None and provider.agreement_until < at.date():
        found.append(Hindrance.AGREEMENT_OVER)
    found += profile_hindrances(
        provider,
        sex=need.sex,
        is_child=need.is_child,
        with_children=need.with_children,
        ages=need.ages,
    )
    if provider.said:
        said = {SAID.get(each, Hindrance.SAID_NO) for each in provider.said}
        found += [each for each in Hindrance if each in said]
    if provider.serves and need.region_code not in provider.serves:
        found.append(Hindrance.OTHER_REGIONS)
    if provider.places and not any(offer.free for offer in provider.places):
        tonight = all(offer.full_tonight for offer in provider.places)
        found.append(Hindrance.FULL_TONIGHT if tonight else Hindrance.FULL)
    return found


WEEK = tuple(Weekday)


def is_open(provider: Provider, at: datetime) -> bool:
    """Is the service open now? A time that ends after midnight began the day before. Args: at: in local time."""
    today, yesterday = WEEK[at.weekday()], WEEK[at.weekday() - 1]
    opens, closes, now = provider.opens_at, provider.closes_at, at.time()
    on = [not provider.days or day in provider.days for day in (today, yesterday)]
    if opens is None or closes is None:
        return on[0]
    if opens <= closes:
        return on[0] and opens <= now < closes
    return (on[0] and now >= opens) or (on[1] and now < closes)


class Rank(NamedTuple):
    """The order, the weightiest first; False and 0 come before. What differs first decides."""

    #: Can take the person now: somebody answers, there is a place, it was confirmed lately.
    nobody_answers: bool
    full: bool
    not_confirmed: bool
    #: In an emergency: neither open now nor a telephone at night.
    out_of_reach: bool
    #: Then what national coordination has set for the region.
    after_the_rule: int
    #: Then what this person needs.
    no_access: bool
    no_language: bool
    #: Then what is near, and what is sure.
    elsewhere: bool
    unsure: bool


#: After everything that a rule names.
UNNAMED = 1_000


def rank(need: Need, provider: Provider, at: datetime) -> Rank:
    """Args: at: in local time."""
    free = [offer for offer in provider.places if offer.free]
    emergency = need.urgency == Urgency.EMERGENCY
    return Rank(
        nobody_answers=not provider.staffed,
        full=bool(provider.places) and not free,
        not_confirmed=all(offer.stale for offer in free),
        out_of_reach=emergency and not provider.night_telephone and not is_open(provider, at),
        after_the_rule=UNNAMED if provider.rule is None else provider.rule,
        no_access=PlaceFlag.MOBILITY in need.flags and not provider.disability_access,
        no_language=bool(need.languages) and need.languages.isdisjoint(provider.languages),
        elsewhere=need.region not in provider.regions,
        unsure=provider.near_avoided or not _surely_of_age(need, provider),
    )


def _surely_of_age(need: Need, provider: Provider) -> bool:
    youngest, oldest = need.ages
    lowest, highest = provider.minimum_age, provider.maximum_age
    return (lowest is None or youngest >= lowest) and (highest is None or oldest <= highest)


class Reason(TextChoices):
    """What speaks for somebody, or has to be known first. Places are said beside it, by group."""

    OWN = "own", _("your own organisation")
    RULE = "rule", _("comes first by the rule for the region")
    SAME_REGION = "same_region", _("same region")
    CHILDREN = "children", _("receives children")
    WITH_CHILDREN = "with_children", _("receives the children with the person")
    LANGUAGE = "language", _("speaks %(languages)s")
    ACCESS = "access", _("accessible with reduced mobility")
    OPEN_NOW = "open_now", _("open now")
    NIGHT = "night", _("answers the telephone at night")
    CLOSED = "closed", _("closed now")
    NO_LANGUAGE = "no_language", _("no language of the person is noted")
    NO_ACCESS = "no_access", _("access with reduced mobility is not noted")
    AGE = "age", _("check the age: it receives %(ages)s")
    TITLE = "title", _("asks for a custody title: the child is placed first, the title follows")
    NEAR = "near", _("the person avoids a part of where it works: telephone first")
    EMBASSY = "embassy", _("a risk for asylum, or of retaliation: only if the person wants it, knowing that")


#: Shown as things to mind, not as what speaks for it.
CAUTIONS = frozenset(
    {
        *(Reason.CLOSED, Reason.NO_LANGUAGE, Reason.NO_ACCESS, Reason.AGE),
        *(Reason.TITLE, Reason.NEAR, Reason.EMBASSY),
    }
)


def reasons(need: Need, provider: Provider, at: datetime) -> list[Reason]:
    """Why it stands where it stands. Args: at: in local time."""
    place, mobility = rank(need, provider, at), PlaceFlag.MOBILITY in need.flags
    opened = is_open(provider, at)
    hours = provider.opens_at is not None or bool(provider.days)
    found = {
        Reason.OWN: provider.own,
        Reason.RULE: provider.rule is not None,
        Reason.SAME_REGION: not place.elsewhere,
        Reason.CHILDREN: need.is_child,
        Reason.WITH_CHILDREN: need.with_children,
        Reason.LANGUAGE: bool(need.languages) and not place.no_language,
        Reason.ACCESS: mobility and provider.disability_access,
        Reason.OPEN_NOW: hours and opened,
        Reason.NIGHT: provider.night_telephone and not opened,
        Reason.CLOSED: not opened and not provider.night_telephone,
        Reason.NO_LANGUAGE: place.no_language,
        Reason.NO_ACCESS: place.no_access,
        Reason.AGE: not _surely_of_age(need, provider),
        Reason.TITLE: need.is_child and provider.title_needed,
        Reason.NEAR: provider.near_avoided,
        Reason.EMBASSY: provider.kind == OrganisationKind.EMBASSY,
    }
    return [reason for reason, there in found.items() if there]
