"""Which acts are written down, and how they ended?"""

import ipaddress

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Verb(TextChoices):
    """The closed list; `VERB_FAMILIES` adds `admin.…` and `transition.…`, whose last word is the caller's."""

    LOGIN = "login", _("signed in")
    LOGIN_FAIL = "login.fail", _("failed to sign in")
    LOGIN_MFA = "login.mfa", _("gave the second factor")
    LOGIN_LOCK = "login.lock", _("was locked out")
    LOGOUT = "logout", _("signed out")

    LIST = "list", _("listed")
    VIEW = "view", _("viewed")
    REVEAL = "reveal", _("revealed")
    SEARCH = "search", _("searched")

    CREATE = "create", _("created")
    CHANGE = "change", _("changed")
    DELETE = "delete", _("deleted")
    TRANSITION = "transition", _("moved")
    DENIED = "denied", _("was refused")

    REFER = "refer", _("referred")
    PREVIEW = "preview", _("saw the preview")
    ACCEPT = "accept", _("accepted")
    DECLINE = "decline", _("declined")
    WITHDRAW = "withdraw", _("withdrew")
    CONSENT_CHANGE = "consent.change", _("changed the consent")

    ESCALATE = "escalate", _("told the next person up")
    CONFIRM = "confirm", _("confirmed the reading")

    EXPORT = "export", _("exported")
    PRINT = "print", _("printed")
    FILE_GET = "file.get", _("opened a file")

    BREAKGLASS_OPEN = "breakglass.open", _("broke the glass")
    BREAKGLASS_REVIEW = "breakglass.review", _("reviewed a broken glass")
    GRANT = "grant", _("gave access")
    REVOKE = "revoke", _("took access back")

    KEY_ROTATE = "key.rotate", _("rotated a key")
    KEY_UNWRAP_BATCH = "key.unwrap_batch", _("unwrapped keys")
    KEY_SHRED = "key.shred", _("destroyed a key")
    CASE_SHREDDED = "case.shredded", _("erased a case")

    ALERT = "alert", _("opened far more than usual")

    AUDIT_READ = "audit.read", _("read the audit")
    AUDIT_VERIFY = "audit.verify", _("verified the audit")


VERB_FAMILIES = ("admin", "transition")

# "Who looked" counts these: a row in a list, or a coded preview, shows nobody. An alert is about looks; a broken glass
# is the door to some.
LOOKS = (Verb.VIEW, Verb.REVEAL, Verb.FILE_GET, Verb.BREAKGLASS_OPEN, Verb.ALERT)


class Outcome(TextChoices):
    OK = "ok", _("done")
    DENIED = "denied", _("refused")
    FAILED = "failed", _("failed")


class IpClass(TextChoices):
    """How far away the caller was: all that an event keeps of an address."""

    NONE = "", _("no network")
    LOOPBACK = "loopback", _("this machine")
    PRIVATE = "private", _("private network")
    PUBLIC = "public", _("public network")

    @classmethod
    def of(cls, address: str) -> "IpClass":
        """Raises ValueError when `address` is no IPv4 or IPv6 address."""
        ip = ipaddress.ip_address(address)
        if ip.is_loopback:
            return cls.LOOPBACK
        return cls.PRIVATE if ip.is_private else cls.PUBLIC
