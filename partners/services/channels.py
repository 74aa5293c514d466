"""How somebody wishes to be told, beside the page itself. Their own choice, kept with its history."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.enums import SmsPace
from partners.models import User
from partners.services.guard import Refusal, locked


@transaction.atomic
def choose_channels(user_id: UUID, version: int, *, telephone: str, mail_pace: str, sms_pace: str) -> User:
    """Raises StaleForm, Refusal."""
    user = locked(User, user_id, version)
    if sms_pace != SmsPace.NEVER and not telephone:
        raise Refusal(_("Text messages need a telephone number."))
    user.telephone, user.mail_pace, user.sms_pace = telephone, mail_pace, sms_pace
    write(user, fields=["telephone", "mail_pace", "sms_pace"])
    return user
