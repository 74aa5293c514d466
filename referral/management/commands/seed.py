import time
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from audit import clock, sitting
from crypto import keyring
from partners.models import User
from referral.models import Case, Referral
from referral.seeding.filling import fill
from referral.seeding.organisations import seat_organisations
from referral.seeding.tables import FILLED, unguarded, wrong_rows


class Command(BaseCommand):
    help = (
        "Fills an empty database with synthetic referrals, to measure on: encrypted for real, about nobody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--referrals", type=int, required=True)
        parser.add_argument("--organisations", type=int, default=200)

    def handle(self, *args: Any, referrals: int, organisations: int, **options: Any) -> None:
        self._refuse(referrals, organisations)
        began = time.monotonic()
        random = Random(2005)  # noqa: S311 - draws names and sizes, no secret
        with keyring.opened() as ring, sitting.opened(sitting.SYSTEM), transaction.atomic():
            seated = seat_organisations(organisations, clock.now(), random)
            with unguarded():
                fill(ring, seated, random, referrals)
            if wrong := wrong_rows():
                raise CommandError("; ".join(f"{count} {what}" for what, count in wrong.items()))
        self._tidy()
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{Referral.objects.count()} referrals of {Case.objects.count()} cases, {organisations} organisations:"
            f" {seconds:.0f} s, {referrals / seconds:.0f} referrals/s. Every version has its history row,"
            " grants and keys agree."
        )

    def _refuse(self, referrals: int, organisations: int) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError("Synthetic data is for development: RELAIS_ENVIRONMENT=development.")
        if referrals < 1 or organisations < 5:
            raise CommandError("At least 1 referral, and 5 organisations to refer to.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_has_role('relais_owner', 'MEMBER') AND current_user <> 'relais_app'")
            if cursor.fetchone() != (True,):
                raise CommandError("Seeding switches triggers off: RELAIS_DATABASE_LOGIN=owner.")
        if User.objects.exists():
            raise CommandError("This database has people of its own: synthetic data goes into an empty one.")

    def _tidy(self) -> None:
        """As an old database is: without dead rows, with statistics."""
        with connection.cursor() as cursor:
            for model in FILLED:
                cursor.execute(f"VACUUM ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
            cursor.execute("VACUUM ANALYZE referral_referralgrant, crypto_datakey, referral_notice")
