from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from audit.management.reporting import told
from audit.verification.rows import verify_rows
from audit.verification.streams import verify_streams

HELP = "is every event there: the numbers of each process, and of every row each version with its event and history"


def arguments(parser: ArgumentParser) -> None:
    pass


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    failed = []
    for ask in (verify_streams, verify_rows):
        try:
            told(out, ask)
        except CommandError as reason:
            failed.append(str(reason))
    if failed:
        raise CommandError(" ".join(failed))
