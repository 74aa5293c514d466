from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from audit.errors import NoteRefused
from audit.tree import log_verifier

HELP = "the key by which anybody checks the signature of the tree: for supervisors, auditors and witnesses"


def arguments(parser: ArgumentParser) -> None:
    pass


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    try:
        out.write(str(log_verifier()))
    except NoteRefused as reason:
        raise CommandError(str(reason)) from None
