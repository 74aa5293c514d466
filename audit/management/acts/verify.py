from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from audit.errors import NoteRefused
from audit.management.reporting import told
from audit.notes import Checkpoint, Verifier
from audit.verification.tree import Known
from audit.verifying import verify_log

HELP = "recomputes every leaf from its event and every root from the leaves; names the first bad index"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--known", action="append", default=[], help="a file with a checkpoint that was kept elsewhere"
    )
    parser.add_argument("--key", action="append", default=[], help="a former key of the log (name+id+key)")


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    try:
        keys = [Verifier.read(key) for key in options["key"]]
        known = [_known(Path(name)) for name in options["known"]]
    except (NoteRefused, OSError) as reason:
        raise CommandError(str(reason)) from None
    told(out, lambda tell: verify_log(known=known, keys=keys, tell=tell))


def _known(path: Path) -> Known:
    """Its signature is asked of nobody: who kept it vouches for it."""
    text = path.read_text().partition("\n\n")[0] + "\n"
    kept = Checkpoint.read(text)
    return Known(kept.size, kept.root, path.name)
