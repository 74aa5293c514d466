"""What is each region called? Kept by each process, as the words of the coded lists are."""

import time
from functools import cached_property
from uuid import UUID

from partners.models import Region

#: Names change with a reform; another process learns of one after this many seconds. Nothing is decided by a name.
TTL = 30.0


class _Names:
    """All of them as they were at one moment."""

    def __init__(self) -> None:
        self.until = time.monotonic() + TTL

    @cached_property
    def names(self) -> dict[UUID, str]:
        return dict(Region.objects.values_list("pk", "name"))


_known = _Names()


def forget_regions() -> None:
    """For a process in which they are made anew."""
    global _known
    _known = _Names()


def region_name(pk: UUID) -> str:
    """The name for a page that shows many; raises KeyError where there is no such region."""
    if time.monotonic() > _known.until or pk not in _known.names:
        forget_regions()
    return _known.names[pk]
