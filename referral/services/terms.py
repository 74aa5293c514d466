"""National coordination sets how long deadlines are. What begins from then on counts by it; what runs stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.enums import Verb
from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from partners.services.guard import Refusal, explained
from referral.deadlines import CEILINGS, FLOORS, LONGEST, WALL_TIME, Span, WorkingDays
from referral.enums import Clock
from referral.lifecycle import NotPossible
from referral.models import Term
from referral.services.reading import require_seat
from referral.services.steps import NotVisible, StaleForm


@dataclass(frozen=True)
class Scope:
    """Where a value counts: one organisation, one region, or everywhere."""

    urgency: str = ""
    region_id: UUID | None = None
    organisation_id: UUID | None = None


def require_coordination(by: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    require_seat(by, Role.COORDINATOR, reason_code="NOT_ALLOWED_DEADLINES")


def add_term(*, by: Actor, clock: Clock, scope: Scope, span: Span) -> Term:
    """Raises NotAllowed, NotPossible."""
    require_coordination(by)
    term = Term(clock=clock, **vars(scope))
    _set(term, span)
    with transaction.atomic(), in_words(one_value_per_deadline_and_place=_TWICE):
        write(term)
    return term


def change_term(pk: UUID, *, by: Actor, version: int, span: Span) -> Term:
    """Raises NotAllowed, NotVisible, StaleForm, NotPossible."""
    require_coordination(by)
    with transaction.atomic():
        term = _locked(pk, version)
        before = term.span
        _set(term, span)
        if span != before:
            write(term, fields=["amount", "working_days"])
    return term


def remove_term(pk: UUID, *, by: Actor, version: int) -> Term:
    """From now on the next wider value counts. The history keeps what was. Raises as `change_term`."""
    require_coordination(by)
    with transaction.atomic():
        term = _locked(pk, version)
        audit.record(Verb.DELETE, term)
        term.delete()
    return term


_TWICE = _("There is a value for this place and urgency already: change that one.")


def _locked(pk: UUID, version: int) -> Term:
    term = Term.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if term is None:
        raise NotVisible
    if term.version != version:
        raise StaleForm
    return term


def _set(term: Term, span: Span) -> None:
    clock = Clock(term.clock)
    if isinstance(span, WorkingDays):
        if clock in WALL_TIME:
            raise NotPossible([_("This is counted in days and nights, not in working days.")])
        term.amount, term.working_days = span.count, True
        return
    if span > CEILINGS.get(clock, LONGEST):
        raise NotPossible([_("This protects the person: it may be made shorter than it comes, not longer.")])
    if span < FLOORS.get(clock, timedelta()):
        raise NotPossible([_("This protects the person: it may be made longer than it comes, not shorter.")])
    term.amount, term.working_days = int(span.total_seconds() // 3600), False


@contextmanager
def in_words(**sentences: str | Promise) -> Iterator[None]:
    """As `partners.services.guard.explained`, for the forms of this package. Raises NotPossible."""
    try:
        with explained(**sentences):
            yield
    except Refusal as refusal:
        raise NotPossible([refusal.sentence]) from refusal
