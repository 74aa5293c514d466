"""What goes onto paper: the codes of a pad, and what is open tonight, in codes."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from partners.actor import Actor
from partners.models import Organisation
from referral.enums import CodeUse, Side
from referral.models import Referral, ReferralGrant, ReservedCode

TONIGHT = 200


@dataclass(frozen=True)
class Sheet:
    """One blank form: its two codes."""

    case: str
    referral: str


@dataclass(frozen=True)
class OpenTonight:
    """A referral in codes, with whom to telephone about it."""

    referral: Referral
    side: str
    other: Organisation


def sheets_of(actor: Actor, pad: UUID) -> list[Sheet]:
    """The sheets of a pad of the actor's organisation on which nothing was entered yet; empty for a stranger's."""
    codes: dict[UUID, dict[str, str]] = {}
    rows = ReservedCode.objects.filter(pad=pad, organisation_id=actor.organisation_id, used_at=None)
    for code in rows.order_by("reserved_at", "reference"):
        codes.setdefault(code.sheet, {})[code.use] = code.reference
    return [
        Sheet(found[CodeUse.CASE], found[CodeUse.REFERRAL])
        for found in codes.values()
        if found.keys() == {*CodeUse}
    ]


def unused_codes(organisation_id: UUID) -> QuerySet[ReservedCode]:
    """Sheets that are somewhere on paper."""
    return ReservedCode.objects.filter(organisation_id=organisation_id, used_at=None, use=CodeUse.CASE)


def open_tonight(actor: Actor) -> list[OpenTonight]:
    """Every open referral of the actor's desk, on either side, by its deadline."""
    if actor.desk is None:
        return []
    grants = (
        ReferralGrant.objects.filter(
            group_id=actor.desk, side__in=[Side.RECEIVING, Side.REFERRING], due_at__isnull=False
        )
        .select_related("content_object__referring_organisation", "content_object__receiving_organisation")
        .order_by("due_at", "content_object_id")[:TONIGHT]
    )
    return [
        OpenTonight(
            referral := grant.content_object,
            grant.side,
            referral.referring_organisation
            if grant.side == Side.RECEIVING
            else referral.receiving_organisation,
        )
        for grant in grants
    ]
