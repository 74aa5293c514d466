"""The whole demonstration, from the founding of the first organisation to this moment."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from partners.models import User
from referral import notices
from referral.demonstration import around, oversight, persons, place_call
from referral.demonstration.emergencies import REVIEWED_AGO, WAITS_AGO, break_again, break_and_review
from referral.demonstration.founding import ADMINISTRATOR, found
from referral.demonstration.houses import keep_house
from referral.demonstration.pairs import FOUND_AGO, same_boy
from referral.demonstration.place_call import look_for_place
from referral.demonstration.plan import FILES, WAITING, Report
from referral.demonstration.registers import keep_registers
from referral.demonstration.rescue import BEGAN, rescue
from referral.demonstration.restless import look_around
from referral.demonstration.reviewing import review_files
from referral.demonstration.routing import set_rules
from referral.demonstration.stage import Stage, address
from referral.demonstration.stories import open_file, opening
from referral.demonstration.timekeeping import keep_time
from referral.demonstration.travel import LEFT_AGO, travel
from referral.demonstration.turned_away import turn_away
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
    """All or nothing: a demonstration that stops half-way leaves no half of it (events of looks are never undone)."""
    stage = Stage(now, password)
    found(stage)
    keep_time(stage)
    set_rules(stage)
    around.ask(stage)
    for file in FILES:
        stage.begin(open_file(stage, file), opening(file, now))
    for report in WAITING:
        stage.later(now - timedelta(days=report.days), partial(_report, stage, report))
    keep_registers(stage)
    stage.begin(rescue(stage), now - BEGAN)
    turn_away(stage)
    stage.begin(look_for_place(stage), now - place_call.BEGAN)
    stage.later(now - SUSPENDED_AGO, lambda: _suspend(stage))
    stage.later(now - timedelta(hours=30), partial(around.prosecute, stage))
    stage.later(now - FOUND_AGO, lambda: same_boy(stage))
    stage.later(now - REVIEWED_AGO, partial(break_and_review, stage))
    stage.later(now - WAITS_AGO, partial(break_again, stage))
    keep_house(stage)
    look_around(stage)
    stage.later(now - LEFT_AGO, lambda: travel(stage))
    review_files(stage)
    oversight.oversee(stage)
    stage.play()
    # What is older than a day and a half has been read; the rest waits for whoever signs in.
    notices.mark_read(Notice.objects.filter(made_at__lt=now - UNREAD_FOR), at=now - UNREAD_FOR)


def _report(stage: Stage, report: Report) -> None:
    profile = persons.PROFILES[report.profile]
    person = persons.draw(profile, stage.random, stage.at.date())
    region = stage.regions[report.region]
    with stage.acting(report.reporter) as by:
        facts = {"risk": "unknown", "urgency": profile.urgency}
        cases.report(by=by, at=stage.at, region=region, person=person, case=facts)


def _suspend(stage: Stage) -> None:
    organisation = stage.organisations[SUSPENDED]
    with stage.acting(ADMINISTRATOR) as by:
        suspend_organisation(by, organisation.pk, organisation.version)
