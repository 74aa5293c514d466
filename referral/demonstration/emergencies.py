"""Twice national coordination has opened a file in an emergency: one was reviewed, the other waits for it."""

from datetime import timedelta

from partners.enums import Role
from referral.demonstration.stage import Stage
from referral.enums import CaseState
from referral.models import BreakGlass, Case
from referral.queries.visible import case_to_read
from referral.readings import GlassReason, Verdict
from referral.services import glass, reading, readings

REVIEWED_AGO, WAITS_AGO = timedelta(days=2, hours=3), timedelta(hours=5)
WORDS = (
    "La gendarmerie a trouvé la personne blessée sur la route ; le centre ne répond pas au téléphone.",
    "La personne a quitté la maison dans la nuit ; personne du service ne répond depuis hier soir.",
)
NOTE = "Rappelé le même soir : la personne a été ramenée au centre de santé grâce au contact sûr."


def break_and_review(stage: Stage) -> None:
    broken = _break(stage, 0, GlassReason.DANGER)
    reviewer = stage.holder(broken.task.organisation_id, Role.SUPERVISOR)
    with stage.acting(reviewer) as by:
        glass.review_glass(
            broken.task_id,
            by=by,
            at=stage.at,
            version=broken.version,
            verdict=Verdict.JUSTIFIED,
            note=NOTE,
        )


def break_again(stage: Stage) -> None:
    _break(stage, 1, GlassReason.UNREACHABLE)


def _break(stage: Stage, number: int, reason: GlassReason) -> BreakGlass:
    """A file of another organisation than coordination's, its contact looked up."""
    unit = stage.people["coordinator"].organisation_id
    files = Case.objects.exclude(organisation=unit).filter(erased_at=None, closed_at=None)
    supervised = [each.pk for each in stage.organisations.values() if stage.holders(each.pk, Role.SUPERVISOR)]
    case = files.exclude(state=CaseState.SIGNALED).filter(organisation__in=supervised).order_by("seq")[number]
    with stage.acting("coordinator") as by:
        broken = glass.break_glass(case.pk, by=by, at=stage.at, reason=reason, words=WORDS[number])
        file = case_to_read(by, case.pk)
        if file is not None:
            reading.open_case_page(by, file)
        readings.end_own_reading(case.pk, by=by, at=stage.at + timedelta(minutes=12))
    return broken
