"""A notice leaves by mail, at least once: what is sent twice has one Message-ID, of which mail programs show one."""

from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from referral.enums import DeliveryState
from referral.models import Delivery, Notice


def deliver(pk: int, *, at: datetime) -> None:
    """Sends what waits; read meanwhile on its page, it need not be sent any more.

    Raises:
        SMTPException, OSError: not sent; the job tries again.
    """
    Delivery.objects.filter(pk=pk, state=DeliveryState.WAITING).update(attempts=F("attempts") + 1)
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("notice__user")
            .filter(pk=pk, state=DeliveryState.WAITING)
            .first()
        )
        if delivery is None:
            return
        if delivery.notice.read_at is None:
            _mail(delivery.notice)
            delivery.state = DeliveryState.SENT
        else:
            delivery.state = DeliveryState.MOOT
        delivery.ended_at = at
        delivery.save(update_fields=["state", "ended_at"])


def give_up(pk: int, *, at: datetime) -> None:
    """After the last attempt: the notice stands on the person's page, and the failure where it is looked for."""
    Delivery.objects.filter(pk=pk, state=DeliveryState.WAITING).update(
        state=DeliveryState.FAILED, ended_at=at
    )


def _mail(notice: Notice) -> None:
    with translation.override(notice.user.language):
        subject = _("%(site)s: %(reference)s") % {
            "site": settings.RELAIS_SITE_NAME,
            "reference": notice.reference,
        }
        body = render_to_string("mail/notice.txt", {"notice": notice, "origin": settings.RELAIS_ORIGIN})
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message_id = f"<{notice.pk}@{sender.rpartition('@')[2]}>"
    EmailMessage(subject, body, to=[notice.user.email], headers={"Message-ID": message_id}).send()
