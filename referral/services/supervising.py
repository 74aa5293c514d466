"""Reading who did and saw what: permitted, and itself written down. Nothing is changed here."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from audit import services as audit
from audit.enums import Verb
from audit.models import Event
from crypto import keyring
from partners.actor import Actor
from partners.models import User
from referral import policy
from referral.models import Case
from referral.policy import NotAllowed
from referral.queries import looks, supervised
from referral.queries.supervised import MOST_PRINTED, Asked
from referral.queries.unusual import Rate, findings, rates
from referral.services import steps
from referral.unusual import Finding


def require_watcher(actor: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.watches(actor):
        audit.deny("denied", "audit.event", None, reason_code="NOT_ALLOWED_SUPERVISION")
        raise NotAllowed("supervise")


def list_files(actor: Actor, before: UUID | None = None) -> list[Case]:
    """Files in codes, the newest first. Raises NotAllowed."""
    require_watcher(actor)
    cases = supervised.files_page(actor, before)
    audit.look("list", Case, scope="supervision", detail={"cases": [str(case.pk) for case in cases]})
    return cases


def find_files(actor: Actor, reference: str) -> list[Case]:
    """By the code of a case or referral and nothing else. Raises NotAllowed."""
    require_watcher(actor)
    cases = supervised.files_by_reference(actor, reference)
    mac = keyring.current().provider.index_mac("search", f"code|{reference}".encode())
    audit.look("search", Case, scope=f"code:{mac.hex()}", detail={"found": [str(case.pk) for case in cases]})
    return cases


def open_file(actor: Actor, pk: UUID) -> Case:
    """Whatever is read of it is read through this. Raises NotAllowed, NotVisible."""
    require_watcher(actor)
    case = supervised.supervised_case(actor, pk)
    if case is None:
        raise steps.NotVisible
    return case


def read_timeline(case: Case, asked: Asked, after: UUID | None = None) -> list[Event]:
    """What happened to a file that `open_file` has opened. Reading it is an event."""
    audit.look(Verb.AUDIT_READ, case, case_id=case.pk, scope="timeline")
    return supervised.timeline_page(case, asked, after)


def print_timeline(case: Case, asked: Asked) -> list[Event]:
    audit.look(Verb.PRINT, case, case_id=case.pk, scope="timeline")
    return supervised.timeline_page(case, asked, limit=MOST_PRINTED)


def read_looks_at(
    case: Case, since: date | None, until: date | None, before: UUID | None
) -> tuple[list[looks.Looker], list[Event]]:
    """Who looked at a file that `open_file` has opened: how often, then each look."""
    audit.look(Verb.AUDIT_READ, case, case_id=case.pk, scope="looks")
    found = looks.looks_at_file(case, since, until)
    return looks.lookers(found), looks.page_of(found, before)


def read_lookers(
    actor: Actor, since: date | None, until: date | None, organisation: UUID | None
) -> tuple[list[looks.Looker], list[looks.Looker]]:
    """By person, then by organisation. Raises NotAllowed."""
    require_watcher(actor)
    audit.look(Verb.AUDIT_READ, User, scope="people")
    found = looks.looks(actor, since, until)
    of_house = found.filter(organisation_id=organisation) if organisation else found
    return looks.lookers(of_house), looks.lookers(found, by=("organisation_id",))


def read_person(
    actor: Actor, pk: UUID, since: date | None, until: date | None, before: UUID | None
) -> tuple[User, looks.Looker | None, list[Event]]:
    """What one person looked at. Raises NotAllowed, NotVisible."""
    require_watcher(actor)
    person = looks.looked_after(actor, pk)
    if person is None:
        raise steps.NotVisible
    audit.look(Verb.AUDIT_READ, person, scope="person")
    found = looks.looks(actor, since, until).filter(actor_id=pk)
    counted = looks.lookers(found, by=("actor_id", "organisation_id"))
    return person, counted[0] if counted else None, looks.page_of(found, before)


def read_unusual(actor: Actor, at: datetime) -> tuple[Sequence[Finding], Sequence[Rate]]:
    """What is out of the ordinary, and the rates that two of the rules are reckoned from. Raises NotAllowed."""
    require_watcher(actor)
    audit.look(Verb.AUDIT_READ, User, scope="unusual")
    return findings(actor, at), rates(actor, at)


def read_finding(actor: Actor, key: UUID, at: datetime) -> Finding:
    """Raises NotAllowed, NotVisible."""
    require_watcher(actor)
    found = next((finding for finding in findings(actor, at) if finding.key == key), None)
    if found is None:
        raise steps.NotVisible
    return found
