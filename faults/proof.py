"""What must hold after a run, whatever died: each referral at its end, each person told once, in order."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Event
from referral.enums import Action, DeliveryState, State, TaskKind
from referral.escalation import PAUSE, TRUST
from referral.models import ClockRound, Delivery, Notice, Referral, Rung, Task, Transition
from tests.cast import Cast

#: Who hears the rungs of a referral whose desk is silent, in the order of the ladder.
HEARS = {1: {"codou"}, 2: {"elisabeth", "aissatou"}, 3: {"ibrahima"}}
DUTY = 4
TOLD_THE_END = {"codou", "aissatou", "ibrahima"}
MESSAGE = re.compile(rb"^Message-ID: <([0-9a-f-]{36})@", re.MULTILINE)


def mails() -> Counter[UUID]:
    """How often each notice left by mail."""
    folder = Path(settings.EMAIL_FILE_PATH)
    found = [MESSAGE.findall(path.read_bytes()) for path in folder.iterdir()] if folder.exists() else []
    return Counter(UUID(each.decode()) for each in itertools.chain.from_iterable(found))


def losses(acknowledged: list[UUID], cast: Cast, carried: Counter[UUID]) -> list[str]:
    """One sentence for each promise that was broken."""
    found = (
        [f"{len(set(acknowledged) - set(_all()))} acknowledged referrals are gone"]
        if set(acknowledged) - set(_all())
        else []
    )
    for referral in Referral.objects.filter(pk__in=acknowledged):
        found += [f"{referral.reference}: {sentence}" for sentence in _of_referral(referral, cast)]
    found += _of_rungs()
    found += _of_mails(carried)
    found += [f"job {name} is {status}" for name, status in _jobs()]
    found += [f"the rule {each.rule} failed" for each in ClockRound.objects.filter(failed__gt=0)]
    return found


def _all() -> Iterator[UUID]:
    yield from Referral.objects.values_list("pk", flat=True)


def _of_referral(referral: Referral, cast: Cast) -> Iterator[str]:
    if referral.state != State.EXPIRED:
        yield f"is {referral.state}, not expired"
        return
    if (count := Task.objects.filter(referral=referral, kind=TaskKind.REDIRECT).count()) != 1:
        yield f"{count} tasks to look for the next organisation"
    if (count := Transition.objects.filter(referral=referral, action=Action.EXPIRE).count()) != 1:
        yield f"{count} transitions to its end"
    if (count := Event.objects.filter(referral_id=referral.pk, verb="transition.expire").count()) != 1:
        yield f"{count} events of its end"
    rungs = list(Rung.objects.filter(object_id=referral.pk).order_by("reached_at", "number"))
    third = next((rung for rung in rungs if rung.number == DUTY - 1), None)
    # The duty officer telephones when nobody above the two sides has confirmed in time, or moved anything since, and
    # it has not ended before.
    waited = third and (third.confirmed_at + TRUST if third.confirmed_at else third.confirm_by)
    call = waited is not None and waited <= referral.ended_at
    if [rung.number for rung in rungs] != [*HEARS, *([DUTY] if call else [])]:
        yield f"climbed {[rung.number for rung in rungs]}{', nobody confirmed' if call else ''}"
    for rung in rungs:
        told = Notice.objects.filter(rung=rung).values_list("user", flat=True)
        due = {getattr(cast, name).pk for name in HEARS.get(rung.number, {"ibrahima"})}
        if sorted(told, key=str) != sorted(due, key=str):
            yield f"rung {rung.number} told {len(told)} people instead of {len(due)}"
    ended = Notice.objects.filter(object_id=referral.pk, rung=None, made_at=referral.ended_at)
    due = {getattr(cast, name).pk for name in TOLD_THE_END}
    if sorted(ended.values_list("user", flat=True), key=str) != sorted(due, key=str):
        yield f"its end was told {ended.count()} times instead of {len(due)}"


def _of_rungs() -> Iterator[str]:
    """Of referrals and of tasks alike."""
    ladders: dict[tuple[UUID, object], list[Rung]] = {}
    for rung in Rung.objects.order_by("reached_at", "number"):
        ladders.setdefault((rung.object_id, rung.due_at), []).append(rung)
        if (count := Event.objects.filter(object_id=rung.pk, verb="escalate").count()) != 1:
            yield f"{count} events of a rung"
    for ladder in ladders.values():
        if [rung.number for rung in ladder] != list(range(1, len(ladder) + 1)):
            yield f"a ladder was climbed as {[rung.number for rung in ladder]}"
        for below, above in itertools.pairwise(ladder):
            if above.reached_at - below.reached_at < (PAUSE if below.told else timedelta(0)):
                yield f"rung {above.number} came {above.reached_at - below.reached_at} after the one below"
    told = Counter(Notice.objects.exclude(rung=None).values_list("rung", "user"))
    if twice := [each for each, count in told.items() if count > 1]:
        yield f"{len(twice)} people were told twice of one rung"


def _of_mails(carried: Counter[UUID]) -> Iterator[str]:
    states = dict(Delivery.objects.values_list("notice", "state"))
    for pk in Notice.objects.values_list("pk", flat=True):
        state = states.get(pk, "not asked for")
        if state not in (DeliveryState.SENT, DeliveryState.MOOT):
            yield f"a notice's delivery is {state}"
        elif state == DeliveryState.SENT and not carried[pk]:
            yield "a notice counts as sent, and no mail left"


def _jobs() -> list[tuple[str, str]]:
    """The clock asks for itself every minute: a round that waits is no loss."""
    left = ProcrastinateJob.objects.exclude(status="succeeded").exclude(
        status__in=["todo", "doing"], task_name__in=["referral.clock", "config.rescue"]
    )
    return list(left.values_list("task_name", "status"))
