import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from audit.verifying import verify_everything
from audit.work import at_work

HELP = "all that can be verified, as the worker has it done every night; each result is an event"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--gently", action="store_true", help="whoever works meanwhile comes first")


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    if options["gently"]:
        os.nice(10)
    failed = []
    with at_work():
        for report in verify_everything():
            out.write(f"{report.act}: {report.found} faults")
            if report.found:
                failed.append(report.act)
    if failed:
        raise CommandError(f"The audit does not hold: {', '.join(failed)}.")
