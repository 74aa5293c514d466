"""A centre brings its old register along, and a caseworker asks for a file that somebody else has to approve."""

from datetime import date, timedelta

from referral.demonstration.plan import DAYS, HOURS
from referral.demonstration.stage import Stage
from referral.htcds.profiles import ExportProfile
from referral.htcds.reading import Row
from referral.services import exporting, importing

CENTRE, REGION = "ablaye.diene", "SN-TH"
IMPORTED, ASKED = 40 * DAYS, 3 * HOURS
_GIVEN = ("Modou", "Awa", "Cheikh")
_YEARS = (11, 15, 9)
#: As a register of a centre says it; invented.
ROWS = [
    {
        "prs_FirstName": given,
        "prs_SecondName": "Ndiaye",
        "prs_Gender": "Feminine" if given == "Awa" else "Masculine",
        "prs_Citizenship": "GN; SN" if given == "Cheikh" else "SN",
        "vic_TraffickingStatus": "PossibleVictimOfTrafficking",
        "vic_TypeOfExploitation": "ForcedBegging; ChildLabour",
        "vic_MethodsOfControl": "PhysicalAbuse; WithholdsNecessities",
        "cas_Status": "Closed" if given == "Cheikh" else "Active",
        "cas_ReferringOrganisation": "Brigade des mineurs",
    }
    for given in _GIVEN
]


def keep_registers(stage: Stage) -> None:
    stage.later(stage.now - IMPORTED, lambda: _import(stage))
    stage.later(stage.now - ASKED, lambda: _ask(stage))


def _import(stage: Stage) -> None:
    today = stage.at.date()
    rows = [
        Row(
            number,
            {**values, "prs_Birthdate": _born(today, years), "cas_IncomingReferralDate": _before(today)},
        )
        for number, (values, years) in enumerate(zip(ROWS, _YEARS, strict=True), 3)
    ]
    with stage.acting(CENTRE) as by:
        chosen = {"owner_id": by.id, "region_id": stage.regions[REGION].pk}
        batch = importing.keep_register(by=by, at=stage.at, rows=rows, **chosen)
        importing.order_import(batch.pk, by=by, at=stage.at, version=batch.version)
        importing.write_handful(batch.pk, at=stage.at)


def _born(today: date, years: int) -> str:
    return (today - timedelta(days=366 * years)).isoformat()


def _before(today: date) -> str:
    return (today - timedelta(days=20)).isoformat()


def _ask(stage: Stage) -> None:
    with stage.acting("caseworker") as by:
        exporting.request_export(
            by=by,
            at=stage.at,
            profile=ExportProfile.TEMPLATE,
            purpose="Reprise des dossiers du trimestre par l’unité nationale ; lu par la coordination seule.",
        )
