"""What a person has asked for, what holds a file, what stands against its erasure, and what that would destroy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from crypto.fields import SealedField
from partners.actor import Actor
from partners.enums import Role
from partners.models import User
from partners.queries import active_people
from referral.enums import TERMINAL, PlacementState, TitleState
from referral.lifecycle import Facts
from referral.models import (
    Case,
    CustodyTitle,
    Draft,
    DrawnFile,
    Erasure,
    LegalGround,
    LegalHold,
    Placement,
    Referral,
    RightsRequest,
    Task,
    Trip,
)
from referral.queries.justice import prosecuted
from referral.queries.visible import visible_cases
from referral.rights import RequestKind


def requests_of(case: Case) -> list[RightsRequest]:
    return list(case.requests.select_related("recorded_by", "answered_by").order_by("-received_at"))


def request_of(actor: Actor, pk: UUID) -> RightsRequest | None:
    """A request of a file that the actor may open, and that is there still."""
    return (
        RightsRequest.objects.select_related("case__organisation", "case__person", "recorded_by")
        .filter(pk=pk, case__erased_at=None, case__in=visible_cases(actor))
        .first()
    )


def holds_on(case: Case) -> list[LegalHold]:
    """Those that stand, one of each side, the oldest first."""
    standing = case.holds.filter(lifted_at=None).select_related(
        "case", "organisation", "set_by__organisation"
    )
    return list(standing.order_by("set_at"))


def held_among(cases: Iterable[UUID]) -> set[UUID]:
    return set(
        LegalHold.objects.filter(case__in=list(cases), lifted_at=None).values_list("case_id", flat=True)
    )


def held_case(actor: Actor, pk: UUID) -> Case | None:
    """A file on which the actor may lay a hold: of the own organisation, or one with a title of the own court."""
    rows = Case.objects.filter(erased_at=None).select_related("organisation", "person", "region", "owner")
    found = visible_cases(actor).filter(pk=pk) | of_court(actor).filter(pk=pk)
    return rows.filter(pk__in=found.values("pk")).first()


def of_court(actor: Actor) -> QuerySet[Case]:
    """Files with a title of the own court, for its registry.

    A hold of the court outlives the title: it can be lifted by nobody else.
    """
    if not actor.has(Role.JUSTICE):
        return Case.objects.none()
    ours = CustodyTitle.objects.filter(court_id=actor.organisation_id).exclude(state=TitleState.LIFTED)
    held = LegalHold.objects.filter(organisation_id=actor.organisation_id, lifted_at=None)
    return Case.objects.filter(Q(pk__in=ours.values("case")) | Q(pk__in=held.values("case")), erased_at=None)


def erasure_of(case: Case) -> Erasure | None:
    """The one that waits for its decision."""
    return case.erasures.filter(done_at=None, refused_at=None).select_related("asked_by", "first_by").first()


def done_erasure_of(case: Case) -> Erasure | None:
    people = ("asked_by__organisation", "first_by__organisation", "second_by__organisation")
    return case.erasures.exclude(done_at=None).select_related(*people).first()


def erasable_case(actor: Actor, pk: UUID) -> Case | None:
    """A file of one's own; for a second person of the national unit, one that somebody asks to erase."""
    rows = Case.objects.filter(erased_at=None).select_related("organisation", "person", "region", "owner")
    own = rows.filter(pk__in=visible_cases(actor).filter(pk=pk).values("pk")).first()
    if own is not None or not (actor.national_unit and actor.has(Role.SUPERVISOR, Role.COORDINATOR)):
        return own
    open_erasures = Erasure.objects.filter(case=pk, done_at=None, refused_at=None)
    return rows.filter(pk__in=open_erasures.values("case")).first()


def erasure_facts(case: Case, at: datetime) -> Facts:
    """What the guards of archiving ask; a request to be erased does not stand in its own way."""
    return Facts(
        at=at,
        open_referrals=case.referrals.exclude(state__in=sorted(TERMINAL)).count(),
        lodged=Placement.objects.filter(referral__case=case, state=PlacementState.OCCUPIED).exists(),
        # What nobody lifted in an open file has no force after its end.
        title_live=case.titles.filter(state__in=[TitleState.REQUISITION, TitleState.OGP])
        .exclude(ends_at__lte=at)
        .exists(),
        prosecuted=prosecuted(case, timezone.localdate(at)),
        on_hold=case.holds.filter(lifted_at=None).exists(),
        open_requests=case.requests.filter(answered_at=None).exclude(kind=RequestKind.ERASURE).count(),
    )


def own_approvers(case: Case, *others: UUID | None) -> QuerySet[User]:
    """Supervisors of the case's organisation apart from those who have had their say."""
    taken = [pk for pk in others if pk is not None]
    return active_people(case.organisation_id, [Role.SUPERVISOR]).exclude(pk__in=taken)


@dataclass(frozen=True)
class Lot:
    """Rows of one kind that an erasure makes unreadable, and their former versions."""

    model: type[Model]
    rows: int
    versions: int


def lots(case: Case) -> list[Lot]:
    """Whatever lies under the keys of this case, of every kind that has sealed fields."""
    found = []
    for model in _with_sealed_fields():
        rows = model._default_manager.filter(case_id=case.pk)
        one: Any = rows.first()
        if one is not None and one.key_scope().case_id == case.pk:
            count, history = rows.count(), getattr(model, "history", None)
            versions = history.filter(case_id=case.pk).count() if history is not None else count
            found.append(Lot(model, count, versions - count))
    return found


def _with_sealed_fields() -> Iterator[type[Model]]:
    for label in settings.RELAIS_APPS:
        for model in apps.get_app_config(label).get_models():
            fields = model._meta.concrete_fields
            if hasattr(model, "instance_type") or "case_id" not in {field.attname for field in fields}:
                continue
            if hasattr(model, "key_scope") and any(isinstance(field, SealedField) for field in fields):
                yield model


def drafts_about(case: Case) -> QuerySet[Draft]:
    """Half-typed pages about the file, whoever typed them."""
    about: set[UUID] = {case.pk}
    for model in (Referral, Task, Trip, LegalGround, CustodyTitle, RightsRequest, DrawnFile):
        about |= set(model.objects.filter(case_id=case.pk).values_list("pk", flat=True))
    return Draft.objects.filter(about__in=about)
