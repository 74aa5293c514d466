from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit.work import at_work
from referral.services import matching


class Command(BaseCommand):
    help = (
        "rebuild: makes the blind indexes say what the files say, after an upgrade or a change of RELAIS_POPULATION. "
        "It may be stopped and called again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["rebuild"])
        parser.add_argument("--batch", type=int, default=matching.BATCH, help="files a transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        with at_work():
            for done in matching.rebuild(options["batch"]):
                self.stdout.write(f"{done.cases} files: {done.added} entries added, {done.removed} removed.")
