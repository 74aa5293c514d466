"""Time passes, and the clock goes round: for tests inside one transaction."""

from collections.abc import Iterable

from audit.work import at_work
from referral.models import ClockRound, Notice, Referral
from referral.services import clock
from tests.referral.pages import later


def rounds(hours: float, *, since: float = 0.0, every: float = 0.5, rules: Iterable[str] = ()) -> None:
    """Lets the time pass in steps, the clock going round at each; all counted from the beginning of the test.

    Args:
        rules: those alone; all of them where none is named.
    """
    span = since
    while span < hours:
        span = min(span + every, hours)
        later(hours=span)
        go_round(rules)


def go_round(rules: Iterable[str] = ()) -> dict[str, int]:
    with at_work() as at:
        acted = {name: clock.run(name, at) for name in rules or clock.RULES}
    assert not ClockRound.objects.filter(failed__gt=0).exists()
    return acted


def heard(referral: Referral) -> list[tuple[int, str]]:
    """Rung and person, as they were told."""
    notices = Notice.objects.filter(rung__object_id=referral.pk).select_related("user", "rung")
    found = sorted((notice.rung.reached_at, notice.rung.number, notice.user.name) for notice in notices)
    return [(number, name) for _at, number, name in found]
