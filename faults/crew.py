"""Two workers, as `make run` starts one, of which now and then one is killed."""

import os
import time
from dataclasses import dataclass, field
from random import Random
from subprocess import Popen

from config.run import start_worker
from faults.database import Database

PATIENCE = 60.0  # seconds for a worker to say that it is there, or for work to end

REGISTERED = "SELECT id FROM procrastinate_workers"
BUSY = "SELECT DISTINCT worker_id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = ANY(%s)"
#: What runs or waits. A job that waits for its hour does not count; what a dead worker held does.
AT_WORK = """
SELECT count(*) FROM procrastinate_jobs
WHERE status = 'doing' OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()))
"""
#: As if the dead worker had been silent for a minute: the queue's own clock is not moved with the product's.
SILENT = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' WHERE id = %s"


class Stuck(Exception):
    """One sentence: nothing moves."""


@dataclass
class Crew:
    database: Database
    dice: Random
    kills: int = 0
    #: Kills that left a job in the middle.
    hits: int = 0
    _workers: dict[int, Popen[bytes]] = field(default_factory=dict)
    _starting: Popen[bytes] | None = None
    _known: set[int] = field(default_factory=set)

    def hire(self) -> None:
        """Starts one more. One at a time, so that its number in the queue is known."""
        self.gather()
        self._starting = start_worker(dict(os.environ))

    def gather(self) -> None:
        """Waits for whoever is still starting. Raises Stuck."""
        until = time.monotonic() + PATIENCE
        while self._starting is not None:
            new = {number for (number,) in self.database.rows(REGISTERED)} - self._known
            if new:
                (number,) = new
                self._known.add(number)
                self._workers[number], self._starting = self._starting, None
            elif self._starting.poll() is not None or time.monotonic() > until:
                raise Stuck("a worker does not start")
            else:
                time.sleep(0.01)

    def kill(self) -> None:
        """One that works, where one does."""
        busy = [number for (number,) in self.database.rows(BUSY, list(self._workers))]
        self._end(self.dice.choice(busy or list(self._workers)))

    def kill_all(self) -> None:
        self.gather()
        for number in list(self._workers):
            self._end(number)

    def wait_until_busy(self) -> None:
        """For a moment at most: there may be nothing to do."""
        until = time.monotonic() + 0.2
        while time.monotonic() < until and not self.database.rows(BUSY, list(self._workers)):
            time.sleep(0.002)

    def wait_until_idle(self) -> None:
        """Raises Stuck."""
        until = time.monotonic() + PATIENCE
        while self.database.rows(AT_WORK) != [(0,)]:
            if time.monotonic() > until:
                raise Stuck("jobs wait and nobody takes them up")
            time.sleep(0.01)

    def _end(self, number: int) -> None:
        process = self._workers.pop(number)
        process.kill()
        process.wait()
        self.kills += 1
        self.hits += bool(self.database.rows(BUSY, [number]))
        self.database.write(SILENT, number)

    def dismiss(self) -> None:
        """At the end of a run, whatever happened."""
        for process in (*self._workers.values(), self._starting):
            if process is not None:
                process.kill()
                process.wait()
