"""Case conferences: what each organisation may hear is what consent or a ground lets it know (design §5)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from referral.enums import CaseAct, TaskKind
from referral.lifecycle import NotPossible
from referral.models import CaseConference, Task
from referral.queries.conferences import hearing_of
from referral.services import steps


def record_conference(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    held_at: datetime,
    organisations: Sequence[UUID],
    view: str,
    attendance: str = "",
    record: str = "",
    decision: str = "",
    decision_due: datetime | None = None,
) -> CaseConference:
    """Writes down who sat together, what the person wished and what was decided.

    Args:
        held_at: when it was held; it may be written up later.
        view: what the person wishes, asked before.
        decision: becomes a task of the case owner, due at `decision_due`.

    Raises:
        NotVisible, NotAllowed, NotPossible: an organisation that may know nothing of this person took part.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.CONFER, case)
        allowed = {hearing.organisation.pk: hearing.groups for hearing in hearing_of(case, at)}
        if not set(organisations) <= allowed.keys():
            steps.refuse(case, "NOT_POSSIBLE_CONFERENCE")
            raise NotPossible([_("Nothing allows one of these organisations to hear about this person.")])
        conference = CaseConference(
            case=case,
            held_at=held_at,
            organisations=list(organisations),
            heard={str(each): allowed[each] for each in organisations},
            attendance=attendance or None,
            view=view,
            record=record or None,
            written_by_id=by.id,
            written_at=at,
        )
        write(conference, case_id=case.pk)
        if decision and decision_due is not None:
            task = Task(
                kind=TaskKind.DECISION,
                case=case,
                organisation_id=case.organisation_id,
                owner_id=case.owner_id,
                made_at=at,
                due_at=decision_due,
                note=decision,
            )
            write(task, case_id=case.pk)
    return conference
