"""Who stands beside a child of the demonstration: found safe, not assessed yet, suspected."""

from uuid import UUID

from partners.enums import CHILD_PROTECTION_KINDS, Role
from referral.demonstration.plan import File, Loop
from referral.demonstration.stage import Stage
from referral.disclosure import FAMILY_SERVICES, is_child
from referral.guardians import Relation, Standing
from referral.models import Case, Guardian
from referral.services import guardians

SAFE = "Rencontrée deux fois, la famille veut le retour à l’école. L’enfant parle d’elle sans crainte."
DOUBT = "L’enfant a peur de lui être rendu, et une voisine confirme ce qu’il raconte."


def meet(stage: Stage, case_pk: UUID, file: File) -> None:
    """Two people have found the mother safe where she is to agree for the child; of a daara the master is suspected."""
    case = Case.objects.select_related("person").get(pk=case_pk)
    if not is_child(case.person.age_status):
        return
    if file.profile == "daara":
        master = _add(stage, case, file, Relation.MASTER, "Serigne Demba Thioub")
        _propose(stage, file, master, Standing.SUSPECTED, DOUBT)
    mother = _add(stage, case, file, Relation.MOTHER, "Ndeye Coumba Thioub")
    if any(_agrees(stage, loop) for top in file.loops for loop in top.all()):
        _trust(stage, case, file, mother)


def _agrees(stage: Stage, loop: Loop) -> bool:
    """Is somebody needed who may agree for the child: where no ground of child protection carries the referral?"""
    child_protection = stage.organisations[loop.to].kind in CHILD_PROTECTION_KINDS
    return loop.service in FAMILY_SERVICES or not child_protection


def safe_beside(case_pk: UUID) -> UUID | None:
    """Who may agree for the child."""
    return (
        Guardian.objects.filter(case=case_pk, standing=Standing.ASSESSED_SAFE)
        .values_list("pk", flat=True)
        .first()
    )


def _add(stage: Stage, case: Case, file: File, relation: Relation, name: str) -> Guardian:
    with stage.acting(file.owner) as by:
        said = guardians.Particulars(relation=relation, name=name)
        return guardians.add_guardian(case.pk, by=by, at=stage.at, said=said)


def _trust(stage: Stage, case: Case, file: File, guardian: Guardian) -> None:
    """By another supervisor of the organisation, else by one of the national unit (design §2)."""
    asked = _propose(stage, file, guardian, Standing.ASSESSED_SAFE, SAFE)
    unit = stage.holders(stage.organisations["unit"].pk, Role.SUPERVISOR)
    with stage.acting([*stage.other_supervisors(case), *unit][0]) as by:
        guardians.decide_standing(
            asked.pk, by=by, at=stage.at, version=asked.version, standing=Standing.ASSESSED_SAFE, reason=SAFE
        )


def _propose(stage: Stage, file: File, guardian: Guardian, standing: Standing, reason: str) -> Guardian:
    with stage.acting(file.owner) as by:
        return guardians.propose_standing(
            guardian.pk, by=by, at=stage.at, version=guardian.version, standing=standing, reason=reason
        )
