"""What stands beside the files: a prosecution, a conference, and two questions that the ministry asks."""

from datetime import timedelta

from partners.enums import Role
from referral.demonstration.stage import Stage
from referral.enums import TitleState
from referral.models import CustodyTitle
from referral.prosecution import JusticeStepKind
from referral.services import conferences, justice, questions

QUESTIONS = (
    ("Régime alimentaire ou interdit ?", "A diet, or food that is not eaten?", "text", "needs", ""),
    ("Peut-elle dormir dans un dortoir ?", "Can the person sleep in a dormitory?", "yes_no", "needs", ""),
)
#: Days from today; the hearing lies ahead.
STEPS = (
    (JusticeStepKind.INQUIRY, -20),
    (JusticeStepKind.LAWYER, -18),
    (JusticeStepKind.PROSECUTION, -12),
    (JusticeStepKind.HEARING, 9),
)


def ask(stage: Stage) -> None:
    """National coordination asks of whoever looks for a bed."""
    unit = next(each for each in stage.organisations.values() if each.is_national_unit)
    coordinator = stage.holder(unit.pk, Role.COORDINATOR)
    with stage.acting(coordinator) as by:
        for text_fr, text_en, kind, group, choices in QUESTIONS:
            values = {
                "text_fr": text_fr,
                "text_en": text_en,
                "kind": kind,
                "group": group,
                "choices": choices,
            }
            questions.add_question(by=by, values={"service": "SHELTER_EMERG"} | values)


def prosecute(stage: Stage) -> None:
    """The first child whose order the court has confirmed: its prosecution, and the conference about it."""
    title = (
        CustodyTitle.objects.filter(state=TitleState.OGP, confirmed_at__isnull=False, case__closed_at=None)
        .select_related("case__owner", "court")
        .order_by("case__seq")
        .first()
    )
    if title is None:
        return
    case, today = title.case, stage.at.date()
    owner = next(key for key, user in stage.people.items() if user.pk == case.owner_id)
    with stage.acting(owner) as by:
        for kind, days in STEPS:
            on = today + timedelta(days=days)
            court = title.court if kind in (JusticeStepKind.PROSECUTION, JusticeStepKind.HEARING) else None
            number = f"RP {stage.random.randint(100, 999)}/{on.year}" if court else None
            justice.enter_step(case.pk, by=by, at=stage.at, kind=kind, on=on, court=court, number=number)
        conferences.record_conference(
            case.pk,
            by=by,
            at=stage.at,
            held_at=stage.at - timedelta(hours=20),
            organisations=[case.organisation_id],
            attendance="Éducatrice, assistant social, psychologue",
            view="Veut rester au centre jusqu’à la fin de l’année scolaire, et parler à sa grand-mère.",
            record="Recherche de la grand-mère avant toute décision de retour. Scolarité au centre.",
            decision="Demander la recherche de la famille",
            decision_due=stage.at + timedelta(days=6),
        )
