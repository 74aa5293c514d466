"""Between the two sides: coded questions and answers before acceptance, words after it."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from partners.enums import CodeList
from partners.queries import code_label
from referral import lifecycle
from referral.enums import Action, MessageKind
from referral.forms.messages import AnswerForm, CodedMessageForm, TextMessageForm
from referral.models import Referral
from referral.services import sending
from referral.services.messages import write_message
from referral.views.confirming import Page, confirm, posted, to_referral
from referral.views.door import ActingRequest, now


def answer(request: ActingRequest, referral: Referral) -> HttpResponse:
    asked = [
        (message.code, code_label(CodeList.QUESTION, message.code))
        for message in referral.messages.filter(
            kind=MessageKind.QUESTION, written_at__gte=referral.info_requested_at or referral.created_at
        ).order_by("written_at", "code")
        if message.from_organisation_id == referral.receiving_organisation_id
    ]
    form = AnswerForm(posted(request), version=referral.version, asked=list(dict(asked).items()))

    def act(cleaned: dict[str, Any]) -> str:
        sending.answer(
            referral.pk, by=request.actor, at=now(), version=cleaned["version"], codes=form.codes()
        )
        return to_referral(referral)

    page = Page(
        title=_("Answer the desk"),
        text=_("In codes only. What you corrected in the file since sending goes with the answer."),
        submit=_("Send the answers"),
        done=_("Answers sent. The desk's clock runs again."),
    )
    return confirm(request, referral, Action.ANSWER, form, act, page)


def write(request: ActingRequest, referral: Referral) -> HttpResponse:
    words_open = MessageKind.TEXT in lifecycle.message_kinds(referral.state)
    form = TextMessageForm(posted(request)) if words_open else CodedMessageForm(posted(request))

    def act(cleaned: dict[str, Any]) -> str:
        write_message(referral.pk, by=request.actor, at=now(), **form.message())
        return to_referral(referral)

    page = Page(
        title=_("Write to the other side"),
        text=_("As little as you can: no name, no address.")
        if words_open
        else _("Before acceptance, codes only. Words open once the referral is accepted."),
        submit=_("Send the message"),
        done=_("Message sent."),
    )
    return confirm(request, referral, Action.WRITE, form, act, page)
