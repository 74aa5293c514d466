"""What stands in the way of an end, each with the page on which it is dealt with."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.actor import Actor
from partners.enums import CodeList
from partners.queries import code_label
from referral.enums import TERMINAL
from referral.models import Case, Task
from referral.queries.course import open_transfer_of
from referral.queries.facts import title_live
from referral.references import spoken
from referral.views.course_shown import request_words, withdraw_url


def of_requests(actor: Actor, case: Case, asked: Iterable[Task]) -> list[dict[str, str]]:
    """What waits for a second person already, for who may take it back."""
    found = [{"url": withdraw_url(actor, case, task), "label": request_words(task)} for task in asked]
    return [way for way in found if way["url"]]


def of_closing(case: Case, at: datetime) -> list[dict[str, str]]:
    """Words and addresses; empty when nothing stands in the way."""
    found = [
        {
            "url": reverse("referral", args=[referral.pk]),
            "label": _("Referral %(reference)s, %(service)s: %(status)s")
            % {
                "reference": spoken(referral.reference),
                "service": code_label(CodeList.SERVICE, referral.service).lower(),
                "status": referral.get_state_display(),
            },
        }
        for referral in case.referrals.exclude(state__in=sorted(TERMINAL)).order_by("seq")
    ]
    if title_live(case, at):
        found.append(
            {
                "url": reverse("title", args=[case.pk]),
                "label": _("The custody title of the child: record its lifting"),
            }
        )
    if (transfer := open_transfer_of(case)) is not None:
        found.append(
            {
                "url": reverse("transfer", args=[transfer.pk]),
                "label": _("The transfer to %(organisation)s")
                % {"organisation": transfer.receiving_organisation},
            }
        )
    return found
