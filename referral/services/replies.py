"""A desk answers by text message. Numbers can be forged: the answer is provisional, like one given by telephone."""

import hashlib
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from audit.rows import write
from referral import escalation, notices, sms
from referral.enums import UNANSWERED, Channel, DeliveryState, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Delivery, Notice, Referral, SmsReply, Task
from referral.services import telephone
from referral.sms import SmsAnswer

#: A code is taken for this long after its message left.
LIFE = timedelta(hours=48)
#: So many wrong codes of one number in an hour, and nothing of it is taken any more.
MOST_WRONG, WRONG_FOR = 5, 3600


def receive_reply(sender: str, text: str, *, at: datetime) -> bool:
    """Takes the answer of a desk, once for each notice. False, and an event, when it is none of ours.

    Args:
        sender: the number as the gateway says it; compared, never believed.
    """
    found = sms.read_answer(text)
    guesses = f"sms:{hashlib.sha256(sms.dialled(sender).encode()).hexdigest()}"
    if found is None or cache.get(guesses, 0) >= MOST_WRONG:
        return _refused("UNREADABLE" if found is None else "TOO_MANY_CODES")
    answer, code = found
    with transaction.atomic():
        notice = _asked(sender, code, at)
        if notice is not None:
            SmsReply.objects.create(notice=notice, answer=answer.name.lower(), received_at=at)
            _act(notice, answer, at)
            return True
    cache.add(guesses, 0, WRONG_FOR)
    cache.incr(guesses)
    return _refused("WRONG_CODE")


def _refused(reason_code: str) -> bool:
    audit.deny("denied", "referral.smsreply", None, reason_code=reason_code)
    return False


def _asked(sender: str, code: str, at: datetime) -> Notice | None:
    """The notice that this code belongs to, sent to this number lately and not answered yet."""
    sent = Delivery.objects.filter(
        channel=Channel.SMS,
        state=DeliveryState.SENT,
        ended_at__gt=at - LIFE,
        notice__object_type="referral",
        notice__reply=None,
    ).select_related("notice__user")
    for delivery in sent:
        notice = delivery.notice
        if sms.dialled(notice.user.telephone) == sms.dialled(sender) and sms.is_code_of(notice.pk, code):
            locked = Notice.objects.select_for_update(of=("self",)).select_related("user").get(pk=notice.pk)
            return None if SmsReply.objects.filter(notice=locked).exists() else locked
    return None


def _act(notice: Notice, answer: SmsAnswer, at: datetime) -> None:
    referral = (
        Referral.objects.select_for_update(of=("self",)).select_related("case").get(pk=notice.object_id)
    )
    if referral.state not in UNANSWERED:
        return
    said_by = _("text message from the desk")
    if answer != SmsAnswer.CALL:
        try:
            with transaction.atomic():
                telephone.take_answer(
                    referral,
                    by=None,
                    recorded_by=notice.user_id,
                    at=at,
                    yes=answer == SmsAnswer.YES,
                    said_by=said_by,
                    said_at=at,
                )
            notices.tell([referral.case.owner], referral, at=at, due_at=referral.due_at)
            return
        except NotPossible:
            pass  # full by its own count: a person has to talk to a person
    _ask_to_call(referral, at)


def _ask_to_call(referral: Referral, at: datetime) -> None:
    task = Task(
        kind=TaskKind.CALL_DESK,
        case=referral.case,
        referral=referral,
        organisation_id=referral.referring_organisation_id,
        owner_id=referral.case.owner_id,
        made_at=at,
        due_at=at + escalation.CALL_FIRST,
    )
    write(task, case_id=referral.case_id, referral_id=referral.pk)
    notices.tell([referral.case.owner], task, at=at, due_at=task.due_at)
