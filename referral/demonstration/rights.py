"""What becomes of the rights of a person: a request that waits, a legal hold, a file opened twice and erased."""

from uuid import UUID

from partners.enums import Role
from referral.demonstration.plan import DAYS, File
from referral.demonstration.stage import Script, Stage
from referral.models import Case
from referral.rights import ErasureReason, Identified, RequestKind
from referral.services import cases, erasing, holds, rights


def follow(stage: Stage, case_pk: UUID, file: File) -> None:
    match file.rights:
        case "asked":
            stage.later(stage.now - 5 * DAYS, lambda: _ask(stage, case_pk, file))
        case "held":
            stage.later(stage.at + 5 * DAYS, lambda: _hold(stage, case_pk))
        case "erased":
            stage.begin(_erase(stage, case_pk, file), stage.at + DAYS)


def _ask(stage: Stage, case_pk: UUID, file: File) -> None:
    with stage.acting(file.owner) as by:
        rights.record_request(
            case_pk,
            by=by,
            at=stage.at,
            kind=RequestKind.ACCESS,
            received_at=stage.at,
            identified=Identified.KNOWN,
            note="Demande à lire ce qui est écrit avant l’audience.",
        )


def _hold(stage: Stage, case_pk: UUID) -> None:
    case = Case.objects.get(pk=case_pk)
    with stage.acting(stage.other_supervisors(case)[0]) as by:
        holds.set_hold(
            case_pk, by=by, at=stage.at, reason="Information judiciaire en cours : pièces à conserver."
        )


def _erase(stage: Stage, case_pk: UUID, file: File) -> Script:
    """Closed as a duplicate; then one asks, and two others approve."""
    case = Case.objects.get(pk=case_pk)
    supervisor = stage.other_supervisors(case)[0]
    with stage.acting(supervisor) as by:
        case = cases.close_case(case_pk, by=by, at=stage.at, version=case.version, reason_code="DUPLICATE")
    yield stage.at + DAYS
    with stage.acting(file.owner) as by:
        asked = erasing.ask_erasure(
            case_pk, by=by, at=stage.at, version=case.version, reason=ErasureReason.ERROR
        )
    for person in (supervisor, stage.holder(case.organisation_id, Role.COORDINATOR)):
        yield stage.at + DAYS
        with stage.acting(person) as by:
            asked = erasing.decide_erasure(case_pk, by=by, at=stage.at, version=asked.version, approve=True)
