"""A complaint goes past the worker, the centre, their supervisors and coordination, to one named person.

So that no timeline, no list of looks and no page of supervision can show it, its events are written in nobody's name
and under no file: who acted stands sealed in the event (decision 31).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit import sitting
from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from partners.models import Organisation
from partners.templatetags.interface import telephone
from referral.deadlines import STAND_IN_HEARS
from referral.enums import Clock
from referral.escalation import calls_again
from referral.lifecycle import NotPossible
from referral.models import Complaint, ComplaintDesk, ComplaintStep
from referral.oversight import AFTER, ComplaintState, ComplaintWay
from referral.policy import NotAllowed
from referral.queries.complaints import (
    complaint_desk,
    complaints_of,
    independent_people,
    looks_into_any,
    orphaned,
    overdue,
    who_looks_into,
)
from referral.queries.terms import terms_for
from referral.references import heard, is_reference
from referral.services import steps
from referral.services.nudging import nudge

#: Who names the independent person.
KEEPERS = (Role.ADMINISTRATOR, Role.COORDINATOR)


@contextmanager
def _unnamed(at: datetime) -> Iterator[None]:
    """Whoever acts inside is in no column of an event or of a history row."""
    with sitting.opened(sitting.SYSTEM, at) as here:
        here.unwraps_written = sys.maxsize  # the keys used are counted once, by the request around
        yield
        audit.flush()


def _sealed(by: Actor) -> dict[str, Any]:
    return {"actor": str(by.id)}


def way_out() -> str:
    """How to complain without the form."""
    desk = complaint_desk()
    ways = [telephone(desk.telephone), desk.post] if desk else []
    return " · ".join(filter(None, ways))


def complain(
    *,
    by: Actor,
    at: datetime,
    code: str,
    way: str,
    organisation: Organisation,
    worker: str,
    what: str,
    complainant: str = "",
) -> Complaint:
    """The code is the complainant's. Raises NotPossible where nobody independent is there to look into it."""
    people = who_looks_into(organisation.pk)
    if not people:
        said = way_out()
        raise NotPossible(
            [
                _("Nobody independent is named yet: nothing was kept of what you wrote."),
                _("Complain by telephone or letter: %(way)s") % {"way": said}
                if said
                else _("Ask national coordination by telephone who receives complaints."),
            ]
        )
    if not is_reference(code):
        raise NotPossible([_("There is a slip in this code: look at the sheet again.")])
    if Complaint.objects.filter(code=heard(code)).exists():
        raise NotPossible(_used())
    with _unnamed(at), transaction.atomic():
        complaint = Complaint(
            code=heard(code),
            way=ComplaintWay(way),
            about_organisation=str(organisation.pk),
            about_worker=worker or None,
            what=what,
            complainant=complainant or None,
            handler=people[0],
            stand_in=people[1] if len(people) > 1 else None,
            received_at=at,
            due_at=terms_for(organisation_id=people[0].organisation_id).after(Clock.COMPLAINT, at),
        )
        # Who wrote it is kept only where the complainant wants to be known.
        write(complaint, detail=_sealed(by) if complainant and way == ComplaintWay.OWN else None)
        nudge(people)
    return complaint


def _used() -> list[str | Promise]:
    """Whoever holds the code may know it: by telephone one says no less."""
    said = way_out()
    return [
        _("This code was used already: a complaint has left with it, and nothing was added to it now."),
        _("To ask about it or to add something, call and say the code: %(way)s.") % {"way": said}
        if said
        else _("To ask about it or to add something, call the independent person and say the code."),
        _("For another complaint print a new sheet, or leave the code of the sheet empty."),
    ]


