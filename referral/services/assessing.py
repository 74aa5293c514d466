"""What was feared, kept row by row; the file bears the level of today (domain §3.3, §4.8)."""

from collections.abc import Sequence
from datetime import datetime

from audit.rows import write
from partners.actor import Actor
from referral.course import RiskAbout
from referral.deadlines import REASSESS
from referral.enums import RiskLevel
from referral.models import Case, RiskAssessment
from referral.queries.terms import terms_for


def keep_assessment(
    case: Case,
    *,
    by: Actor,
    at: datetime,
    level: str,
    assessed_at: datetime,
    about: str = RiskAbout.PERSON,
    dimensions: Sequence[str] = (),
    reasons: str | None = None,
) -> RiskAssessment:
    """The caller has permitted it, and sets the level of the file itself."""
    clock = REASSESS[RiskLevel(level)]
    again = terms_for(organisation_id=case.organisation_id).after(clock, assessed_at)
    assessment = RiskAssessment(
        case=case,
        recorded_by_id=by.id,
        recorded_at=at,
        about=about,
        level=level,
        dimensions=sorted(dimensions),
        reasons=reasons or None,
        assessed_at=assessed_at,
        next_review=again if about == RiskAbout.PERSON else None,
    )
    write(assessment, case_id=case.pk)
    return assessment
