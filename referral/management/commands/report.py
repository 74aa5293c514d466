from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from audit import services as audit
from audit.work import at_work
from referral.models import Referral
from referral.queries.lost import lost
from referral.references import spoken


class Command(BaseCommand):
    help = "Prints a report. lost-loops: how many of each kind are lost, with the references of referrals."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=["lost-loops"])

    def handle(self, *args: Any, **options: Any) -> None:
        with at_work() as at, translation.override(settings.LANGUAGE_CODE):
            losses = lost(at)
            audit.look("list", Referral, scope="lost", detail={"lost": [str(loss.pk) for loss in losses]})
        if not losses:
            self.stdout.write("Nothing is lost.")
        for kind, rows in groupby(losses, lambda loss: loss.kind):
            shown = list(rows)
            self.stdout.write(f"{kind.value}: {shown[0].of_kind}")
            for loss in shown:
                if loss.reference:
                    self.stdout.write(f"  {spoken(loss.reference)}")
