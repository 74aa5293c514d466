"""Which closed files have been kept long enough? In codes alone: majority is counted from the age band."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from partners.actor import Actor
from partners.enums import Role
from referral.enums import AgeStatus, CaseAction, CaseState, Machine
from referral.models import Case, LegalHold, RetentionTerm, RightsRequest, Transition
from referral.queries.visible import visible_cases
from referral.retention import (
    BUILT_IN,
    LEAST_AGE,
    NOT_TRAFFICKING,
    Period,
    RetentionKind,
    kind_of,
    moved,
    periods,
    years_kept,
)


def retention_values() -> dict[RetentionKind, int]:
    """Years, by kind of file."""
    own = {RetentionKind(term.kind): term.years for term in RetentionTerm.objects.all()}
    return {**BUILT_IN, **own}


def term_for(kind: RetentionKind) -> RetentionTerm | None:
    return RetentionTerm.objects.filter(kind=kind).first()


def past_of_retention() -> list[RetentionTerm]:
    """Every version of every value, the oldest first; `_history` says when and who."""
    return [row.instance for row in RetentionTerm.history.order_by("history_id")]


def _periods() -> list[Period]:
    return periods(
        (row.history_date, RetentionKind(row.kind), row.years)
        for row in RetentionTerm.history.order_by("history_id")
    )


#: The moves that end a file, whose reason tells how long it is kept.
_ENDINGS = (CaseAction.CLOSE, CaseAction.REDIRECT_OUT, CaseAction.TRANSFER)
_CLOSURES = Transition.objects.filter(machine=Machine.CASE, action__in=_ENDINGS).order_by("-recorded_at")


def closure_reason(case: Case) -> str:
    """The code of the last closure."""
    return _CLOSURES.filter(case=case).values_list("reason_code", flat=True).first() or ""


def kept_until(case: Case) -> datetime | None:
    """None while the file is open."""
    if case.closed_at is None:
        return None
    person, closed_at = case.person, case.closed_at
    kind = kind_of(person.age_status, closure_reason(case))
    values = next(period.values for period in _periods() if period.since <= closed_at)
    return moved(closed_at, years_kept(kind, person.age_band, values))


def _over(at: datetime, values: Mapping[RetentionKind, int]) -> Q:
    """Closed so long ago that these years have passed."""
    adult, child = RetentionKind.ADULT, RetentionKind.CHILD
    victim = ~Q(reason=NOT_TRAFFICKING)
    over = Q(reason=NOT_TRAFFICKING, closed_at__lte=moved(at, -values[RetentionKind.NOT_A_VICTIM]))
    over |= victim & Q(
        person__age_status=AgeStatus.ADULT,
        closed_at__lte=moved(at, -years_kept(adult, "", values)),
    )
    for band in LEAST_AGE:
        limit = moved(at, -years_kept(child, band, values))
        over |= (
            victim & ~Q(person__age_status=AgeStatus.ADULT) & Q(person__age_band=band, closed_at__lte=limit)
        )
    return over


def elapsed(actor: Actor, at: datetime) -> QuerySet[Case]:
    """Closed files of the actor's organisation whose time is over and which nothing holds, the oldest first."""
    if not actor.has(Role.SUPERVISOR):
        return Case.objects.none()
    over, until = Q(), Q()
    for period in _periods():
        over |= _over(at, period.values) & Q(closed_at__gte=period.since) & until
        until = Q(closed_at__lt=period.since)
    reason = Subquery(_CLOSURES.filter(case=OuterRef("pk")).values("reason_code")[:1])
    return (
        visible_cases(actor)
        .filter(
            organisation_id=actor.organisation_id,
            state__in=[CaseState.CLOSED, CaseState.CLOSED_TRANSFERRED],
        )
        .annotate(reason=Coalesce(reason, Value(""), output_field=CharField()))
        .filter(over)
        .filter(
            ~Exists(LegalHold.objects.filter(case=OuterRef("pk"), lifted_at=None)),
            ~Exists(RightsRequest.objects.filter(case=OuterRef("pk"), answered_at=None)),
        )
        .select_related("person", "region", "owner")
        .order_by("closed_at")
    )
