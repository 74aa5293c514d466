"""Does the audit hold? Each part of the question, asked by hand or every night, with its answer as an event."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.conf import settings

from audit import signer
from audit.enums import Outcome, Verb
from audit.errors import NoteRefused
from audit.models import Event
from audit.notes import Checkpoint, Verifier
from audit.services import note
from audit.signer import Request
from audit.verification.report import Fault, Kind, Progress, Report, silent
from audit.verification.rows import verify_rows
from audit.verification.streams import verify_streams
from audit.verification.tree import Known, verify_tree
from audit.verification.unwraps import reconcile
from audit.vouching import log_verifier

#: Larger than any log: a signer that is asked for it says what it signed last.
BEYOND = 10**18


def verify_log(
    *, known: Sequence[Known] = (), keys: Sequence[Verifier] = (), tell: Progress = silent
) -> Report:
    """As `verify_tree`, by the key of the settings, and with what the signer remembers.

    Args:
        keys: former keys of the log, where it has had others.
    """
    remarks = []
    try:
        verifiers = [log_verifier(), *keys]
    except NoteRefused as reason:
        verifiers = list(keys)
        remarks.append(str(reason))
    report = verify_tree(verifiers, known=known, tell=tell)
    report.remarks += remarks
    if verifiers:
        _ask_signer(verifiers[0], report)
    return report


def _ask_signer(verifier: Verifier, report: Report) -> None:
    """Its memory is out of the database's reach: a log that is shorter than that was cut."""
    text = str(Checkpoint(verifier.name, BEYOND, bytes(32)))
    try:
        word, _space, size = signer.ask(
            Path(settings.RELAIS_SIGNER_SOCKET), str(Request(BEYOND, [], text))
        ).partition(" ")
    except OSError:
        report.remarks.append("The signer does not answer: what it remembers was not compared.")
        return
    there = report.checked["events"]
    if word == "remembered" and int(size) > there:
        where = f"index {there}: the signer has vouched for {int(size)} events, {there} are there"
        report.add(Fault(Kind.TRUNCATED, where, there))


#: The parts of the answer, in the order in which they are asked.
ALL: dict[str, Callable[[], Report]] = {
    "tree": verify_log,
    "rows": verify_rows,
    "streams": verify_streams,
    "unwraps": reconcile,
}


def verify_everything() -> Iterator[Report]:
    """Each part with its event. Raises AuditUnavailable."""
    for ask in ALL.values():
        report = ask()
        write_down(report, by="nightly")
        yield report


def write_down(report: Report, *, by: str) -> Event:
    """
    Args:
        by: "nightly", or "command" where somebody asked.
    """
    first = report.first
    return note(
        Verb.AUDIT_VERIFY,
        Event,
        scope=report.act,
        outcome=Outcome.FAILED if first else Outcome.OK,
        reason_code=first.kind.upper() if first else "",
        detail={
            "by": by,
            "checked": dict(report.checked),
            "found": report.found,
            "first": first.where if first else "",
            "remarks": report.remarks[:20],
        },
    )
