from argparse import ArgumentParser
from typing import Any

from django.core.management.base import OutputWrapper

from audit.management.reporting import told
from audit.verification.rows import verify_rows

HELP = "compares every version of every row with its event: finds what was changed by hand or put back"


def arguments(parser: ArgumentParser) -> None:
    pass


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    told(out, verify_rows)
