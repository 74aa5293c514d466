from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from audit import services as audit
from audit import sitting
from audit.work import at_work
from partners.models import Region, User
from partners.policy import NotAllowed as NotAllowedThere
from partners.queries import actor_of
from partners.services.guard import Refusal
from referral.enums import AgeBand
from referral.htcds.reading import Register, Unreadable, read
from referral.models import ImportBatch
from referral.policy import NotAllowed
from referral.queries.exchange import regions_by_word
from referral.services import importing


class Command(BaseCommand):
    help = (
        "Reads a register in HTCDS 2.0 (.xlsx, .csv) and reports every fault; with --write, opens the case files. "
        "Prints rows, columns and reasons, never what stands in a cell."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="its name")
        parser.add_argument("--owner", required=True, help="e-mail of its caseworker, who gets the files")
        parser.add_argument("--by", required=True, help="e-mail of its supervisor, in whose name it is done")
        parser.add_argument("--region", required=True, help="code of the region, where a row does not say")
        parser.add_argument(
            "--by-labels",
            action="store_true",
            help="the address stands under the template's visible headings",
        )
        parser.add_argument("--write", action="store_true", help="without it nothing is kept")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            by, owner = (self._person(options[key], options["organisation"]) for key in ("by", "owner"))
            region = Region.objects.filter(code=options["region"]).first()
            if region is None:
                raise CommandError(f"There is no region {options['region']!r}.")
            with at_work() as at, sitting.opened(sitting.Who(by.pk, by.organisation_id), at):
                try:
                    importing.require_import(actor_of(by))
                    register = self._read(options, at.date())
                    if options["write"]:
                        batch = importing.keep_register(
                            by=actor_of(by),
                            at=at,
                            owner_id=owner.pk,
                            region_id=region.pk,
                            rows=register.rows,
                        )
                        self._write(by, batch)
                except (NotAllowed, NotAllowedThere):
                    raise CommandError("This person is no supervisor of the organisation.") from None
                except (Refusal, Unreadable) as refusal:
                    raise CommandError(str(refusal)) from None
                finally:
                    audit.flush()

    def _person(self, email: str, organisation: str) -> User:
        found = User.objects.filter(email=email.lower(), organisation__name__iexact=organisation).first()
        if found is None:
            raise CommandError("There is no such organisation, or no such person in it.")
        return found

    def _read(self, options: dict[str, Any], today: Any) -> Register:
        """Raises CommandError when there is any fault, and has printed each."""
        register = read(
            options["file"].read_bytes(),
            today=today,
            regions=regions_by_word(),
            bands=frozenset(AgeBand.values),
            by_labels=options["by_labels"],
        )
        for fault in register.faults:
            self.stdout.write(f"{fault.row}\t{fault.column}\t{fault.field}\t{fault.reason}")
        if register.faults:
            raise CommandError(f"{len(register.faults)} faults: nothing was written.")
        self.stdout.write(f"{len(register.rows)} rows without a fault.")
        return register

    def _write(self, by: User, batch: ImportBatch) -> None:
        """Here and now; a worker that is asked for the same finds it done, or goes on if this one is stopped."""
        at = batch.read_at
        importing.order_import(batch.pk, by=actor_of(by), at=at, version=batch.version)
        while importing.write_handful(batch.pk, at=at):
            self.stdout.write(f"{batch.rows.filter(case__isnull=False).count()} / {batch.count}")
        self.stdout.write(f"{batch.count} / {batch.count}")
