"""Of what kind is an event of a file, and which of its fields may be read with their values? Words and tables only."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.enums import Verb


class EventKind(TextChoices):
    LOOK = "look", _("Views and reveals")
    EDIT = "edit", _("Edits")
    REFERRAL = "referral", pgettext_lazy("kind of event", "Referrals")
    CONSENT = "consent", _("Consents and legal grounds")
    EXPORT = "export", _("Exports and prints")
    DENIED = "denied", _("Denied attempts")
    KEY = "key", _("Keys")


class Order(TextChoices):
    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")


#: Somebody saw something: with the alert about it, and with whoever reads the audit.
LOOKING = (
    Verb.LIST,
    Verb.VIEW,
    Verb.REVEAL,
    Verb.PREVIEW,
    Verb.SEARCH,
    Verb.FILE_GET,
    Verb.ALERT,
    Verb.AUDIT_READ,
)
#: Something left Relais.
LEAVING = (Verb.EXPORT, Verb.PRINT)
OF_KEYS = (Verb.KEY_ROTATE, Verb.KEY_UNWRAP_BATCH, Verb.KEY_SHRED, Verb.CASE_SHREDDED)
#: Rows that say what the person agreed to, and what is shared without.
OF_CONSENT = ("referral.consent", "referral.consenttalk", "referral.legalground")

#: Written down so much later than it happened is said (design §4, Time).
GAP = timedelta(hours=24)

#: What opens sealed data; a view alone shows codes.
OPENING = (Verb.REVEAL, Verb.FILE_GET)

#: Rows of the owning side of which fields of level code are shown with both values. Any other row: the name alone, so
#: that the other side's records stay its own (design §5); a sealed field never has a value here, whatever the row.
WITH_VALUES = frozenset(
    {
        "referral.attachment",
        "referral.case",
        "referral.consent",
        "referral.custodytitle",
        "referral.followup",
        "referral.guardian",
        "referral.justicestep",
        "referral.legalground",
        "referral.person",
        "referral.plangoal",
        "referral.referral",
        "referral.riskassessment",
        "referral.statusdecision",
        "referral.task",
        "referral.transfer",
        "referral.trip",
    }
)
#: Columns that count or order and say nothing to a reader.
WITHOUT_MEANING = frozenset({"version", "seq", "id"})
#: Columns whose code is a word of a list of the ministry.
CODED_BY: Mapping[str, str] = {
    "service": "service",
    "status": "status",
    "decider": "decider",
    "outcome": "outcome",
    "method": "consent_method",
    "language": "language",
}
