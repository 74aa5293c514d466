"""The past of rows that coordination sets: who, when, before, after. The newest first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from audit.history import Recorded
from partners.models import User

Row = TypeVar("Row", bound=Recorded)


@dataclass(frozen=True)
class Change:
    at: datetime
    who: str
    what: str
    before: str
    after: str


def changes(past: Iterable[Row], *, what: Callable[[Row], str], words: Callable[[Row], str]) -> list[Change]:
    """
    Args:
        past: versions of rows, the oldest first, each with its `_history`.
        what: names the row; words: says what is set in it.
    """
    found: list[Change] = []
    stood: dict[UUID, str] = {}
    versions: list[tuple[Row, Any]] = [(row, row._history) for row in past]  # type: ignore[attr-defined]
    names = dict(
        User.objects.filter(pk__in={note.history_by for _row, note in versions}).values_list("pk", "name")
    )
    for row, note in versions:
        removed = note.history_type == "-"
        before, after = stood.get(row.pk, ""), "" if removed else words(row)
        stood[row.pk] = after
        found.append(
            Change(
                at=note.history_date,
                who=names.get(note.history_by, _("The system")),
                what=what(row),
                before=before,
                after=after,
            )
        )
    return found[::-1]