def require_handler(by: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not looks_into_any(by):
        raise steps.NotVisible


def read_complaint(by: Actor, pk: UUID, at: datetime) -> Complaint:
    """With all its words: a look. Raises NotVisible."""
    found = complaints_of(by).filter(pk=pk).select_related("handler", "stand_in").first()
    if found is None:
        raise steps.NotVisible
    with _unnamed(at):
        audit.look("reveal", found, detail=_sealed(by))
    return found


def find_by_code(by: Actor, typed: str) -> Complaint | None:
    """Somebody telephones and says the code."""
    return complaints_of(by).filter(code=heard(typed)).first() if is_reference(typed) else None


def work_on(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    state: str,
    note: str = "",
    answer: str = "",
    due_at: datetime,
) -> Complaint:
    """Raises NotVisible, StaleForm, NotPossible."""
    with transaction.atomic():
        complaint = complaints_of(by).select_for_update(of=("self",)).filter(pk=pk).first()
        if complaint is None:
            raise steps.NotVisible
        if complaint.version != version:
            raise steps.StaleForm
        if state not in AFTER[complaint.state]:
            raise NotPossible([_("This complaint cannot go there from where it stands.")])
        if state == ComplaintState.ANSWERED and not answer:
            raise NotPossible([_("Write what the complainant is told.")])
        with _unnamed(at):
            step = ComplaintStep(
                complaint=complaint, state=state, note=note or None, answer=answer or None, at=at
            )
            write(step, detail=_sealed(by))
            complaint.state, complaint.due_at, complaint.reminded_at = state, due_at, None
            complaint.closed_at = at if state == ComplaintState.CLOSED else None
            changed = ["state", "due_at", "reminded_at", "closed_at"]
            write(complaint, fields=changed, detail=_sealed(by))
    return complaint


def hand_on(at: datetime) -> int:
    """Open complaints whose people have left go to whoever is named by now.

    Gives 0 always: the page of the clock shows the number to administrators, and that there is any is not theirs.
    """
    for complaint in orphaned().select_for_update(of=("self",)):
        people = who_looks_into(UUID(complaint.about_organisation))
        if people:
            complaint.handler = people[0]
            complaint.stand_in = people[1] if len(people) > 1 else None
            write(complaint, fields=["handler", "stand_in"])
            nudge(people)
    return 0


def remind(at: datetime) -> int:
    """The next step is overdue: who looks into it hears each day, in the end who stands in too, and nobody else ever.

    Gives 0 always, as `hand_on`.
    """
    independent = set(independent_people())
    for complaint in overdue(at).select_for_update(of=("self",)):
        due_at = complaint.due_at
        if calls_again(due_at, due_at, complaint.reminded_at, at):
            complaint.reminded_at = at
            write(complaint, fields=["reminded_at"])
            there = [user for user in (complaint.handler, complaint.stand_in) if user in independent]
            nudge(there if at >= due_at + STAND_IN_HEARS else there[:1])
    return 0


# --- Who is named ----------------------------------------------------------------------------------------------
def require_keeper(by: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not by.has(*KEEPERS):
        audit.deny("denied", ComplaintDesk._meta.label_lower, None, reason_code="NOT_ALLOWED_COMPLAINT_DESK")
        raise NotAllowed("complaint_desk")


def name_independent(
    *,
    by: Actor,
    version: int,
    person_id: UUID | None,
    stand_in_id: UUID | None,
    telephone: str,
    post: str,
) -> ComplaintDesk:
    """For complaints that come from now on. Raises NotAllowed, StaleForm, NotPossible."""
    require_keeper(by)
    with transaction.atomic():
        desk = ComplaintDesk.objects.select_for_update().first() or ComplaintDesk()
        if (0 if desk._state.adding else desk.version) != version:
            raise steps.StaleForm
        named = {pk for pk in (person_id, stand_in_id) if pk is not None}
        if independent_people().filter(pk__in=named).count() != len(named):
            raise NotPossible([_("Choose somebody who may be named.")])
        if stand_in_id is not None and (person_id is None or person_id == stand_in_id):
            raise NotPossible([_("Who stands in is somebody else than the independent person.")])
        desk.person_id, desk.stand_in_id, desk.telephone, desk.post = person_id, stand_in_id, telephone, post
        fields = None if desk._state.adding else ["person", "stand_in", "telephone", "post"]
        write(desk, "admin.complaint_desk", fields=fields)
    return desk
