"""Is what is kept as the signature of a witness its own, and which tree has it seen?"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from audit.errors import NoteRefused
from audit.notes import Checkpoint, Verifier, is_by, opened, signatures_of
from audit.verification.reading import one_moment, stream
from audit.verification.report import Fault, Kind, Report
from audit.verification.tree import Known

KEPT = """
SELECT w.witness, w.line, c.note, c.size
FROM audit_cosignature w JOIN audit_checkpoint c ON c.id = w.checkpoint_id ORDER BY c.size, w.id
"""


def verify_cosignatures(origin: str, witnesses: Sequence[Verifier], report: Report) -> list[Known]:
    """Adds to `report` each kept signature that its witness has not given.

    Args:
        origin: the name of the log.
        witnesses: those of the settings, one twice that has changed its key. Of others nothing can be said, and that is
            remarked.

    Returns:
        The largest tree that each has cosigned. It counts like a fingerprint on paper: who has stolen the signer's key
        has not got theirs.
    """
    keys: defaultdict[str, list[Verifier]] = defaultdict(list)
    for witness in witnesses:
        keys[witness.name].append(witness)
    seen: dict[str, Known] = {}
    unknown: Counter[str] = Counter()
    with one_moment():
        for name, line, note, size in stream(KEPT):
            if name not in keys:
                unknown[name] += 1
                continue
            report.checked["cosignatures"] += 1
            if (checkpoint := _cosigned(keys[name], line, note)) is None:
                where = f"index {size}: what is kept as the signature of {name} below {size} events"
                report.add(Fault(Kind.COSIGNATURE_FORGED, where, size))
            elif checkpoint.origin == origin and (name not in seen or seen[name].size <= checkpoint.size):
                # By what is signed: the number beside it is not.
                seen[name] = Known(checkpoint.size, checkpoint.root, f"the witness {name}")
    for name, count in sorted(unknown.items()):
        report.remarks.append(
            f"{name} is no witness of the settings: its signatures ({count}) were not compared."
        )
    return list(seen.values())


def _cosigned(witness: Sequence[Verifier], line: str, note: str) -> Checkpoint | None:
    try:
        text, _signatures = opened(note)
        if any(is_by(key, text, each) for key in witness for each in signatures_of(line)):
            return Checkpoint.read(text)
    except NoteRefused:
        pass
    return None
