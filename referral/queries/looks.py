"""Who has looked: by person, organisation and time, in the files that one may supervise."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Subquery

from audit.enums import Outcome, Verb
from audit.models import Event
from partners.actor import Actor
from partners.enums import Role
from partners.models import User
from referral.models import Case, Requisition
from referral.queries.supervised import PAGE, between, supervised_cases
from referral.supervising import OPENING

#: An alert is about looks and shows nobody anything.
SEEN = (Verb.VIEW, *OPENING)


@dataclass(frozen=True)
class Looker:
    """One person, or one organisation where `person` is None."""

    person: UUID | None
    organisation: UUID | None
    looks: int
    opened: int
    files: int
    last: datetime


def looks(actor: Actor, since: date | None = None, until: date | None = None) -> QuerySet[Event]:
    """A supervisor reads the looks of the own people, at whatever file; an auditor everybody's, a region's files only
    where bound to one."""
    found = Event.objects.filter(
        between(since, until), verb__in=SEEN, outcome=Outcome.OK, actor_id__isnull=False
    )
    if not actor.has(Role.AUDITOR):
        # Under no file: of an order of justice that nobody may be told of, and who supervises may own the file.
        secret = Q(object_type=Requisition._meta.label_lower, case_id=None)
        return found.filter(~secret, organisation_id=actor.organisation_id)
    if actor.audited_region:
        return found.filter(case_id__in=supervised_cases(actor).values("pk"))
    return found


def lookers(
    events: QuerySet[Event], *, by: tuple[str, ...] = ("actor_id", "organisation_id")
) -> list[Looker]:
    rows: QuerySet[Event, dict[str, Any]] = (
        events.order_by()
        .values(*by)
        .annotate(
            looks=Count("pk"),
            opened=Count("pk", filter=Q(verb__in=OPENING)),
            files=Count("case_id", distinct=True),
            last=Max("at"),
        )
    )
    return [
        Looker(
            row.get("actor_id"),
            row["organisation_id"],
            row["looks"],
            row["opened"],
            row["files"],
            row["last"],
        )
        for row in rows
    ]


def looks_at_file(case: Case, since: date | None = None, until: date | None = None) -> QuerySet[Event]:
    return Event.objects.filter(between(since, until), case_id=case.pk, verb__in=SEEN, outcome=Outcome.OK)


def page_of(events: QuerySet[Event], before: UUID | None, *, limit: int = PAGE) -> list[Event]:
    """The newest first; one more than `limit` says that there is a next page."""
    if before is not None:
        events = events.filter(seq__lt=Subquery(Event.objects.filter(pk=before).values("seq")[:1]))
    return list(events.order_by("-seq")[: limit + 1])


def looked_after(actor: Actor, pk: UUID) -> User | None:
    """A person whose looks the actor reads."""
    people = User.objects.select_related("organisation")
    if not actor.has(Role.AUDITOR):
        people = people.filter(organisation=actor.organisation_id)
    return people.filter(pk=pk).first()


def readable_references(actor: Actor, cases: set[UUID]) -> dict[UUID, str]:
    """The codes of those among `cases` that the actor supervises; another house's code stays its own (design §4)."""
    return dict(supervised_cases(actor).filter(pk__in=cases).values_list("pk", "reference"))
