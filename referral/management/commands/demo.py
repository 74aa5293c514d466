from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import F
from django.test.utils import override_settings
from django.utils import translation
from procrastinate.contrib.django import app

from audit import clock
from partners.enums import Role
from partners.models import User
from referral.demonstration.play import is_played, play
from referral.demonstration.stage import address
from referral.enums import DeliveryState
from referral.models import Delivery

#: Known to everybody who reads this: it opens invented data only.
PASSWORD = "Sept manguiers au bord du fleuve"  # noqa: S105
SIGN_INS = (
    ("caseworker", Role.CASEWORKER),
    ("focal", Role.FOCAL_POINT),
    ("supervisor", Role.SUPERVISOR),
    ("justice", Role.JUSTICE),
    ("coordinator", Role.COORDINATOR),
    ("auditor", Role.AUDITOR),
    ("statistician", Role.STATISTICIAN),
    ("admin", Role.ADMINISTRATOR),
    ("reporter", Role.REPORTER),
)


#: In seconds. By then the sequencer has put all events of the play in order, and the signer has signed them.
VERIFIED_AFTER = 180


class Command(BaseCommand):
    help = "Fills an empty database with the demonstration; does nothing where it is already."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.RELAIS_DEMONSTRATION:
            raise CommandError(
                "The demonstration runs with RELAIS_ENVIRONMENT=development and RELAIS_DEMONSTRATION=1 only: "
                "it opens accounts whose password is public."
            )
        if not is_played():
            if User.objects.exists():
                raise CommandError(
                    "This database has people of its own: the demonstration goes into an empty one."
                )
            # Nobody reads the mails of invented people: neither invitations nor what the worker would send.
            with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
                play(clock.now(), PASSWORD)
            Delivery.objects.update(state=DeliveryState.MOOT, ended_at=F("made_at"))
            # The page of the proof says from the first hour whether the audit holds; meanwhile its log is written.
            app.configure_task("audit.verify", schedule_in={"seconds": VERIFIED_AFTER}).defer()
        self._print_sign_ins()

    def _print_sign_ins(self) -> None:
        people = {user.email: user for user in User.objects.select_related("organisation")}
        width = max(len(address(key)) for key, _role in SIGN_INS)
        with translation.override(settings.LANGUAGE_CODE):
            for key, role in SIGN_INS:
                organisation = people[address(key)].organisation
                self.stdout.write(f"  {address(key):{width}}  {role.label}, {organisation}")
        self.stdout.write(f"\n  Mot de passe (password): {PASSWORD}")
