"""Does the audit hold? Its last results, for those who look into it and for those who keep the machines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZipFile

from django.conf import settings

from audit import services as audit
from audit.enums import Outcome, Verb
from audit.exporting import export_log
from audit.models import Checkpoint, Event
from audit.queries import last_verifications
from audit.tree import latest_checkpoint
from audit.verification.report import Kind
from audit.verifying import ALL
from crypto.errors import KeyDestroyed, KeyUnavailable, Tampered
from partners.actor import Actor
from partners.enums import Role
from referral.services.reading import require_seat

READERS = (Role.AUDITOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
#: A night may be missed, a second one not.
STALE = timedelta(hours=36)
SCRIPT = Path(settings.BASE_DIR) / "audit" / "standalone" / "verify.py"


@dataclass(frozen=True)
class Result:
    """What one part of the verification found last.

    Attributes:
        wrong: the first thing that is; None when nothing is, or when it was never asked.
        where: ids, numbers and columns, no word about anybody.
    """

    act: str
    at: datetime | None = None
    stale: bool = True
    nightly: bool = False
    wrong: Kind | None = None
    where: str = ""
    found: int = 0
    checked: dict[str, int] | None = None


def results(at: datetime) -> list[Result]:
    """Of every part, in the order in which they are asked."""
    events = last_verifications()
    return [_result(act, events.get(act), at) for act in ALL]


def holds(at: datetime) -> bool:
    """Whether every part was verified of late, with nothing found."""
    return all(result.wrong is None and not result.stale for result in results(at))


def read_proof(actor: Actor, at: datetime) -> tuple[list[Result], Checkpoint | None]:
    """Raises NotAllowed, and leaves an event."""
    require_reader(actor)
    audit.look(Verb.AUDIT_READ, Event, scope="proof")
    return results(at), latest_checkpoint()


def require_reader(actor: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    require_seat(actor, *READERS, reason_code="NOT_ALLOWED_PROOF")


def export_log_archive(actor: Actor) -> IO[bytes]:
    """The log as one file. Commitments only: it may lie open anywhere. Raises NotAllowed, NothingSigned."""
    require_reader(actor)
    file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        with ZipFile(file, "w") as archive:
            export_log(archive.writestr)
    except BaseException:
        file.close()
        raise
    audit.look(Verb.EXPORT, Event, scope="log")
    file.seek(0)
    return file


def _result(act: str, event: Event | None, at: datetime) -> Result:
    if event is None:
        return Result(act)
    try:
        detail: Any = event.detail or {}
    except (KeyUnavailable, KeyDestroyed, Tampered):
        detail = {}  # the codes in clear say whether it held
    wrong = None
    if event.outcome != Outcome.OK:
        code = event.reason_code.lower()
        wrong = Kind(code) if code in Kind.values else Kind.EVENT_CHANGED
    return Result(
        act,
        event.at,
        stale=at - event.at > STALE,
        nightly=detail.get("by") == "nightly",
        wrong=wrong,
        where=detail.get("first", ""),
        found=detail.get("found", 0),
        checked=detail.get("checked"),
    )
