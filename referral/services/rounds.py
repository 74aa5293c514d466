"""How is one rule of the clock run? What is due is found once, and acted on a handful at a time.

Each handful is one transaction. A round that dies loses nothing: what it had not committed is due again in the next
one, what it had is not. A row that cannot be acted on keeps nobody else waiting: it is tried alone, and counted.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from audit.errors import AuditUnavailable
from crypto.errors import KeyUnavailable
from referral.queries.due import Due

logger = logging.getLogger(__name__)

HANDFUL = 50
#: Two workers may both be alive for a while; their handfuls take turns.
TURN = 0x52656C616973
#: After this a rule goes on in the next round: nothing else waits for it, however much has come together.
MOST_SECONDS = 60.0
#: So many rows that fail, and none that does not, have one cause, which is not theirs.
MOST_FAILED = 200

Found = TypeVar("Found")


@dataclass(frozen=True)
class Outcome:
    acted: int
    failed: int = 0


@dataclass(frozen=True)
class Rule(Generic[Found]):
    due: Due[Found]
    #: Gets rows that it finds locked, never none.
    act: Callable[[list[Found], datetime], None]

    def run(self, at: datetime) -> Outcome:
        """Raises what stops every rule alike: the database, the audit or the key is gone."""
        ends, acted, failed = monotonic() + MOST_SECONDS, 0, set[UUID]()
        while ids := [pk for pk in self.due.ids(at) if pk not in failed]:
            before = acted
            for start in range(0, len(ids), HANDFUL):
                if monotonic() > ends or (len(failed) >= MOST_FAILED and not acted):
                    return Outcome(acted, len(failed))
                acted += self._handful(ids[start : start + HANDFUL], at, failed)
            if acted == before:
                break  # the rest is somebody else's at the moment, or has failed
        return Outcome(acted, len(failed))

    def _handful(self, ids: Sequence[UUID], at: datetime, failed: set[UUID]) -> int:
        try:
            with transaction.atomic():
                take_turn()
                found = self.due.take(at, ids)
                if found:
                    self.act(found, at)
                return len(found)
        except (AuditUnavailable, KeyUnavailable):
            raise
        except (
            Exception
        ):  # whatever it is, the other rows have deadlines too; it is logged, counted and shown
            if not connections[DEFAULT_DB_ALIAS].is_usable():
                raise
            if len(ids) > 1:
                return sum(self._handful([pk], at, failed) for pk in ids)
            logger.exception("a row could not be acted on", extra={"event": "clock_row_failed"})
            failed.add(ids[0])
            return 0


@dataclass(frozen=True)
class Chore:
    """What clears away many rows at once, and has none that could fail alone. Gives their number."""

    do: Callable[[datetime], int]

    def run(self, at: datetime) -> Outcome:
        with transaction.atomic():
            take_turn()
            return Outcome(self.do(at))


def take_turn() -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


#: A table holds rules of all kinds of rows.
AnyRule = Rule[Any] | Chore
