"""Does the audit hold? Each part of the question, asked by hand or every night, with its answer as an event."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from django.conf import settings

from audit import signer
from audit.enums import Outcome, Verb
from audit.errors import NoteRefused
from audit.models import Event
from audit.notes import Verifier, signed_by
from audit.services import note
from audit.tree import former_verifiers, log_verifier
from audit.verification.cosignatures import verify_cosignatures
from audit.verification.report import Progress, Report, silent
from audit.verification.rows import verify_rows
from audit.verification.streams import verify_streams
from audit.verification.tree import Known, verify_tree
from audit.verification.unwraps import reconcile
from audit.witnessing import former_witnesses, witnesses
from crypto.errors import KeyUnavailable


def verify_log(
    *, known: Sequence[Known] = (), keys: Sequence[Verifier] = (), tell: Progress = silent
) -> Report:
    """As `verify_tree`, by the key of the settings, with what the signer remembers and what witnesses have signed.

    Args:
        keys: former keys of the log, beside those of the settings.
    """
    remarks = []
    try:
        verifiers = [log_verifier(), *former_verifiers(), *keys]
    except NoteRefused as reason:
        verifiers = list(keys)
        remarks.append(str(reason))
    remembered = _remembered(verifiers[0], remarks) if verifiers else []
    shown = Report("tree")
    cosigned = _cosigned(verifiers[0].name, shown) if verifiers else []
    report = verify_tree(verifiers, known=[*known, *remembered, *cosigned], tell=tell)
    report.include(shown)
    report.remarks += remarks
    return report


def _cosigned(origin: str, report: Report) -> list[Known]:
    try:
        keys = [*(witness.verifier for witness in witnesses()), *former_witnesses()]
    except NoteRefused as reason:
        report.remarks.append(str(reason))
        keys = []
    return verify_cosignatures(origin, keys, report)


def _remembered(verifier: Verifier, remarks: list[str]) -> list[Known]:
    """What the signer signed last. Its memory is out of the database's reach: who cut or rewrote the log, and took the
    fingerprints away, is found by it.
    """
    try:
        word, _gap, answer = signer.ask(Path(settings.RELAIS_SIGNER_SOCKET), signer.LAST).partition("\n")
    except OSError:
        remarks.append("The signer does not answer: what it remembers was not compared.")
        return []
    if not word:
        remarks.append("The signer does not answer to this user: what it remembers was not compared.")
        return []
    last = signed_by(answer, [verifier]) if word == "signed" else None
    if last is None:
        remarks.append(
            "What answers as the signer has not the key of the log: what it says was not compared."
        )
        return []
    return [Known(last.size, last.root, "the signer")]


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

    Raises AuditUnavailable. Without the key of the system the event says the kind of the fault, and no more.
    """
    first = report.first
    say = partial(
        note,
        Verb.AUDIT_VERIFY,
        Event,
        scope=report.act,
        outcome=Outcome.FAILED if first else Outcome.OK,
        reason_code=first.kind.upper() if first else "",
    )
    detail = {
        "by": by,
        "checked": dict(report.checked),
        "found": report.found,
        "first": first.where if first else "",
        "remarks": report.remarks[:20],
    }
    try:
        return say(detail=detail)
    except KeyUnavailable:
        return say()
