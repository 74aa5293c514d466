"""A desk answers by text message. Numbers can be forged: the answer is provisional, like one given by telephone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from audit.rows import write
from partners.models import User
from partners.queries import who_answer
from referral import escalation, notices, sms
from referral.enums import UNANSWERED, Channel, DeliveryState, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Delivery, Notice, Referral, SmsReply, Task
from referral.services import sms_counts, telephone, wrong_codes
from referral.sms import SmsAnswer

#: A code is taken for this long after its message left.
LIFE = timedelta(hours=48)


def receive_reply(sender: str, text: str, *, at: datetime) -> bool:
    """Takes an evening count, or the answer of a desk once for each notice. False, and an event, for anything else.

    Args:
        sender: the number as the gateway says it; compared, never believed.
    """
    if sms.is_headcount(text):
        return sms_counts.receive_count(sender, text, at=at)
    found = sms.read_answer(text)
    if found is None:
        return _refused("UNREADABLE")
    answer, code = found
    with transaction.atomic():
        number = sms.digest_of(sender)
        tried = wrong_codes.may_try(number, at=at)
        notice = _asked(sender, code, at) if tried else None
        if notice is not None:
            wrong_codes.forgive(number)
            SmsReply.objects.create(notice=notice, answer=answer.name.lower(), received_at=at)
            _act(notice, answer, at)
            return True
    return _refused("WRONG_CODE" if tried else "TOO_MANY_CODES")


def _refused(reason_code: str) -> bool:
    audit.deny("denied", "referral.smsreply", None, reason_code=reason_code)
    return False


def _asked(sender: str, code: str, at: datetime) -> Notice | None:
    """The notice that this code belongs to, sent to this number lately and not answered yet.

    Only while the number is that of somebody who answers for this desk: a telephone outlives the seat of its owner.
    """
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
            locked = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
            # The lock that closing an account and ending a role take: neither happens between this look and the answer.
            User.objects.select_for_update(of=("self",), no_key=True).get(pk=notice.user_id)
            answered = SmsReply.objects.filter(notice=locked).exists()
            return locked if not answered and _sits_at_desk(locked) else None
    return None


def _sits_at_desk(notice: Notice) -> bool:
    receiver = Referral.objects.values_list("receiving_organisation_id", flat=True).get(pk=notice.object_id)
    return who_answer(receiver).filter(pk=notice.user_id).exists()


def _act(notice: Notice, answer: SmsAnswer, at: datetime) -> None:
    referral = (
        Referral.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case")
        .get(pk=notice.object_id)
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
