"""Looks out of the ordinary: somebody who opens many files at night, and somebody whose many looks were explained."""

from datetime import timedelta
from functools import partial

from referral.demonstration.stage import Stage
from referral.enums import RevealReason
from referral.models import Case
from referral.services import checking, reading
from referral.services.supervising import read_unusual
from referral.unusual import BURST_LEAST, Explained, Rule

#: Who, how many nights ago at half past two.
AT_NIGHT, NIGHTS_AGO = "mamadou.ba", 3
#: Who, how many days ago at three in the afternoon, and who looked into it two days later.
EXPLAINED, DAYS_AGO, BY = "ndeye.sarr", 13, "supervisor"
ONE_DAY = timedelta(days=1)


def look_around(stage: Stage) -> None:
    midnight = stage.now.replace(hour=0, minute=0, second=0, microsecond=0)
    stage.later(
        midnight - NIGHTS_AGO * ONE_DAY + timedelta(hours=2, minutes=30), partial(_open, stage, AT_NIGHT)
    )
    afternoon = midnight - DAYS_AGO * ONE_DAY + timedelta(hours=15)
    stage.later(afternoon, partial(_open, stage, EXPLAINED))
    stage.later(afternoon + 2 * ONE_DAY, partial(_explain, stage))


def _open(stage: Stage, person: str) -> None:
    """One part after another of the own files, each by a press of its own."""
    owner = stage.people[person].pk
    cases = list(Case.objects.filter(owner=owner, erased_at=None).order_by("-seq")[: BURST_LEAST + 3])
    for turn in range(BURST_LEAST + 3):
        with stage.acting(person) as by:
            case = cases[turn % len(cases)]
            reading.open_case_page(by, case)
            reading.reveal(by, case, ["needs"], reason=RevealReason.CARE)


def _explain(stage: Stage) -> None:
    with stage.acting(BY) as by:
        found, _rates = read_unusual(by, stage.at)
        person = stage.people[EXPLAINED].pk
        for finding in found:
            if (finding.rule, finding.person) == (Rule.BURST, person):
                note = "A repris ce jour-là les dossiers d’une collègue en congé ; vu avec elle."
                checking.check_finding(finding.key, by=by, at=stage.at, result=Explained.WORK, note=note)
