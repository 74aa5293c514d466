"""A mail that says only that something waits: not what, not about whom, not where."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from audit.work import defer
from partners.models import User

NUDGE = "referral.nudge"


def nudge(people: Iterable[User]) -> None:
    """Asks for the mails in the caller's transaction; each person hears once."""
    for pk in {user.pk for user in people}:
        defer(NUDGE, user=pk)


def send_nudge(pk: UUID) -> None:
    """Raises SMTPException, OSError."""
    user = User.objects.get(pk=pk)
    if not user.is_active:
        return
    with translation.override(user.language):
        subject = _("%(site)s: action required") % {"site": settings.RELAIS_SITE_NAME}
        body = render_to_string("mail/waits.txt", {"origin": settings.RELAIS_ORIGIN})
    EmailMessage(subject, body, to=[user.email]).send()
