"""What whoever supervises may read: which files, and everything that happened to one of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Case as Either
from django.db.models import CharField, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from audit.enums import Outcome
from audit.models import Event
from partners.actor import Actor
from partners.enums import Role
from partners.models import Membership, Organisation, Region, User
from referral.models import Case, Referral, Transition
from referral.supervising import LEAVING, LOOKING, OF_CONSENT, OF_KEYS, EventKind, Order

PAGE = 50
#: A printed timeline is read by a person, not by a program.
MOST_PRINTED = 2000


def supervised_cases(actor: Actor) -> QuerySet[Case]:
    """A supervisor's: those of the own organisation. An auditor's: all of them, or those of the one region. Erased
    files too: what happened to them outlives them."""
    if actor.has(Role.AUDITOR):
        of_region = {"region": actor.audited_region} if actor.audited_region else {}
        return Case.objects.filter(**of_region)
    return Case.objects.filter(organisation=actor.organisation_id)


def supervised_case(actor: Actor, pk: UUID) -> Case | None:
    return _shown(supervised_cases(actor)).filter(pk=pk).first()


def files_page(actor: Actor, before: UUID | None = None, *, limit: int = PAGE) -> list[Case]:
    """The newest first; one more than `limit` says that there is a next page."""
    cases = supervised_cases(actor)
    if before is not None:
        cases = cases.filter(seq__lt=Subquery(cases.filter(pk=before).values("seq")[:1]))
    return list(_shown(cases).order_by("-seq")[: limit + 1])


def files_by_reference(actor: Actor, reference: str) -> list[Case]:
    """By the code of the case, or of one of its referrals."""
    of_it = Q(reference=reference) | Q(referrals__reference=reference)
    return list(_shown(supervised_cases(actor).filter(of_it)).distinct()[:PAGE])


def _shown(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.select_related("organisation", "region", "owner")


@dataclass(frozen=True)
class Asked:
    """Which of the events, and in which order."""

    kind: str = ""
    person: UUID | None = None
    organisation: UUID | None = None
    since: date | None = None
    until: date | None = None
    order: str = Order.NEWEST


def between(since: date | None, until: date | None) -> Q:
    """Local days, the last one included."""
    chosen = Q()
    if since is not None:
        chosen &= Q(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
    if until is not None:
        chosen &= Q(at__lte=timezone.make_aware(datetime.combine(until, time.max)))
    return chosen


def events_of(case: Case) -> QuerySet[Event]:
    """Everything about the file. Whoever was shown a shut door asked for an id, which the event has as its object."""
    ids = [case.pk, *Referral.objects.filter(case=case).values_list("pk", flat=True)]
    refused = Q(outcome=Outcome.DENIED, object_id__in=ids)
    kinds = [When(rule, then=Value(kind)) for kind, rule in _kinds()]
    kind = Either(*kinds, default=Value(str(EventKind.EDIT)), output_field=CharField())
    return Event.objects.filter(Q(case_id=case.pk) | refused).annotate(kind=kind)


def _kinds() -> list[tuple[str, Q]]:
    """The first that fits."""
    return [
        (EventKind.DENIED, ~Q(outcome=Outcome.OK)),
        (EventKind.LOOK, Q(verb__in=LOOKING)),
        (EventKind.EXPORT, Q(verb__in=LEAVING)),
        (EventKind.KEY, Q(verb__in=OF_KEYS) | Q(object_type="crypto.datakey")),
        (EventKind.CONSENT, Q(object_type__in=OF_CONSENT)),
        (EventKind.REFERRAL, Q(referral_id__isnull=False)),
    ]


def timeline_page(case: Case, asked: Asked, after: UUID | None = None, *, limit: int = PAGE) -> list[Event]:
    """Args: after: the last event of the page before. One more than `limit` says that there is a next page."""
    events = events_of(case).filter(between(asked.since, asked.until))
    if asked.kind:
        events = events.filter(**{"kind": asked.kind})
    if asked.person is not None:
        events = events.filter(actor_id=asked.person)
    if asked.organisation is not None:
        events = events.filter(organisation_id=asked.organisation)
    newest = asked.order != Order.OLDEST
    if after is not None:
        last = Subquery(Event.objects.filter(pk=after).values("seq")[:1])
        events = events.filter(**{"seq__lt" if newest else "seq__gt": last})
    return list(events.order_by("-seq" if newest else "seq")[: limit + 1])


def who_acted(case: Case) -> list[tuple[UUID | None, UUID | None]]:
    """Person and organisation of every event of the file, each pair once."""
    return list(events_of(case).order_by().values_list("actor_id", "organisation_id").distinct())


# --- Who it was --------------------------------------------------------------------------------------------
@dataclass
class Names:
    """The people and organisations of some events, with the roles that each person held at a time."""

    people: Mapping[UUID, User] = field(default_factory=dict)
    organisations: Mapping[UUID, Organisation] = field(default_factory=dict)
    regions: Mapping[UUID, Region] = field(default_factory=dict)
    held: Sequence[Membership] = ()

    def roles_at(self, person: UUID, at: datetime) -> list[str]:
        return [
            str(each.get_role_display())
            for each in self.held
            if each.user_id == person and each.since <= at and (each.until is None or each.until > at)
        ]


def names_of(people: Iterable[UUID | None], organisations: Iterable[UUID | None]) -> Names:
    known = User.objects.select_related("organisation").in_bulk({pk for pk in people if pk})
    houses = Organisation.objects.in_bulk(
        {pk for pk in organisations if pk} | {user.organisation_id for user in known.values()}
    )
    held = list(Membership.objects.filter(user__in=known).order_by("since"))
    return Names(known, houses, Region.objects.in_bulk(), held)


# --- Before and after --------------------------------------------------------------------------------------
Version = tuple[str, UUID, int]


def versions_of(events: Iterable[Event]) -> dict[Version, Any]:
    """The rows that these changes made, and those before them, as they are stored: nothing is decrypted."""
    wanted: dict[str, set[tuple[UUID, int]]] = {}
    for event in events:
        if event.fields and event.object_id is not None and (event.version or 0) > 1:
            for number in (event.version or 0, (event.version or 0) - 1):
                wanted.setdefault(event.object_type, set()).add((event.object_id, number))
    found: dict[Version, Any] = {}
    for object_type, rows in wanted.items():
        history = getattr(_model(object_type), "history", None)
        if history is None:
            continue
        ids, numbers = {pk for pk, _number in rows}, {number for _pk, number in rows}
        for row in history.filter(id__in=ids, version__in=numbers):
            found[object_type, row.id, row.version] = row
    return found


def _model(object_type: str) -> Any:
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None


def occurred(events: Sequence[Event]) -> dict[UUID, datetime]:
    """When a move happened that was written down later, by the event that wrote it down."""
    moves = [event for event in events if event.verb.startswith("transition.")]
    found: dict[UUID, datetime] = {}
    if not moves:
        return found
    rows = list(
        Transition.objects.filter(case__in={event.case_id for event in moves}).values_list(
            "case_id", "referral_id", "action", "occurred_at", "recorded_at"
        )
    )
    for event in moves:
        action = event.verb.partition(".")[2]
        near = [
            (abs(recorded - event.at), happened)
            for case, referral, name, happened, recorded in rows
            if (case, name) == (event.case_id, action) and event.referral_id in (None, referral)
        ]
        if near:
            found[event.pk] = min(near)[1]
    return found
