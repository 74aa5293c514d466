from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from audit import services
from audit.enums import Verb
from audit.errors import NothingSigned
from audit.exporting import export_log
from audit.models import Event
from audit.work import at_work

HELP = "writes the log as files (C2SP tlog-tiles) that verify.py and other tools check without Relais"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR")


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    folder: Path = options["folder"]

    def write(name: str, data: bytes) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    with at_work():
        try:
            checkpoint = export_log(write)
        except (NothingSigned, OSError) as reason:
            raise CommandError(str(reason)) from None
        services.note(Verb.EXPORT, Event, scope="log")
    out.write(f"{checkpoint.size} events are in {folder}.")
