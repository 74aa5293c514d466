from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from referral.documentation.pages import pages


class Command(BaseCommand):
    help = "Writes docs/lifecycle: a page and a picture for each state machine, from its table."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "docs" / "lifecycle"
        made = pages()
        there = {path.name: path.read_text() for path in folder.glob("*.*")}
        stale = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
        if options["check"]:
            if stale:
                raise CommandError(
                    f"docs/lifecycle is stale ({', '.join(stale)}): run `manage.py lifecycle_pages`."
                )
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            if name in made:
                (folder / name).write_text(made[name])
            else:
                (folder / name).unlink()
