"""Which number does the next event outside a business transaction get?"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from audit.errors import AuditUnavailable

PATIENCE = 5.0  # seconds; a request that waits longer is answered 503


class Stream:
    """One stream per process, numbered without a gap: a missing number means a removed event.

    The lock is held until the events are stored. When they were not, or nobody knows, the stream
    ends there and the next event begins another one: a number is never used in vain.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._lock = threading.Lock()
        self._renew()

    def _renew(self) -> None:
        self._id = uuid4()
        self._last = 0

    @contextmanager
    def numbers(self, count: int) -> Iterator[tuple[UUID, range]]:
        """The stream's id and its next `count` numbers, used up unless the block raises."""
        lock = self._lock
        if not lock.acquire(timeout=PATIENCE):
            raise AuditUnavailable("Other events have been waiting for the database too long.")
        try:
            yield self._id, range(self._last + 1, self._last + count + 1)
            self._last += count
        except BaseException:
            self._renew()
            raise
        finally:
            lock.release()


PROCESS = Stream()
# A forked worker must not go on with its parent's numbers, nor wait for a lock whose holder it lost.
os.register_at_fork(after_in_child=PROCESS.begin)
