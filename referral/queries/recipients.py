"""To whom might something be shared, for which purpose, and what would they need to know?"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from partners.models import Organisation, Service
from partners.queries import may_be_sent_to
from referral.course import CASE_TRANSFER
from referral.disclosure import purpose_of, releasable
from referral.enums import Group

#: One conversation is about a few organisations: nobody remembers more.
MOST = 6


@dataclass(frozen=True)
class Recipient:
    """An organisation and the service asked of it; purpose and groups follow from the two."""

    organisation: Organisation
    service: str

    @property
    def purpose(self) -> str:
        return str(purpose_of(self.organisation.kind, self.service))

    @property
    def groups(self) -> list[str]:
        """What this service needs to know, in reading order."""
        needed = releasable(self.service, Group)
        return [group.value for group in Group if group in needed]

    @property
    def token(self) -> str:
        """As it stands in the address of a page."""
        return f"{self.organisation.pk}:{self.service}"


def recipients(tokens: Iterable[str]) -> list[Recipient]:
    """Those of the tokens that name an organisation that may be sent to, with this service; others are left out.

    Any of them may be asked to take a case over, which is no service.
    """
    asked: dict[tuple[UUID, str], None] = {}
    for token in tokens:
        pk, _sign, service = token.partition(":")
        try:
            asked[UUID(pk), service] = None
        except ValueError:
            continue
    offered = set(
        Service.objects.filter(active=True, organisation__in=[pk for pk, _service in asked]).values_list(
            "organisation_id", "code"
        )
    )
    found = Organisation.objects.filter(may_be_sent_to()).in_bulk([pk for pk, _service in asked])
    return [
        Recipient(found[pk], service)
        for pk, service in asked
        if pk in found and (service == CASE_TRANSFER or (pk, service) in offered)
    ][:MOST]


def names_shut(tokens: Iterable[str]) -> bool:
    """Does one of them name an organisation that nothing may be sent to now? Then the page says why it is not there."""
    named = set()
    for token in tokens:
        try:
            named.add(UUID(token.partition(":")[0]))
        except ValueError:
            continue
    return Organisation.objects.filter(pk__in=named).exclude(may_be_sent_to()).exists()


@dataclass(frozen=True)
class Question:
    """What is asked about one organisation and purpose, whatever the services that need it."""

    organisation: Organisation
    purpose: str
    services: tuple[str, ...]
    groups: tuple[str, ...]


def questions(chosen: Iterable[Recipient]) -> list[Question]:
    """Nobody is asked the same twice: services of one organisation and purpose are asked about together."""
    together: dict[tuple[UUID, str], list[Recipient]] = {}
    for recipient in chosen:
        together.setdefault((recipient.organisation.pk, recipient.purpose), []).append(recipient)
    return [
        Question(
            organisation=each[0].organisation,
            purpose=purpose,
            services=tuple(recipient.service for recipient in each),
            groups=tuple(
                group.value for group in Group if any(group in recipient.groups for recipient in each)
            ),
        )
        for (_pk, purpose), each in together.items()
    ]
