"""What goes onto paper: the codes of a pad, and what cannot wait tonight, in codes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, Q, QuerySet, Value, When

from partners.actor import Actor
from partners.models import Organisation
from referral.enums import UNANSWERED, CodeUse, Side, State, Urgency
from referral.models import Referral, ReferralGrant, ReservedCode

#: What is due within this belongs onto the sheet of the night, and what fits onto one page of it.
TONIGHT = timedelta(hours=48)
LINES = 25
#: Most codes of a list on the screen.
SHOWN = 200
_URGENCY = Case(
    *(When(content_object__urgency=urgency, then=Value(rank)) for rank, urgency in enumerate(Urgency))
)


@dataclass(frozen=True)
class Sheet:
    """One blank form: its two codes."""

    case: str
    referral: str


@dataclass(frozen=True)
class Pad:
    """Forms that were printed together, and those of them that nobody has entered."""

    pk: UUID
    reserved_at: datetime
    waiting: list[ReservedCode] = field(default_factory=list)


@dataclass(frozen=True)
class OpenTonight:
    """A referral in codes, with whom to telephone about it."""

    referral: Referral
    side: str
    other: Organisation


@dataclass(frozen=True)
class Night:
    """
    Attributes:
        lines: unanswered, or due within `TONIGHT`.
        unshown: how many more of these there are.
        later: how many others are open.
    """

    lines: list[OpenTonight]
    unshown: int
    later: int


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


def pads_of(organisation_id: UUID) -> list[Pad]:
    """Those of which something is still to be entered, the latest first."""
    pads: dict[UUID, Pad] = {}
    for code in unused_codes(organisation_id).order_by("-reserved_at", "pad", "reference")[:SHOWN]:
        pads.setdefault(code.pad, Pad(code.pad, code.reserved_at)).waiting.append(code)
    return list(pads.values())


def case_code(organisation_id: UUID, sheet: UUID) -> str:
    """Of a sheet that is still to be entered; empty for any other."""
    return unused_codes(organisation_id).filter(sheet=sheet).values_list("reference", flat=True).first() or ""


def open_tonight(actor: Actor, at: datetime) -> Night:
    """What the actor's desk has open on either side: the most urgent first, then by deadline; drafts can wait."""
    if actor.desk is None:
        return Night([], 0, 0)
    grants = ReferralGrant.objects.filter(
        group_id=actor.desk, side__in=[Side.RECEIVING, Side.REFERRING], due_at__isnull=False
    ).exclude(state=State.DRAFT)
    # Within one house both sides hold the same referral.
    grants = grants.exclude(side=Side.REFERRING, content_object__receiving_organisation=actor.organisation_id)
    tonight = grants.filter(Q(state__in=UNANSWERED) | Q(due_at__lte=at + TONIGHT))
    lines = tonight.select_related(
        "content_object__referring_organisation", "content_object__receiving_organisation"
    ).order_by(_URGENCY, "due_at", "content_object_id")[:LINES]
    shown = [_line(grant) for grant in lines]
    cannot_wait = tonight.count()
    return Night(shown, cannot_wait - len(shown), grants.count() - cannot_wait)


def _line(grant: ReferralGrant) -> OpenTonight:
    referral = grant.content_object
    receiving = grant.side == Side.RECEIVING
    other = referral.referring_organisation if receiving else referral.receiving_organisation
    return OpenTonight(referral, grant.side, other)
