"""The case conferences of a file, and who may hear what in one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from partners.actor import Actor
from partners.alphabet import Alphabetical
from partners.models import Organisation
from referral.models import Case, CaseConference, Consent, LegalGround
from referral.queries.visible import visible_cases


@dataclass(frozen=True)
class Hearing:
    organisation: Organisation
    #: Groups of fields, in no order; everything for the organisation that owns the file.
    groups: list[str]
    own: bool = False


def hearing_of(case: Case, at: datetime) -> list[Hearing]:
    """The own organisation, then each that a standing consent or ground lets know something, by name."""
    heard: dict[UUID, set[str]] = {}
    cells = Consent.objects.filter(
        case=case, given=True, assent=False, withdrawn_at=None, replaced_at=None, expires_at__gt=at
    )
    for recipient, group in cells.values_list("recipient_id", "group"):
        heard.setdefault(recipient, set()).add(group)
    grounds = LegalGround.objects.filter(case=case, valid_from__lte=at, refused_at=None)
    for recipient, groups in grounds.values_list("recipient_id", "groups"):
        heard.setdefault(recipient, set()).update(groups)
    heard.pop(case.organisation_id, None)
    others = Organisation.objects.filter(pk__in=heard).order_by(Alphabetical("name"))
    return [
        Hearing(case.organisation, [], own=True),
        *(Hearing(each, sorted(heard[each.pk])) for each in others),
    ]


def conferences_of(case: Case) -> list[CaseConference]:
    """The newest first."""
    return list(CaseConference.objects.filter(case=case).select_related("written_by"))


def conference_of(actor: Actor, pk: UUID) -> CaseConference | None:
    """Of a file that the actor may see; absent and hidden take the same query."""
    found = CaseConference.objects.filter(case__in=visible_cases(actor))
    return found.select_related("case", "written_by").filter(pk=pk).first()
