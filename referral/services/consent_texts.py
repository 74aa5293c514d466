"""National coordination edits what is read aloud, and says that it is good. Talks name their version."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from referral.lifecycle import NotPossible
from referral.models import ConsentText
from referral.services.reading import require_seat
from referral.services.steps import NotVisible, StaleForm
from referral.talks import PARTS


def require_coordination(by: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    require_seat(by, Role.COORDINATOR, reason_code="NOT_ALLOWED_CONSENT_TEXTS")


def change_text(pk: UUID, *, by: Actor, version: int, parts: Mapping[str, str]) -> ConsentText:
    """What is changed is to be validated again.

    Args:
        parts: by their names in `referral.talks.PARTS`; others are left as they are.

    Raises:
        NotAllowed, NotVisible, StaleForm.
    """
    require_coordination(by)
    with transaction.atomic():
        text = _locked(pk, version)
        changed = [name for name in PARTS if name in parts and getattr(text, name) != parts[name]]
        if changed:
            for name in changed:
                setattr(text, name, parts[name])
            text.validated_by = text.validated_at = None
            write(text, fields=[*changed, "validated_by", "validated_at"])
    return text


def validate_text(pk: UUID, *, by: Actor, at: datetime, version: int) -> ConsentText:
    """Raises NotAllowed, NotVisible, StaleForm, NotPossible."""
    require_coordination(by)
    with transaction.atomic():
        text = _locked(pk, version)
        if text.validated_at is not None:
            raise NotPossible([_("This text is validated already.")])
        text.validated_by_id, text.validated_at = by.id, at
        write(text, fields=["validated_by", "validated_at"], reason_code="VALIDATED")
    return text


def _locked(pk: UUID, version: int) -> ConsentText:
    text = ConsentText.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if text is None:
        raise NotVisible
    if text.version != version:
        raise StaleForm
    return text
