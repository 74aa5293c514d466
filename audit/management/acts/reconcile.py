from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from audit.management.reporting import told
from audit.verification.report import Report
from audit.verification.unwraps import reconcile

HELP = "compares keys opened with looks; with --log, what a key server has counted for itself"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--log", type=Path, help="the audit log of the key server (Vault, OpenBao), in order of time"
    )


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    told(out, lambda _tell: _compared(options["log"]))


def _compared(path: Path | None) -> Report:
    if path is None:
        return reconcile()
    try:
        with path.open(encoding="utf-8") as log:
            return reconcile(log)
    except (OSError, ValueError) as reason:
        raise CommandError(str(reason)) from None
