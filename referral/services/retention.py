"""National coordination sets how long closed files are kept."""

from django.db import transaction

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from referral.models import Case, RetentionTerm
from referral.retention import RetentionKind
from referral.services.reading import require_seat
from referral.services.steps import StaleForm


def require_reader(by: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    require_seat(by, Role.SUPERVISOR, Role.COORDINATOR, reason_code="NOT_ALLOWED_RETENTION")


def require_coordination(by: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    require_seat(by, Role.COORDINATOR, reason_code="NOT_ALLOWED_RETENTION")


def list_elapsed(cases: list[Case]) -> None:
    """Files whose time is over were shown, in codes."""
    if cases:
        audit.look("list", Case, scope="retention", detail={"cases": [str(case.pk) for case in cases]})


def set_retention(*, by: Actor, kind: RetentionKind, years: int, version: int) -> RetentionTerm:
    """A longer time counts at once, a shorter one for files closed from now on.

    `version` is 0 while the built-in value stands. Raises NotAllowed, StaleForm.
    """
    require_coordination(by)
    with transaction.atomic():
        term = RetentionTerm.objects.select_for_update().filter(kind=kind).first()
        if (term.version if term else 0) != version:
            raise StaleForm
        if term is None:
            term = RetentionTerm(kind=kind, years=years)
            write(term)
        elif term.years != years:
            term.years = years
            write(term, fields=["years"])
    return term
