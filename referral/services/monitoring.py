"""What the human-rights monitor reads: figures, and samples of files under codes of her or his own (ADR 28)."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from audit import services as audit
from audit.enums import Verb
from audit.models import Event
from crypto import keyring
from partners.actor import Actor
from referral import policy
from referral.models import Case
from referral.policy import NotAllowed
from referral.queries import monitored
from referral.queries.monitored import SAMPLE, Figures
from referral.references import ALPHABET
from referral.services import steps
from referral.unusual import quarter_of

#: Letters and digits of a code: 50 bits, so that no two files of one viewer share one.
CODE_LENGTH = 10


def require_monitor(actor: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.monitors(actor):
        audit.deny("denied", "audit.event", None, reason_code="NOT_ALLOWED_MONITOR")
        raise NotAllowed("monitor")


def read_figures(actor: Actor, at: datetime) -> tuple[Figures, dict[str, Case]]:
    """The figures, and the files of this quarter's sample by their codes. Raises NotAllowed."""
    require_monitor(actor)
    sample = _sample(actor, at)
    audit.look(Verb.AUDIT_READ, Case, scope="monitor", detail={"cases": [str(pk) for pk in sample.values()]})
    files = monitored.drawn_files(sample.values())
    return monitored.figures(actor, at), {code: files[pk] for code, pk in sample.items()}


def read_sampled(actor: Actor, code: str, at: datetime) -> tuple[Case, list[Event]]:
    """A file of the sample and its acts. Raises NotAllowed, NotVisible."""
    require_monitor(actor)
    pk = _sample(actor, at).get(code)
    if pk is None:
        raise steps.NotVisible
    case = monitored.drawn_files([pk])[pk]
    audit.look(Verb.AUDIT_READ, case, case_id=case.pk, scope="monitor")
    return case, monitored.acts_of(case)


def _sample(actor: Actor, at: datetime) -> dict[str, UUID]:
    """The files with the lowest codes of the quarter: a draw that nobody steers and that comes out the same again."""
    quarter = quarter_of(timezone.localdate(at)).isoformat()
    codes = {_code(actor.id, quarter, pk): pk for pk in monitored.drawable(actor, at)}
    return {code: codes[code] for code in sorted(codes)[:SAMPLE]}


def _code(viewer: UUID, quarter: str, case: UUID) -> str:
    """By the key of the blind indexes, with a name of its own: without the key nobody makes it, or goes back."""
    mac = keyring.current().provider.index_mac("monitor", f"{viewer}|{quarter}|{case}".encode())
    number = int.from_bytes(mac[:8], "big")
    return "".join(ALPHABET[(number >> (5 * place)) % 32] for place in range(CODE_LENGTH))
