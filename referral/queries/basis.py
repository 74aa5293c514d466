"""What lets something be shared now: whose consent, which ground? Asked of one referral, or of many at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from referral.deadlines import CONSENT
from referral.enums import AgeStatus, Basis, GroundCode
from referral.models import Consent, LegalGround, Referral, Transfer

#: What is shared on a basis: both name their receiver, purpose and groups alike.
Shared = Referral | Transfer


@dataclass(frozen=True)
class FoundBasis:
    """Why the released groups may go to this receiver, and until when."""

    basis: Basis
    until: datetime
    ground: LegalGround | None = None


#: For whom a basis stands: one case, one receiver, one purpose.
Between = tuple[UUID, UUID, str]


def _between(row: Shared) -> Between:
    return row.case_id, row.receiving_organisation_id, str(row.purpose)


def _of(rows: Sequence[Shared]) -> dict[str, Any]:
    return {
        "case_id__in": {row.case_id for row in rows},
        "recipient_id__in": {row.receiving_organisation_id for row in rows},
        "purpose__in": {row.purpose for row in rows},
    }


def _live_consents(rows: Sequence[Shared], at: datetime) -> Mapping[Between, dict[str, datetime]]:
    """Until when each group may be shared. The word of a child for whom nobody may agree lets nothing (domain §3.4)."""
    live = Consent.objects.filter(
        given=True, assent=False, withdrawn_at=None, replaced_at=None, expires_at__gt=at, **_of(rows)
    )
    found: defaultdict[Between, dict[str, datetime]] = defaultdict(dict)
    for consent in live:
        found[consent.case_id, consent.recipient_id, consent.purpose][consent.group] = consent.expires_at
    return found


def _live_grounds(rows: Sequence[Shared], at: datetime) -> Mapping[Between, list[LegalGround]]:
    """The grounds that stand. The protection of a child ends for somebody who was found to be an adult."""
    live = LegalGround.objects.exclude(
        code=GroundCode.CHILD_PROTECTION, case__person__age_status=AgeStatus.ADULT
    ).filter(valid_from__lte=at, refused_at=None, **_of(rows))
    found: defaultdict[Between, list[LegalGround]] = defaultdict(list)
    for ground in live:
        found[ground.case_id, ground.recipient_id, ground.purpose].append(ground)
    return found


def bases_for(rows: Sequence[Shared], at: datetime) -> list[FoundBasis | None]:
    """Of each: the consent, else the ground, that covers every released group now; None when neither does."""
    asking = [row for row in rows if row.released_groups]
    consents = _live_consents(asking, at) if asking else {}
    found = {row.pk: _by_consent(row, consents[_between(row)]) for row in asking}
    uncovered = [row for row in asking if found[row.pk] is None]
    grounds = _live_grounds(uncovered, at) if uncovered else {}
    found |= {row.pk: _by_ground(row, grounds[_between(row)], at) for row in uncovered}
    return [found.get(row.pk) for row in rows]


def _by_consent(row: Shared, until: Mapping[str, datetime]) -> FoundBasis | None:
    groups = set(row.released_groups)
    return (
        FoundBasis(Basis.CONSENT, min(until[group] for group in groups)) if groups <= until.keys() else None
    )


def _by_ground(row: Shared, grounds: Iterable[LegalGround], at: datetime) -> FoundBasis | None:
    for ground in grounds:
        if set(row.released_groups) <= set(ground.groups):
            # A ground stands until it is refused; its review has a clock of its own.
            return FoundBasis(Basis.GROUND, at + CONSENT, ground)
    return None


def basis_for(referral: Shared, at: datetime) -> FoundBasis | None:
    (found,) = bases_for([referral], at)
    return found


def agreed_by_each(rows: Sequence[Shared], at: datetime) -> list[set[str]]:
    """The groups that each person agreed to, or that one legal ground releases, for this receiver and purpose."""
    consents, grounds = _live_consents(rows, at), _live_grounds(rows, at)
    return [
        max([set(consents[key]), *(set(ground.groups) for ground in grounds[key])], key=len)
        for key in map(_between, rows)
    ]


def agreed_groups(referral: Shared, at: datetime) -> set[str]:
    (agreed,) = agreed_by_each([referral], at)
    return agreed


def basis_live(referral: Shared, at: datetime) -> bool:
    """Does consent or ground still cover what this referral releases?"""
    return basis_for(referral, at) is not None
