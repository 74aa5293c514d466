"""The directory as a package of HSDS 3.1: given out, or taken in by an installation that does not have it yet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import sitting
from crypto import keyring
from partners.hsds.reading import Faulty
from partners.queries.published import Audience
from partners.services.directory import export_directory, import_directory


class Command(BaseCommand):
    help = (
        "export writes what partners may read of the directory to a folder, or to one .zip file; "
        "import takes such a package in, whole or not at all. No confidential address is in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=("export", "import"))
        parser.add_argument("path", type=Path, help="a folder, or a file that ends in .zip")

    def handle(self, *, act: str, path: Path, **options: Any) -> None:
        with keyring.opened(), sitting.opened(sitting.SYSTEM) as current:
            if act == "export":
                count = export_directory(path, Audience(current.at, partner=True))
                self.stdout.write(f"{count} organisations written to {path}.")
                return
            try:
                found = import_directory(path)
            except Faulty as refused:
                for fault in refused.faults:
                    self.stderr.write(str(fault))
                raise CommandError(f"{len(refused.faults)} faults: nothing was taken in.") from refused
            self.stdout.write(
                f"{len(found.organisations)} organisations and {len(found.services)} services taken in."
            )
