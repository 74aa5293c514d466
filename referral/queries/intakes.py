"""Intakes that somebody has begun and not finished: their times, nothing of what was said."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from partners.actor import Actor
from referral.models import Case, Draft

#: The form under which `Draft` keeps what was answered; each half-typed page is a draft of its own beside it.
FORM = "guided"


@dataclass(frozen=True)
class Begun:
    about: UUID
    saved_at: datetime
    until: datetime


def begun_by(actor: Actor, at: datetime) -> list[Begun]:
    """The newest first."""
    found = Draft.objects.filter(user_id=actor.id, form__startswith=FORM, until__gt=at)
    rows = found.values_list("about").annotate(saved_at=Max("saved_at"), until=Max("until"))
    return [Begun(*row) for row in rows.order_by("-saved_at")]


def half_typed(actor: Actor, about: UUID, at: datetime) -> frozenset[str]:
    """Topics whose page was begun and not sent."""
    found = Draft.objects.filter(user_id=actor.id, about=about, form__startswith=f"{FORM}_", until__gt=at)
    return frozenset(form.removeprefix(f"{FORM}_") for form in found.values_list("form", flat=True))


def next_need(case: Case) -> str:
    """Of what was needed first, the first service that nobody was asked for yet; empty where nothing is left."""
    asked = set(case.referrals.values_list("service", flat=True))
    return next((code for code in case.person.first_needs or [] if code not in asked), "")
