"""One boy, met in Dakar and again in Ziguinchor: two files of two organisations, which coordination is to compare."""

from datetime import timedelta

from partners.enums import Sex
from referral.demonstration.stage import Stage
from referral.enums import AgeStatus
from referral.models import Case
from referral.services import cases, duplicates
from referral.services.matching import identity_of

#: Who opened which of the two.
DAKAR, ZIGUINCHOR = "mamadou.ba", "agnes.coly"
FOUND_AGO = timedelta(days=1)
#: In Ziguinchor his age was estimated again.
OLDER = timedelta(days=200)


def same_boy(stage: Stage) -> None:
    ours, theirs = (_first_boy(stage, owner) for owner in (DAKAR, ZIGUINCHOR))
    with stage.unattended():
        boy = identity_of(ours.person)
    told = {"family_name": boy.family_name, "given_names": boy.given_names, "nationality": boy.nationality}
    born = boy.birth_date - OLDER if boy.birth_date else None
    with stage.acting(ZIGUINCHOR) as by:
        version = theirs.person.version
        cases.correct_person(
            theirs.pk, by=by, at=stage.at, version=version, values=told | {"birth_date": born}
        )
    with stage.unattended():
        duplicates.look_across(theirs.pk, at=stage.at)


def _first_boy(stage: Stage, owner: str) -> Case:
    boys = Case.objects.filter(person__sex=Sex.MALE, person__age_status=AgeStatus.CHILD, closed_at=None)
    return boys.filter(owner=stage.people[owner]).select_related("person").earliest("opened_at")
