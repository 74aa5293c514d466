"""What the rules of `referral.unusual` are held against: the events of a month, and who had which part in a case."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from audit.enums import LOOKS, Outcome, Verb
from audit.models import Event
from partners.actor import Actor
from partners.enums import Role
from partners.models import Absence, DutyShift, Membership
from referral.enums import AgeStatus
from referral.models import (
    AccessCheck,
    Case,
    CaseGrant,
    CustodyTitle,
    JusticeStep,
    PlaceOffer,
    Referral,
    Task,
    Transfer,
    Trip,
)
from referral.queries.supervised import supervised_cases
from referral.queries.terms import known_days
from referral.unusual import (
    AFTERWARDS,
    RATE_WINDOW,
    WINDOW,
    Finding,
    Rate,
    Rule,
    Seen,
    bursts,
    followed,
    nights,
    outside,
    quarter_of,
    rates_apart,
    refusals,
    searches,
)

Test = Callable[[Seen], bool]


def findings(actor: Actor, at: datetime) -> list[Finding]:
    """All that is out of the ordinary among those whose looks the actor reads, the newest first."""
    seen = _seen(actor, at - WINDOW)
    parts = _Parts(seen)
    holidays = known_days({look.at.date() for look in seen})
    looks = [look for look in seen if not look.denied and look.verb != Verb.SEARCH]
    found = [
        *bursts(seen),
        *nights(looks, holidays, _on_duty(seen)),
        *outside(looks, parts.assigned),
        *followed(looks, parts.in_chain),
        *searches(seen),
        *refusals(seen),
        *rates_apart(rates(actor, at), quarter_of(timezone.localdate(at))),
    ]
    return sorted(found, key=lambda finding: (-finding.day.toordinal(), finding.rule, str(finding.key)))


def checks_of(found: Iterable[Finding]) -> dict[UUID, AccessCheck]:
    """Those that somebody has looked into, by the key of the finding."""
    rows = AccessCheck.objects.filter(finding__in=[finding.key for finding in found])
    return {row.finding: row for row in rows.select_related("checked_by")}


def _seen(actor: Actor, since: datetime) -> list[Seen]:
    watched = Q(verb__in=[*LOOKS, Verb.SEARCH], outcome=Outcome.OK) | Q(outcome=Outcome.DENIED)
    events = Event.objects.filter(watched, at__gt=since, actor_id__isnull=False)
    if not actor.has(Role.AUDITOR):
        events = events.filter(organisation_id=actor.organisation_id)
    elif actor.audited_region:
        events = events.filter(case_id__in=supervised_cases(actor).values("pk"))
    rows = events.order_by("seq").values_list(
        "actor_id", "organisation_id", "verb", "case_id", "at", "outcome", "scope"
    )
    return [
        Seen(person, house, verb, case, timezone.localtime(at), outcome == Outcome.DENIED, scope)
        for person, house, verb, case, at, outcome, scope in rows
        if person is not None
    ]


def _on_duty(seen: list[Seen]) -> Callable[[UUID, datetime], bool]:
    spans: defaultdict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    shifts = DutyShift.objects.filter(user__in={look.person for look in seen}, removed_at=None)
    for user, begins_at, ends_at in shifts.values_list("user", "begins_at", "ends_at"):
        spans[user].append((begins_at, ends_at))
    return lambda person, at: any(begins <= at <= ends for begins, ends in spans[person])


Span = tuple[datetime, datetime | None]


class _Parts:
    """Who had which part in the cases of some looks, and when."""

    def __init__(self, seen: list[Seen]) -> None:
        cases = {look.case for look in seen if look.case is not None}
        people = {look.person for look in seen}
        #: By case: every owner with the moment from which.
        self._owners: defaultdict[UUID, list[tuple[datetime, UUID | None]]] = defaultdict(list)
        #: By case and organisation: for how long it had a part.
        self._houses: defaultdict[tuple[UUID, UUID], list[Span]] = defaultdict(list)
        #: By case and person: grants, tasks, trips.
        self._people: defaultdict[tuple[UUID, UUID], list[Span]] = defaultdict(list)
        self._roles: defaultdict[UUID, list[tuple[str, Span]]] = defaultdict(list)
        self._covers: defaultdict[UUID, list[tuple[UUID, Span]]] = defaultdict(list)
        self._own: dict[UUID, UUID] = {}
        self._of_cases(cases)
        self._of_houses(cases)
        self._of_people(cases, people)

    def _of_cases(self, cases: set[UUID]) -> None:
        past = Case.history.filter(id__in=cases).order_by("history_id")
        for case, owner, at in past.values_list("id", "owner_id", "history_date"):
            self._owners[case].append((at, owner))
        rows = Case.objects.filter(pk__in=cases).values_list(
            "pk", "organisation_id", "reported_organisation_id", "opened_at"
        )
        for case, house, reporter, at in rows:
            self._own[case] = house
            for each in (house, reporter):
                if each is not None:
                    self._houses[case, each].append((at, None))

    def _of_houses(self, cases: set[UUID]) -> None:
        of_case = {"case__in": cases}
        for case, sender, receiver, at, ended in Referral.objects.filter(**of_case).values_list(
            "case", "referring_organisation", "receiving_organisation", "created_at", "ended_at"
        ):
            span = (at, None if ended is None else ended + AFTERWARDS)
            self._houses[case, sender].append(span)
            self._houses[case, receiver].append(span)
        for case, house, at in Transfer.objects.filter(**of_case).values_list(
            "case", "receiving_organisation", "recorded_at"
        ):
            self._houses[case, house].append((at, None))
        for model in (CustodyTitle, JusticeStep):
            courts = model.objects.filter(court__isnull=False, **of_case)
            for case, court in courts.values_list("case", "court"):
                self._houses[case, court].append((_EVER, None))
        offers = PlaceOffer.objects.filter(call__case__in=cases)
        for case, house in offers.values_list("call__case", "organisation"):
            self._houses[case, house].append((_EVER, None))

    def _of_people(self, cases: set[UUID], people: set[UUID]) -> None:
        grants = CaseGrant.objects.filter(content_object__in=cases)
        for case, user, at in grants.values_list("content_object", "user", "granted_at"):
            self._people[case, user].append((at, None))
        tasks = Task.objects.filter(case__in=cases)
        for case, owner, doer, house, at, done in tasks.values_list(
            "case", "owner", "done_by", "organisation", "made_at", "done_at"
        ):
            span = (at, None if done is None else done + AFTERWARDS)
            for user in (owner, doer):
                if user is not None:
                    self._people[case, user].append(span)
            if owner is None:
                self._houses[case, house].append(span)
        trips = Trip.objects.filter(referral__case__in=cases, escort__isnull=False)
        for case, escort in trips.values_list("referral__case", "escort"):
            self._people[case, escort].append((_EVER, None))
        for user, role, since, until in Membership.objects.filter(user__in=people).values_list(
            "user", "role", "since", "until"
        ):
            self._roles[user].append((role, (since, until)))
        absences = Absence.objects.filter(covered_by__in=people, removed_at=None)
        for cover, user, begins_at, ends_at in absences.values_list(
            "covered_by", "user", "begins_at", "ends_at"
        ):
            self._covers[cover].append((user, (begins_at, ends_at)))

    def assigned(self, look: Seen) -> bool:
        """Owner, grant, task or escort; the supervisor of the house that owns the file; the people of a house with an
        open part in it; national coordination; or whoever stands in for one of these."""
        if look.case is None:
            return True
        stands_for = [
            look.person,
            *(user for user, span in self._covers[look.person] if _within(look.at, span)),
        ]
        roles = {role for role, span in self._roles[look.person] if _within(look.at, span)}
        if Role.COORDINATOR in roles or any(self._had(look.case, each, look.at) for each in stands_for):
            return True
        own = self._own.get(look.case) == look.organisation
        if own:
            return Role.SUPERVISOR in roles
        return self.in_chain(look)

    def in_chain(self, look: Seen) -> bool:
        """Has the organisation of whoever looked a part in the case at that time? National coordination always."""
        if look.case is None:
            return True
        roles = {role for role, span in self._roles[look.person] if _within(look.at, span)}
        if look.organisation is None or Role.COORDINATOR in roles:
            return True
        return any(_within(look.at, span) for span in self._houses[look.case, look.organisation])

    def _had(self, case: UUID, person: UUID, at: datetime) -> bool:
        owners = self._owners[case]
        # A second of grace: the look that opens a file stands before the version that it makes.
        place = bisect_right(owners, at + timedelta(seconds=1), key=lambda each: each[0])
        if place and owners[place - 1][1] == person:
            return True
        return any(_within(at, span) for span in self._people[case, person])


_EVER = datetime.min.replace(tzinfo=timezone.get_default_timezone())
#: Looks and rows are written by two connections, whose clocks begin at their transactions.
_GRACE = timedelta(minutes=5)


def _within(at: datetime, span: Span) -> bool:
    since, until = span
    return (since == _EVER or since - _GRACE <= at) and (until is None or at <= until + _GRACE)


def rates(actor: Actor, at: datetime) -> list[Rate]:
    """Of everybody who opened files of late, in no order: whoever shows them sorts by name."""
    cases = supervised_cases(actor).filter(opened_at__gt=at - RATE_WINDOW, erased_at=None)
    rows = list(
        cases.order_by()
        .values("opened_by", "opened_by__organisation")
        .annotate(
            files=Count("pk", distinct=True),
            unknown=Count("pk", distinct=True, filter=Q(person__age_status=AgeStatus.UNKNOWN)),
            grounded=Count("pk", distinct=True, filter=Q(grounds__isnull=False)),
        )
    )
    found = []
    for row in rows:
        others = [
            each
            for each in rows
            if each["opened_by__organisation"] == row["opened_by__organisation"] and each is not row
        ]
        found.append(
            Rate(
                row["opened_by"],
                row["opened_by__organisation"],
                row["files"],
                {Rule.AGE_UNKNOWN: row["unknown"], Rule.GROUNDS: row["grounded"]},
                sum(each["files"] for each in others),
                {
                    Rule.AGE_UNKNOWN: sum(each["unknown"] for each in others),
                    Rule.GROUNDS: sum(each["grounded"] for each in others),
                },
            )
        )
    return found
