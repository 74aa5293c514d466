"""Who is told? A reference, "action requise" and a deadline: nothing else, on screen or by mail (design §7.9)."""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from partners.actor import Actor
from partners.enums import Role
from partners.models import User
from partners.queries import active_people
from referral.models import Case, Notice, Referral, Task
from referral.references import new_reference

logger = logging.getLogger(__name__)


def desk_of(organisation_id: UUID) -> list[User]:
    """Who answers for the inbox: the focal points, the supervisors where there is none."""
    return list(active_people(organisation_id, [Role.FOCAL_POINT])) or list(
        active_people(organisation_id, [Role.SUPERVISOR])
    )


def supervisors_of(organisation_id: UUID) -> list[User]:
    return list(active_people(organisation_id, [Role.SUPERVISOR]))


def ask_second_person(task: Task, *, by: Actor, at: datetime) -> None:
    """Tells those who may decide what `by` asked for; outside the case's organisation its reference stays unknown."""
    inside = task.organisation_id == task.case.organisation_id
    others = [user for user in supervisors_of(task.organisation_id) if user.pk != by.id]
    tell(others, task.case, at=at, due_at=task.due_at, reference=None if inside else new_reference())


def tell(
    users: Iterable[User | None],
    about: Case | Referral,
    *,
    at: datetime,
    due_at: datetime | None,
    action_needed: bool = True,
    reference: str | None = None,
) -> None:
    """Writes the notices in this transaction; the mails leave when it commits."""
    object_type = "case" if isinstance(about, Case) else "referral"
    for user in {user for user in users if user is not None and user.is_active}:
        notice = Notice.objects.create(
            user=user,
            reference=reference or about.reference,
            object_type=object_type,
            object_id=about.pk,
            action_needed=action_needed,
            due_at=due_at,
            made_at=at,
        )
        transaction.on_commit(partial(_mail, notice))


def _mail(notice: Notice) -> None:
    with translation.override(notice.user.language):
        subject = _("%(site)s: %(reference)s") % {
            "site": settings.RELAIS_SITE_NAME,
            "reference": notice.reference,
        }
        body = render_to_string("mail/notice.txt", {"notice": notice, "origin": settings.RELAIS_ORIGIN})
        try:
            EmailMessage(subject, body, to=[notice.user.email]).send()
        except (SMTPException, OSError):
            # The notice stands on the person's page; a mail server that is away must not undo the act.
            logger.warning("mail not sent", extra={"event": "notice_mail_failed"})
        else:
            Notice.objects.filter(pk=notice.pk).update(mailed_at=notice.made_at)


def mark_read(notices: QuerySet[Notice], *, at: datetime) -> None:
    """The first reading counts."""
    notices.filter(read_at=None).update(read_at=at)
