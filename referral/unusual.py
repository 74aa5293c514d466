"""Which looks are out of the ordinary? The rules, each with its number and the reason for it. Pure: no query."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from audit.enums import Verb
from referral.supervising import OPENING


class Rule(TextChoices):
    BURST = "burst", _("Many reveals in an hour")
    NIGHT = "night", _("Looks at night or on a holiday")
    OUTSIDE = "outside", _("Looks outside the assignment")
    FOLLOWED = "followed", _("One person followed")
    SEARCHES = "searches", _("The same search again and again")
    DENIED = "denied", _("Attempts that were refused")
    AGE_UNKNOWN = "age_unknown", _("“Age unknown” more often than colleagues")
    GROUNDS = "grounds", _("Legal grounds more often than colleagues")


class Explained(TextChoices):
    """What came of looking into a finding."""

    WORK = "work", _("Explained by the work")
    REMINDED = "reminded", _("The person was reminded of the rules")
    PASSED_ON = "passed_on", _("Passed on: a disciplinary or security matter")
    UNFOUNDED = "unfounded", _("The measure was wrong")


#: How far back is looked: as long as `Reveals` are kept, and long enough for a median.
WINDOW = timedelta(days=28)
#: An interview opens four or five parts of one file; nobody reads eight parts an hour by accident. Three times one's
#: own median is what the alert of the day counts by too (services/pace.py): each person is held against themselves.
BURST_LEAST, BURST_TIMES = 8, 3
#: Local hours. Senegal keeps GMT; a centre's night is expected, which is why whoever is on duty is left out.
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
#: One look late in the evening says nothing.
NIGHT_LEAST = 3
#: After a referral has ended its desk still writes its report; after a week the file is none of its work.
AFTERWARDS = timedelta(days=7)
#: Twice may be a slip of the hand; the third time on another day is interest.
FOLLOWED_LOOKS, FOLLOWED_DAYS = 3, 2
#: The same words looked for: a typing error explains two, a bad line three.
SEARCHES_LEAST = 4
#: A wrong link and a role that has just ended explain a few; five in a day is trying doors.
DENIED_LEAST = 5
#: Below so many files a share is chance: the worker is marked and never ranked.
RATE_FILES = 5
#: Twice the share of the colleagues together, and three files that one can look at.
RATE_TIMES, RATE_LEAST = 2, 3
#: Rates are counted over the files opened in this time.
RATE_WINDOW = timedelta(days=90)


@dataclass(frozen=True)
class Seen:
    """A look, a search or a refusal, by ids; `at` is local."""

    person: UUID
    organisation: UUID | None
    verb: str
    case: UUID | None
    at: datetime
    denied: bool = False
    scope: str = ""


@dataclass(frozen=True)
class Finding:
    """
    Attributes:
        day: on which it was seen; of a week or a longer time, its first day.
        count: of looks, searches, refusals or files, as the rule says.
        usual: what it is held against, where the rule compares; a percentage in rates.
    """

    rule: Rule
    person: UUID
    day: date
    count: int
    case: UUID | None = None
    usual: int = 0
    files: frozenset[UUID] = frozenset()

    @property
    def key(self) -> UUID:
        """The same for the same finding whenever it is reckoned: what was looked into does not come back."""
        told = f"{self.rule}|{self.person}|{self.day}|{self.case or ''}"
        return UUID(bytes=hashlib.sha256(told.encode()).digest()[:16], version=4)


def bursts(seen: Iterable[Seen]) -> Iterator[Finding]:
    """The worst hour of a day, and each day on which the limit of an hour gave an alert."""
    hours: defaultdict[UUID, Counter[datetime]] = defaultdict(Counter)
    files: defaultdict[tuple[UUID, date], set[UUID]] = defaultdict(set)
    alerts: set[tuple[UUID, date]] = set()
    for look in seen:
        if look.verb == Verb.ALERT:
            alerts.add((look.person, look.at.date()))
        elif look.verb in OPENING and not look.denied:
            hours[look.person][look.at.replace(minute=0, second=0, microsecond=0)] += 1
            if look.case:
                files[look.person, look.at.date()].add(look.case)
    for person, counted in hours.items():
        days: dict[date, tuple[int, int]] = {}
        for hour, count in counted.items():
            others = [each for other, each in counted.items() if other != hour]
            usual = int(median(others)) if others else 0
            if count > max(BURST_LEAST, BURST_TIMES * usual) or (person, hour.date()) in alerts:
                days[hour.date()] = max(days.get(hour.date(), (0, 0)), (count, usual))
        for day, (count, usual) in days.items():
            yield Finding(Rule.BURST, person, day, count, usual=usual, files=frozenset(files[person, day]))


def is_night(at: datetime) -> bool:
    return at.time() >= time(NIGHT_BEGINS) or at.time() < time(NIGHT_ENDS)


def nights(
    seen: Iterable[Seen], holidays: Collection[date], on_duty: Callable[[UUID, datetime], bool]
) -> Iterator[Finding]:
    """By the evening on which a night began."""
    found: defaultdict[tuple[UUID, date], list[Seen]] = defaultdict(list)
    for look in seen:
        if look.denied or look.verb == Verb.SEARCH or look.case is None:
            continue
        if (is_night(look.at) or look.at.date() in holidays) and not on_duty(look.person, look.at):
            began = look.at - timedelta(days=1) if look.at.time() < time(NIGHT_ENDS) else look.at
            found[look.person, began.date()].append(look)
    for (person, day), looks in found.items():
        if len(looks) >= NIGHT_LEAST:
            yield Finding(Rule.NIGHT, person, day, len(looks), files=_files(looks))


def outside(seen: Iterable[Seen], assigned: Callable[[Seen], bool]) -> Iterator[Finding]:
    """By week."""
    found: defaultdict[tuple[UUID, date], list[Seen]] = defaultdict(list)
    for look in seen:
        if look.case is not None and not look.denied and look.verb != Verb.ALERT and not assigned(look):
            monday = look.at.date() - timedelta(days=look.at.weekday())
            found[look.person, monday].append(look)
    for (person, monday), looks in found.items():
        yield Finding(Rule.OUTSIDE, person, monday, len(looks), files=_files(looks))


def followed(seen: Iterable[Seen], in_chain: Callable[[Seen], bool]) -> Iterator[Finding]:
    """A case that somebody comes back to whose organisation has no part in it."""
    found: defaultdict[tuple[UUID, UUID], list[Seen]] = defaultdict(list)
    for look in seen:
        if look.case is not None and look.verb != Verb.ALERT and not in_chain(look):
            found[look.person, look.case].append(look)
    for (person, case), looks in found.items():
        days = {look.at.date() for look in looks}
        if len(looks) >= FOLLOWED_LOOKS and len(days) >= FOLLOWED_DAYS:
            yield Finding(Rule.FOLLOWED, person, max(days), len(looks), case=case, files=frozenset({case}))


def searches(seen: Iterable[Seen]) -> Iterator[Finding]:
    """The same words, which the event knows by their keyed hash alone."""
    found: defaultdict[tuple[UUID, str], list[Seen]] = defaultdict(list)
    for look in seen:
        # “kind:hash”; a search without a hash was the system's own, for a second file of the same person.
        if look.verb == Verb.SEARCH and ":" in look.scope and not look.denied:
            found[look.person, look.scope].append(look)
    days: defaultdict[tuple[UUID, date], int] = defaultdict(int)
    for (person, _scope), looks in found.items():
        if len(looks) >= SEARCHES_LEAST:
            days[person, max(look.at for look in looks).date()] += len(looks)
    for (person, day), count in days.items():
        yield Finding(Rule.SEARCHES, person, day, count)


def refusals(seen: Iterable[Seen]) -> Iterator[Finding]:
    found: defaultdict[tuple[UUID, date], list[Seen]] = defaultdict(list)
    for look in seen:
        if look.denied:
            found[look.person, look.at.date()].append(look)
    for (person, day), looks in found.items():
        if len(looks) >= DENIED_LEAST:
            yield Finding(Rule.DENIED, person, day, len(looks), files=_files(looks))


@dataclass(frozen=True)
class Rate:
    """Of one worker's files, how many; of the colleagues' together.

    Attributes:
        counts: in how many of the `files`; grounds are counted by file too.
    """

    person: UUID
    organisation: UUID
    files: int
    counts: Mapping[Rule, int]
    others_files: int
    others: Mapping[Rule, int]

    @property
    def too_few(self) -> bool:
        return self.files < RATE_FILES or self.others_files < RATE_FILES

    def share(self, rule: Rule) -> int:
        return round(100 * self.counts.get(rule, 0) / self.files) if self.files else 0

    def usual(self, rule: Rule) -> int:
        return round(100 * self.others.get(rule, 0) / self.others_files) if self.others_files else 0


def rates_apart(rates: Iterable[Rate], day: date) -> Iterator[Finding]:
    """Args: day: the first of the quarter in which it is reckoned."""
    for rate in rates:
        for rule in (Rule.AGE_UNKNOWN, Rule.GROUNDS):
            count = rate.counts.get(rule, 0)
            # By cross-multiplication: a colleague's nought is compared too.
            above = count * rate.others_files > RATE_TIMES * rate.others.get(rule, 0) * rate.files
            if not rate.too_few and count >= RATE_LEAST and above:
                yield Finding(rule, rate.person, day, rate.share(rule), usual=rate.usual(rule))


def quarter_of(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _files(looks: Iterable[Seen]) -> frozenset[UUID]:
    return frozenset(look.case for look in looks if look.case is not None)
