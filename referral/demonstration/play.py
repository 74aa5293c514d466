"""The whole demonstration, from the founding of the first organisation to this moment."""

from datetime import datetime, timedelta

from django.db import transaction

from partners.models import User
from referral import notices
from referral.demonstration import persons
from referral.demonstration.founding import ADMINISTRATOR, found
from referral.demonstration.plan import FILES, WAITING
from referral.demonstration.stage import Stage, address
from referral.demonstration.stories import open_file, opening
from referral.models import Notice
from referral.services import cases
from referral.services.suspension import suspend_organisation

#: An organisation that was suspended while it still had referrals, and when.
SUSPENDED, SUSPENDED_AGO = "leer", timedelta(days=26)
UNREAD_FOR = timedelta(hours=36)


def is_played() -> bool:
    return User.objects.filter(email=address(ADMINISTRATOR)).exists()


@transaction.atomic
def play(now: datetime, password: str) -> None:
    """All or nothing: a demonstration that stops half-way leaves no half of it."""
    stage = Stage(now, password)
    found(stage)
    for file in FILES:
        stage.begin(open_file(stage, file), opening(file, now))
    for reporter, profile, region, days in WAITING:
        stage.later(
            now - timedelta(days=days), lambda r=reporter, p=profile, g=region: _report(stage, r, p, g)
        )  # type: ignore[misc]
    stage.later(now - SUSPENDED_AGO, lambda: _suspend(stage))
    stage.play()
    # What is older than a day and a half has been read; the rest waits for whoever signs in.
    notices.mark_read(Notice.objects.filter(made_at__lt=now - UNREAD_FOR), at=now - UNREAD_FOR)


def _report(stage: Stage, reporter: str, profile: str, region: str) -> None:
    """A report that waits to be taken in."""
    known = persons.PROFILES[profile]
    person = persons.draw(known, stage.random, stage.at.date())
    with stage.acting(reporter) as by:
        cases.report(
            by=by,
            at=stage.at,
            region=stage.regions[region],
            person=person,
            case={"risk": "unknown", "urgency": known.urgency},
        )


def _suspend(stage: Stage) -> None:
    organisation = stage.organisations[SUSPENDED]
    with stage.acting(ADMINISTRATOR) as by:
        suspend_organisation(by, organisation.pk, organisation.version)
