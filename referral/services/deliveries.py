"""A notice leaves, at least once: what is sent twice has one Message-ID or key, of which the other end shows one."""

import logging
from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from partners.enums import Role
from partners.queries import holders, who_answer
from referral import audiences, sms
from referral.enums import UNANSWERED, Channel, DeliveryState
from referral.gateway import GatewayFailed, gateway
from referral.models import Delivery, Notice, Referral

logger = logging.getLogger(__name__)

#: After so many in vain a notice has reached nobody, and stands where that is looked for.
ATTEMPTS = 14


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
        if delivery.notice.read_at is not None:
            delivery.state = DeliveryState.MOOT
        else:
            (_text if delivery.channel == Channel.SMS else _mail)(delivery.notice)
            delivery.state = DeliveryState.SENT
        delivery.ended_at = at
        delivery.save(update_fields=["state", "ended_at"])


def give_up(pk: int, *, at: datetime) -> None:
    """After the last attempt: the notice stands on the person's page, and the failure where it is looked for."""
    Delivery.objects.filter(pk=pk, state=DeliveryState.WAITING).update(
        state=DeliveryState.FAILED, ended_at=at
    )


class NotAllSent(OSError):
    """Of the mails of the day. Says how many only: what a mail server answers names the address."""


def deliver_digests(*, at: datetime) -> None:
    """The one mail of the day, of what is for information and has not left: also for those who have chosen since then
    to be told at once. Whom the mail does not reach keeps nobody else waiting.

    Raises:
        NotAllSent: the job tries again.
    """
    waiting = Delivery.objects.filter(
        state=DeliveryState.WAITING, channel=Channel.EMAIL, notice__action_needed=False
    )
    failed = 0
    for user in waiting.values_list("notice__user", flat=True).distinct().order_by():
        mine = waiting.filter(notice__user=user)
        mine.update(attempts=F("attempts") + 1)
        try:
            _deliver_digest(mine, at)
        except (SMTPException, OSError):
            failed += 1
            logger.warning("mail of the day not sent", extra={"event": "notice_mail_failed"})
            for pk in mine.filter(attempts__gte=ATTEMPTS).values_list("pk", flat=True):
                give_up(pk, at=at)
    if failed:
        raise NotAllSent(f"{failed} mails of the day were not sent.")


def _deliver_digest(waiting: QuerySet[Delivery], at: datetime) -> None:
    with transaction.atomic():
        mine = list(
            waiting.select_for_update(of=("self",)).select_related("notice__user").order_by("made_at")
        )
        unread = [delivery.notice for delivery in mine if delivery.notice.read_at is None]
        if unread:
            _digest(unread)
        for delivery in mine:
            read = delivery.notice.read_at is not None
            delivery.state = DeliveryState.MOOT if read else DeliveryState.SENT
            delivery.ended_at = at
            delivery.save(update_fields=["state", "ended_at"])


def tell_of_losses() -> None:
    """That the report is not empty, to those who bring back what is lost. Raises SMTPException, OSError."""
    for user in audiences.coordinators():
        with translation.override(user.language):
            subject = _("%(site)s: action required") % {"site": settings.RELAIS_SITE_NAME}
            body = render_to_string("mail/lost.txt", {"origin": settings.RELAIS_ORIGIN})
        EmailMessage(subject, body, to=[user.email]).send()


def tell_of_faults() -> None:
    """That the audit does not hold, or was not verified, to those who look into it. Raises SMTPException, OSError."""
    for user in holders([Role.AUDITOR, Role.ADMINISTRATOR]):
        with translation.override(user.language):
            subject = _("%(site)s: action required") % {"site": settings.RELAIS_SITE_NAME}
            body = render_to_string("mail/proof.txt", {"origin": settings.RELAIS_ORIGIN})
        EmailMessage(subject, body, to=[user.email]).send()


def _mail(notice: Notice) -> None:
    with translation.override(notice.user.language):
        subject = _("%(site)s: %(reference)s") % {
            "site": settings.RELAIS_SITE_NAME,
            "reference": notice.reference,
        }
        body = render_to_string("mail/notice.txt", {"notice": notice, "origin": settings.RELAIS_ORIGIN})
    _send(notice, subject, body)


def _digest(notices: Sequence[Notice]) -> None:
    with translation.override(notices[0].user.language):
        subject = _("%(site)s: notices of the day") % {"site": settings.RELAIS_SITE_NAME}
        body = render_to_string("mail/digest.txt", {"notices": notices, "origin": settings.RELAIS_ORIGIN})
    _send(notices[0], subject, body)


def _send(notice: Notice, subject: str, body: str) -> None:
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message_id = f"<{notice.pk}@{sender.rpartition('@')[2]}>"
    EmailMessage(subject, body, to=[notice.user.email], headers={"Message-ID": message_id}).send()


def _text(notice: Notice) -> None:
    """Where the desk is asked for its first answer, with the code by which it may give one."""
    way = gateway()
    if way is None:
        raise GatewayFailed("There is no gateway any more.")
    asked = (
        notice.object_type == "referral"
        and Referral.objects.filter(
            pk=notice.object_id,
            state__in=sorted(UNANSWERED),
            receiving_organisation_id=notice.user.organisation_id,
            # What was said by text or telephone is confirmed or changed here, else each answer would ask for one more.
            telephone_answers=None,
        ).exists()
        and who_answer(notice.user.organisation_id).filter(pk=notice.user_id).exists()
    )
    with translation.override(notice.user.language):
        text = sms.text_of(
            settings.RELAIS_SITE_NAME,
            notice.reference,
            notice.due_at,
            sms.code_of(notice.pk) if asked and settings.RELAIS_GATEWAY_ANSWER_TOKEN else "",
        )
    way.send(to=f"+{sms.dialled(notice.user.telephone)}", text=text, key=str(notice.pk))
