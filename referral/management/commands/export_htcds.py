from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import services as audit
from audit import sitting
from audit.work import at_work
from partners.actor import Actor
from partners.models import User
from partners.queries import actor_of
from referral.htcds.profiles import ExportProfile
from referral.models import ExportRequest
from referral.policy import NotAllowed
from referral.services import exporting
from referral.services.steps import NotVisible


class Command(BaseCommand):
    help = (
        "Asks for an export in HTCDS 2.0 and prints its mark. With identities somebody else approves it on screen; "
        "--fetch MARK then writes the file, for a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, help="e-mail of the person in whose name it is done")
        parser.add_argument("--profile", choices=ExportProfile.values)
        parser.add_argument("--purpose", help="what it is for, and who reads it")
        parser.add_argument("--fetch", metavar="MARK")
        parser.add_argument("--output", type=Path, help="where the file is written, for its owner alone")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["by"].lower()).first()
        if user is None:
            raise CommandError("There is no such person.")
        with at_work() as at, sitting.opened(sitting.Who(user.pk, user.organisation_id), at):
            try:
                if options["fetch"]:
                    self._fetch(actor_of(user), at, options["fetch"], options["output"])
                else:
                    self._ask(actor_of(user), at, options["profile"], options["purpose"])
            except NotAllowed:
                raise CommandError("This person may not export.") from None
            finally:
                audit.flush()

    def _ask(self, by: Actor, at: Any, profile: str | None, purpose: str | None) -> None:
        if not profile or not purpose:
            raise CommandError("Say --profile and --purpose.")
        request = exporting.request_export(by=by, at=at, profile=profile, purpose=purpose)
        self.stdout.write(request.mark)

    def _fetch(self, by: Actor, at: Any, mark: str, output: Path | None) -> None:
        request = ExportRequest.objects.filter(mark=mark).first()
        if request is None or output is None:
            raise CommandError("Say --output, and the mark of an export.")
        try:
            _name, content = exporting.fetch_export(request.pk, by=by, at=at)
        except NotVisible:
            raise CommandError(
                "There is no file: not approved, not written yet, or its day is over."
            ) from None
        output.touch(mode=0o600)
        output.write_bytes(content)
