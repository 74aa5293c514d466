"""Invites the first person, before there is an administrator to do it on screen."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from audit import sitting
from partners.enums import OrganisationKind, Role
from partners.models import Organisation, Region
from partners.notices import link
from partners.services.accounts import offer_seat
from partners.services.guard import Refusal
from partners.services.organisations import Particulars, found_organisation


class Command(BaseCommand):
    help = "Prints a link with which a person chooses a password. It works once, for 7 days, and is shown only here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--organisation", required=True, help="its name; made with --kind and --region if new"
        )
        parser.add_argument(
            "--role", required=True, action="append", choices=Role.values, help="may be repeated"
        )
        parser.add_argument("--name", help="as colleagues will read it; else what stands before the @")
        parser.add_argument("--kind", choices=OrganisationKind.values)
        parser.add_argument("--region", help="code, for example SN-DK")
        parser.add_argument("--address", default=origin(), help="where people open this site (%(default)s)")

    def handle(self, *, email: str, role: list[str], address: str, **options: Any) -> None:
        try:
            validate_email(email)
            with sitting.opened(sitting.SYSTEM) as current, transaction.atomic():
                organisation = self.organisation(options["organisation"], options["kind"], options["region"])
                name = options["name"] or email.partition("@")[0]
                _invitation, token = offer_seat(
                    organisation, email=email, name=name, roles=role, at=current.at
                )
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(link(token, address))

    def organisation(self, name: str, kind: str | None, region: str | None) -> Organisation:
        found = Organisation.objects.filter(name__iexact=name).first()
        if found is not None:
            return found
        if not kind or not region:
            raise CommandError(f"There is no organisation {name!r}: give --kind and --region to make it.")
        where = Region.objects.filter(code=region).first()
        if where is None:
            raise CommandError(
                f"There is no region {region!r}: {', '.join(Region.objects.values_list('code', flat=True))}."
            )
        return found_organisation(Particulars(name=name, kind=kind, region=where))


def origin() -> str:
    """As the settings say; in development, where `make run` serves."""
    return next(iter(settings.CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000")
