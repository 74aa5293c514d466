"""Half-typed forms, sealed for their author alone, for 7 days. Never in the session (design §5)."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from crypto import keyring
from crypto.errors import KeyDestroyed
from crypto.scopes import Scope, ScopeKind
from partners.actor import Actor
from partners.models import User
from referral.deadlines import DRAFT
from referral.models import Draft

NEW = UUID(int=0)


def save_draft(*, by: Actor, at: datetime, form: str, about: UUID, values: dict[str, Any]) -> Draft:
    """Keeps what was typed; the last save wins."""
    with transaction.atomic():
        # One at a time per person: two first saves of the same form would otherwise collide.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=by.id)
        draft = Draft.objects.filter(user_id=by.id, form=form, about=about).first()
        draft = draft or Draft(id=uuid4(), user_id=by.id, form=form, about=about)
        draft.payload, draft.saved_at, draft.until = values, at, at + DRAFT
        draft.save()
    return draft


def load_draft(*, by: Actor, at: datetime, form: str, about: UUID) -> dict[str, Any] | None:
    """What this person typed into this form and did not send, or None."""
    draft = Draft.objects.filter(user_id=by.id, form=form, about=about, until__gt=at).first()
    if draft is None:
        return None
    try:
        values: dict[str, Any] = draft.payload
    except KeyDestroyed:  # thrown away in another tab a moment ago
        return None
    return values


def drop_draft(*, by: Actor, form: str, about: UUID) -> None:
    """Sent, or thrown away: the draft's key goes with it."""
    with transaction.atomic():
        for draft in Draft.objects.select_for_update().filter(user_id=by.id, form=form, about=about):
            discard(draft)


def discard(draft: Draft) -> None:
    """The draft with its key: what it held cannot be read in any copy."""
    keyring.current().destroy_scope(Scope(ScopeKind.DRAFT, draft.pk))
    draft.delete()
