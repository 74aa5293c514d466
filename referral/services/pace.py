"""How much may one person open? So many masked parts and attachments an hour; the supervisors hear who opens far more.

Numbers are all that is counted here: who looked at what, and why, stands in the audit.
"""

from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit import services as audit
from audit.enums import Verb
from partners.actor import Actor
from referral import notices
from referral.models import Case, Reveals
from referral.services import steps

#: What is usual for somebody: the median of the days on which they opened anything, if there are enough of them.
DAYS, ENOUGH_DAYS = timedelta(days=28), 5
#: So many times as much is unusual; less than so many a day never is.
TIMES, LEAST = 3, 10
HOUR = timedelta(hours=1)
#: Scopes of the alert.
LIMIT, BEYOND, UNUSUAL = "reveals.limit", "reveals.beyond", "reveals.unusual"


class TooManyReveals(Exception):
    """The person has opened as much as one may in an hour.

    Attributes:
        until: when the next hour begins.
        may_reach: the contact of one person may still be opened.
    """

    def __init__(self, until: datetime, *, may_reach: bool) -> None:
        self.until, self.may_reach = until, may_reach
        super().__init__("too many reveals")


def count_reveal(by: Actor, case: Case, *, at: datetime, reaches: bool = False) -> None:
    """Counts a reveal before anything opens.

    Args:
        reaches: what is opened is needed at once, because somebody may be in danger: the safe contact alone in order
            to reach the person, a decision on vital danger. Granted once beyond the limit.

    Raises:
        TooManyReveals: and leaves an event. The supervisors are told of the first one of an hour.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        count, _made = Reveals.objects.select_for_update().get_or_create(user_id=by.id, hour=hour)
        within = count.counted < settings.RELAIS_REVEALS_PER_HOUR
        may_reach = not count.beyond
        if within:
            count.counted += 1
        elif reaches and may_reach:
            count.beyond += 1
            _alert(by, case, BEYOND, at)
        else:
            count.refused += 1
            if count.refused == 1:
                _alert(by, case, LIMIT, at)
        count.save()
        if within and _is_unusual_now(by, at):
            _alert(by, case, UNUSUAL, at)
    if not within and not (reaches and may_reach):
        steps.refuse(case, "TOO_MANY_REVEALS")
        raise TooManyReveals(hour + HOUR, may_reach=may_reach)


def opens(by: Actor, case: Case, *, at: datetime, begun: bool, reaches: bool = False) -> bool:
    """As `count_reveal`, for a page with a form beside what it opens.

    Args:
        begun: the form was filled in and is shown again. Beyond the limit it comes back alone (False): what was typed
            is not lost, and nothing opens.

    Raises:
        TooManyReveals: the page is opened for the first time.
    """
    try:
        count_reveal(by, case, at=at, reaches=reaches)
    except TooManyReveals:
        if not begun:
            raise
        return False
    return True


def forget(at: datetime) -> int:
    deleted, _by_model = Reveals.objects.filter(hour__lte=at - DAYS).delete()
    return deleted


def _is_unusual_now(by: Actor, at: datetime) -> bool:
    """Has this reveal crossed what is unusual for this person in a day? True once a day."""
    days: dict[object, int] = {}
    for hour, counted in Reveals.objects.filter(user_id=by.id, hour__gt=at - DAYS).values_list(
        "hour", "counted"
    ):
        day = timezone.localdate(hour)
        days[day] = days.get(day, 0) + counted
    today = days.pop(timezone.localdate(at), 0)
    if len(days) < ENOUGH_DAYS:
        return False
    return today - 1 <= max(TIMES * median(days.values()), LEAST) < today


def _alert(by: Actor, case: Case, scope: str, at: datetime) -> None:
    """An event on the file at hand, and a notice that leads the other supervisors there."""
    audit.look(Verb.ALERT, case, case_id=case.pk, scope=scope)
    others = [user for user in notices.supervisors_of(by.organisation_id) if user.pk != by.id]
    notices.tell(others, case, at=at, due_at=None)
