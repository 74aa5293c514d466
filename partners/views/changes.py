"""The past of rows that people set: who, when, before, after. The newest first."""

from collections.abc import Callable, Iterable, Sequence
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
    versions: list[tuple[Row, Any]] = [(row, row._history) for row in past]  # type: ignore[attr-defined]  # simple_history's
    names = _names(note for _row, note in versions)
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


def changed_fields(
    past: Sequence[Row],
    *,
    what: Callable[[Row, str], str],
    words: Callable[[Row, str], str],
    fields: Sequence[str],
) -> list[Change]:
    """As `changes`, with a line for each of `fields` that a version changed, and one for a new row.

    Args:
        what: names the row and one of its fields, or the row alone for the field ""; words: says what is set in it.
    """
    found: list[Change] = []
    stood: dict[UUID, Row] = {}
    names = _names(row._history for row in past)  # type: ignore[attr-defined]  # as above
    for row in past:
        note: Any = row._history  # type: ignore[attr-defined]  # as above
        at, who = note.history_date, names.get(note.history_by, _("The system"))
        former = stood.get(row.pk)
        stood[row.pk] = row
        if former is None:
            found.append(Change(at=at, who=who, what=what(row, ""), before="", after=_("Added")))
            continue
        for field in fields:
            before, after = words(former, field), words(row, field)
            if before != after:
                found.append(Change(at=at, who=who, what=what(row, field), before=before, after=after))
    return found[::-1]


def _names(notes: Iterable[Any]) -> dict[UUID, str]:
    people = User.objects.filter(pk__in={note.history_by for note in notes})
    return dict(people.values_list("pk", "name"))
