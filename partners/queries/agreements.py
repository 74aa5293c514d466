"""To whom may something be sent? The one rule, for pages, candidates and the sending itself."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from audit.fields import RelaisNow
from partners.enums import OrganisationStatus, Standing
from partners.models import Organisation

#: National coordination hears of an agreement that ends this long before.
RENEW_WITHIN = timedelta(days=30)


def may_be_sent_to(prefix: str = "") -> Q:
    """Organisations that are active and whose agreement, if it ends, still runs today.

    Args:
        prefix: of the columns, where the organisation is behind another row: "site__organisation__".
    """
    runs = Q(**{f"{prefix}agreement_until": None}) | Q(
        **{f"{prefix}agreement_until__gte": TruncDate(RelaisNow())}
    )
    return Q(**{f"{prefix}status": OrganisationStatus.ACTIVE}) & runs


def is_sent_to(organisation_id: UUID) -> bool:
    return Organisation.objects.filter(may_be_sent_to(), pk=organisation_id).exists()


def standing(organisation: Organisation, at: datetime) -> Standing:
    """The same in a word, with what ends soon."""
    today, ends = timezone.localdate(at), organisation.agreement_until
    if not organisation.is_active:
        return Standing.SUSPENDED
    if ends is None or ends > today + RENEW_WITHIN:
        return Standing.OPEN
    return Standing.EXPIRING if ends >= today else Standing.EXPIRED


def to_renew(at: datetime) -> QuerySet[Organisation]:
    """Agreements that end within 30 days or have ended, the most urgent first."""
    ending = Organisation.objects.filter(
        status=OrganisationStatus.ACTIVE, agreement_until__lte=timezone.localdate(at) + RENEW_WITHIN
    )
    return ending.select_related("region").order_by("agreement_until", "name")
