"""One run: referrals that nobody answers, hour by hour to their end, while workers die."""

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from audit import clock
from faults.crew import Crew, Stuck
from faults.database import Database
from faults.proof import losses, mails
from referral.enums import Watched
from referral.models import ClockRound, Notice
from referral.services.clock import RULES
from referral.services.escalating import confirm_reading
from tests.cast import acting, sent

REFERRALS = 6
SENDING = 6  # hours in which they are sent
KILLS = 3  # beside those who are killed before the day off
HOURS = 60
RESTLESS = 100  # hours after the last one, at most
DAY_OFF = timedelta(hours=24)
#: After the day off all is due at once: these minutes are looked at one by one.
AFTERWARDS = [timedelta(minutes=minutes) for minutes in range(0, 46, 9)]


@dataclass
class Result:
    seed: int
    acknowledged: int = 0
    kills: int = 0
    hits: int = 0
    mails: int = 0
    twice: int = 0
    seconds: float = 0.0
    losses: list[str] = field(default_factory=list)


class Run:
    """
    Args:
        seed: the same seed kills in the same hours; within the hour, the machine decides.
    """

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.seed = database, seed
        self.dice = Random(seed)
        self.crew = Crew(database, self.dice)
        #: What the sender was told is sent, kept outside of the system.
        self.acknowledged: list[UUID] = []
        #: Of these somebody confirms in time to have read what the ladder said.
        self.heard: set[UUID] = set()

    def play(self) -> Result:
        """Raises Stuck."""
        began = time.monotonic()
        shutil.rmtree(settings.EMAIL_FILE_PATH, ignore_errors=True)
        self.database.renew()
        try:
            self.crew.hire()
            self.crew.hire()
            self._pass_the_time()
            self.crew.kill()  # the last one goes on until there is nothing left to do
            self._go_on_until_quiet()
        finally:
            self.crew.dismiss()
        carried = mails()
        return Result(
            seed=self.seed,
            acknowledged=len(self.acknowledged),
            kills=self.crew.kills,
            hits=self.crew.hits,
            mails=carried.total(),
            twice=carried.total() - len(carried),
            seconds=time.monotonic() - began,
            losses=losses(self.acknowledged, self.database.cast, carried),
        )

    def _pass_the_time(self) -> None:
        sending = {self.dice.randrange(SENDING) for _ in range(REFERRALS)}
        deadly = set(self.dice.sample(sorted(self._eventful(sending)), KILLS))
        day_off = self.dice.randrange(8, 50)
        offset = timedelta(0)
        for hour in range(HOURS + 1):
            self.database.move(offset)
            if hour in sending:
                self._send()
            self._round(deadly=hour in deadly)
            if hour == day_off:
                self.crew.kill_all()
                offset += DAY_OFF
                self.crew.hire()
                self.crew.hire()
                for minutes in AFTERWARDS:
                    self.database.move(offset + minutes)
                    self._round(deadly=False)
            offset += timedelta(hours=1)
        self.offset = offset

    def _eventful(self, sending: set[int]) -> set[int]:
        """The hours in which somebody is told, so that a kill finds work half done; and a few others."""
        return {hour + after for hour in sending for after in (12, 24, 28, 32, 36, 48)} | set(
            range(9, HOURS, 9)
        )

    def _send(self) -> None:
        self.acknowledged.append(sent(self.database.cast, urgency="urgent").pk)
        if len(self.acknowledged) % 2:
            self.heard.add(self.acknowledged[-1])

    def _round(self, *, deadly: bool) -> None:
        """The clock goes round, what a dead worker held is taken up; all of it is done, or somebody is killed."""
        if deadly:
            self.crew.gather()
            self._ask("referral.clock")
            if self.dice.random() < 0.8:
                self.crew.wait_until_busy()
            time.sleep(self.dice.random() ** 3 * 0.1)  # most often at once: a job takes some milliseconds
            self.crew.kill()
            self.crew.hire()
        else:
            self._ask("referral.clock")
            self._ask("config.rescue")
            self.crew.wait_until_idle()
            self._confirm()

    def _ask(self, task: str) -> None:
        """What the worker asks itself for every minute and every quarter of one."""
        with suppress(AlreadyEnqueued):
            app.configure_task(task, queueing_lock=task).defer(timestamp=int(time.time()))

    def _confirm(self) -> None:
        waiting = Notice.objects.filter(
            rung__watched=Watched.REFERRAL,
            rung__referral__in=self.heard,
            rung__confirm_by__gt=clock.now(),
            rung__confirmed_at=None,
        )
        for notice in waiting.select_related("user"):
            with acting(notice.user) as actor:
                confirm_reading(notice.pk, by=actor, at=clock.now())

    def _go_on_until_quiet(self) -> None:
        """Two rounds in which nothing is due; tasks have ladders too, so their time is let pass. Raises Stuck."""
        quiet = 0
        for _hour in range(RESTLESS):
            self.offset += timedelta(hours=1)
            self.database.move(self.offset)
            self._round(deadly=False)
            acted = list(
                ClockRound.objects.filter(rule__in=RULES, acted__gt=0).values_list("rule", flat=True)
            )
            quiet = 0 if acted else quiet + 1
            if quiet == 2:
                return
        raise Stuck(f"the clock does not come to rest: {', '.join(acted)}")
