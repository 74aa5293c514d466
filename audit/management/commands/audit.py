from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit.management.acts import acts


class Command(BaseCommand):
    help = "The tree over the audit: who writes it, who vouches for it, and whether it holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parsers = parser.add_subparsers(dest="act", required=True)
        for name, act in acts().items():
            act.arguments(parsers.add_parser(name, help=act.HELP))

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        acts()[act].run(self.stdout, options)
