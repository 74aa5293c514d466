"""Who acts now, and what have they looked at since the sitting began?"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from audit import clock
from audit.enums import IpClass
from audit.errors import LooksUnwritten, NoSitting


@dataclass(frozen=True, slots=True)
class Who:
    """The acting person, by ids only.

    Args:
        actor_id: None for the system itself and for somebody not signed in.
        session_hash: SHA-256 of the session key in hexadecimal, or "".
    """

    actor_id: UUID | None = None
    organisation_id: UUID | None = None
    session_hash: str = ""
    ip_class: str = IpClass.NONE


SYSTEM = Who()


@dataclass(frozen=True, slots=True)
class Look:
    verb: str
    object_type: str
    object_id: UUID | None
    version: int | None
    case_id: UUID | None
    referral_id: UUID | None
    fields: tuple[str, ...]
    scope: str
    detail: dict[str, Any] | None


class Sitting:
    def __init__(self, who: Who, at: datetime | None = None) -> None:
        self.who = who
        self.unwraps_written = 0
        self._looks: dict[object, Look] = {}
        self._given_at = at

    @cached_property
    def at(self) -> datetime:
        """One time for the whole sitting, read when first needed."""
        return self._given_at or clock.now()

    @property
    def looks(self) -> list[Look]:
        return list(self._looks.values())

    def add(self, look: Look) -> None:
        """Adds `look`, or its fields to the same look at the same object."""
        if look.object_id is None or look.detail is not None:
            self._looks[object()] = look  # two lists on one page are two events
            return
        key = (look.verb, look.object_type, look.object_id, look.case_id, look.referral_id, look.scope)
        if (earlier := self._looks.get(key)) is not None:
            look = replace(look, fields=tuple(dict.fromkeys(earlier.fields + look.fields)))
        self._looks[key] = look

    def forget_looks(self) -> None:
        self._looks.clear()


_current: ContextVar[Sitting | None] = ContextVar("audit.sitting", default=None)


@contextmanager
def opened(who: Who, at: datetime | None = None) -> Iterator[Sitting]:
    """Everything inside is done by `who`.

    Args:
        at: the time of the sitting; the database's clock when None.

    Raises:
        LooksUnwritten: at the end, when nobody called `services.flush` after the last look.
    """
    sitting = Sitting(who, at)
    token = _current.set(sitting)
    try:
        yield sitting
    finally:
        _current.reset(token)
    if sitting.looks:
        raise LooksUnwritten(f"{len(sitting.looks)} looks were not written before the sitting ended.")


def current() -> Sitting:
    """Raises NoSitting outside `opened`."""
    sitting = _current.get()
    if sitting is None:
        raise NoSitting("Nobody is known to act here: open a sitting first.")
    return sitting
