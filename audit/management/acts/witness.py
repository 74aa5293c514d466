from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from audit.errors import NoteRefused, TreeBroken, WitnessRefused, WitnessSilent
from audit.witnessing import cosign, witnesses

HELP = "shows the latest checkpoint to the witnesses of RELAIS_WITNESSES, as the worker does every quarter of an hour"


def arguments(parser: ArgumentParser) -> None:
    pass


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    try:
        found = witnesses()
    except NoteRefused as reason:
        raise CommandError(str(reason)) from None
    if not found:
        raise CommandError("RELAIS_WITNESSES names no witness.")
    failed = False
    for witness in found:
        try:
            kept = cosign(witness)
        except (WitnessSilent, WitnessRefused, TreeBroken) as reason:
            out.write(str(reason))
            failed = True
        else:
            out.write(f"{witness.verifier.name}: {kept.checkpoint.size if kept else 'has seen it already'}")
    if failed:
        raise CommandError("Not every witness has cosigned.")
