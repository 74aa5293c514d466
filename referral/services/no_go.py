"""From where a person is kept away: written down with the person, and read by whoever refers. An audited look."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit import sitting
from audit.rows import write
from partners.actor import Actor
from referral.avoiding import Avoided, stored
from referral.enums import CaseAct
from referral.models import Case, NoGoList
from referral.queries.no_go import avoided_of
from referral.services import steps
from referral.services.place_calls import end_offers_avoided


def read_list(by: Actor, case: Case) -> tuple[Avoided, ...]:
    """What is on the list, for the people of the file: a look. Raises NotAllowed."""
    steps.permit_case(by, CaseAct.KEEP_AWAY, case)
    if (found := list_of(case)) is not None:
        audit.look("view", found, case_id=case.pk, fields=["entries"])
    return avoided_of(case)


def list_of(case: Case) -> NoGoList | None:
    found: NoGoList | None = getattr(case, "no_go", None)
    return found


def keep_away(pk: UUID, *, by: Actor, version: int, entries: Iterable[Avoided]) -> NoGoList | None:
    """From now on nothing is sent to those on the list, and nobody on it learns so.

    Args:
        version: of the list that was shown; 0 where there was none.
        entries: all that is to stand on it.

    Raises:
        NotVisible, NotAllowed, NotPossible, StaleForm.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.KEEP_AWAY, case)
        found = NoGoList.objects.select_for_update(of=("self",)).filter(case=case).first()
        if (found.version if found else 0) != version:
            raise steps.StaleForm
        wanted = stored(entries)
        if found is None:
            if not wanted:
                return None
            found = NoGoList(case=case, entries=wanted)
            write(found, case_id=case.pk)
        elif stored(avoided_of(case)) != wanted:
            found.entries = wanted
            write(found, fields=["entries"], case_id=case.pk)
        end_offers_avoided(case, at=sitting.current().at)
    return found


def copy_list(old: Case, new: Case) -> None:
    """Whoever takes a case over keeps the person away from the same: sealed anew, under the key of the new file."""
    if (entries := avoided_of(old)) and (found := list_of(old)) is not None:
        audit.look("view", found, case_id=old.pk, fields=["entries"], scope="transfer")
        write(NoGoList(case=new, entries=stored(entries)), case_id=new.pk)
