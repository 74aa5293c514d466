"""Looks at sealed data: permitted, opened and written down in one place. No event, no data shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from audit import services as audit
from crypto import keyring
from partners.actor import Actor
from referral import disclosure, policy
from referral.enums import CaseAct, Level
from referral.models import Case, CustodyTitle, Person, Preview, Referral, SafetyExtract, Snapshot
from referral.policy import NotAllowed, Tie
from referral.queries import basis_live, tie
from referral.services import steps


def level_of(actor: Actor, referral: Referral, at: datetime, standing: Tie | None = None) -> Level:
    """What the actor may read of this referral now."""
    standing = standing or tie(actor, referral)
    asked = referral.state in disclosure.SNAPSHOT_STATES and actor.organisation_id == referral.receiving_organisation_id
    return disclosure.level(
        actor, referral, case_granted=standing.case_granted, basis_live=basis_live(referral, at) if asked else False
    )


def open_case_page(actor: Actor, case: Case) -> None:
    """Opening the file is a look. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.READ, case)
    audit.look("view", case, case_id=case.pk)


def reveal(actor: Actor, case: Case, names: Sequence[str]) -> dict[str, Any]:
    """The secret fields asked for, opened. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.REVEAL, case)
    person = Person.objects.get(case=case)
    with keyring.current().revealing(person):
        values = {name: getattr(person, name) for name in names}
    audit.look("reveal", person, case_id=case.pk, fields=names)
    return values


def read_preview(actor: Actor, referral: Referral, level: Level) -> Preview | None:
    """The coded preview, for whoever may read at least that."""
    if level in (Level.NONE, Level.CODES):
        return None
    audit.look("preview", referral, case_id=referral.case_id, referral_id=referral.pk)
    return Preview.objects.select_related("region").get(referral=referral)


def read_snapshot(actor: Actor, referral: Referral, at: datetime) -> Snapshot:
    """What was shared, newest version, opened. Raises NotAllowed when the level does not reach that far."""
    if level_of(actor, referral, at) != Level.SNAPSHOT:
        steps.refuse(referral, "NOT_ALLOWED_SNAPSHOT")
        raise NotAllowed("snapshot")
    snapshot = referral.snapshots.order_by("-number").first()
    assert snapshot is not None  # sealed at `send`; a level of SNAPSHOT comes after it
    audit.look("reveal", snapshot, case_id=referral.case_id, referral_id=referral.pk, fields=snapshot.groups)
    return snapshot


def read_extract(actor: Actor, referral_pk: UUID, at: datetime) -> SafetyExtract:
    """The safety extract of a referral that has ended while the person is still lodged. Raises NotVisible."""
    extract = (
        SafetyExtract.objects.select_related("referral", "referral__worker").filter(referral_id=referral_pk).first()
    )
    if extract is None or not disclosure.extract_open(
        actor, extract.referral, until=extract.until, departed=not lodged(extract.referral), at=at
    ):
        raise steps.NotVisible
    audit.look("reveal", extract, case_id=extract.case_id, referral_id=referral_pk, fields=["payload"])
    return extract


def lodged(referral: Referral) -> bool:
    return referral.placements.filter(state="occupied").exists()


def read_title(actor: Actor, pk: UUID) -> CustodyTitle:
    """A title to confirm, with the child's name as it stands on the order: for its own court only (design §5)."""
    title = CustodyTitle.objects.select_related("case", "court").filter(pk=pk, court_id=actor.organisation_id).first()
    if title is None or not policy.may_case(actor, CaseAct.CONFIRM_TITLE, Tie()):
        raise steps.NotVisible
    audit.look("reveal", title, case_id=title.case_id, fields=["number", "name_on_order"])
    return title
