"""A report as screen, workbook and text all show it: tables of figures, each with a line on how it is counted. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.utils.translation import gettext as _

from reporting.periods import Period
from reporting.suppression import Margins, masked

Key = TypeVar("Key")
#: A number, and how many persons or referrals stand behind it.
Count = tuple[int, int]


@dataclass(frozen=True)
class Figure:
    """Args: publish: False where somebody could be found in it, or a small number could be computed with it."""

    value: int | str
    publish: bool = True


@dataclass(frozen=True)
class Row:
    label: str
    figures: tuple[Figure, ...]
    total: bool = False


@dataclass(frozen=True)
class Table:
    """Args: code: names it in addresses of the page, and its sheet in `reporting.workbook`. how: how it is counted."""

    code: str
    title: str
    how: str
    of: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def has_kept(self) -> bool:
        return any(not figure.publish for row in self.rows for figure in row.figures)

    @property
    def is_empty(self) -> bool:
        return not any(figure.value for row in self.rows for figure in row.figures)


@dataclass(frozen=True)
class Report:
    title: str
    organisation: str
    period: Period
    made_at: datetime
    tables: tuple[Table, ...]


def crossed(
    counts: Mapping[tuple[str, str], Count], rows: Mapping[str, str], columns: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Heads and rows of a table with its totals. Args: rows, columns: what each code is called, in order."""
    numbers, persons = (
        Margins.of([[counts.get((row, column), (0, 0))[part] for column in columns] for row in rows])
        for part in (0, 1)
    )
    return (*columns.values(), _("Total")), _rows(
        [*rows.values(), _("Total")], numbers, masked([each[:-1] for each in persons.counts[:-1]])
    )


def listed(counts: Mapping[str, Sequence[int]], rows: Mapping[str, str]) -> tuple[Row, ...]:
    """Rows that add up to a total, in columns that have nothing to do with one another. Nought everywhere: no row."""
    rows = {
        **rows,
        **{code: code for code in counts if code not in rows},
    }  # what no list knows is still counted
    there = [code for code in rows if any(counts.get(code, ()))]
    width = max((len(each) for each in counts.values()), default=1)
    columns = [[counts[code][place] for code in there] for place in range(width)]
    marks = [{row for row, _one in masked([[number] for number in column])} for column in columns]
    lines = [
        *((rows[code], [column[place] for column in columns]) for place, code in enumerate(there)),
        (_("Total"), [sum(column) for column in columns]),
    ]
    return tuple(
        Row(
            label,
            tuple(Figure(number, place not in mark) for number, mark in zip(numbers, marks, strict=True)),
            total=place == len(there),
        )
        for place, (label, numbers) in enumerate(lines)
    )


def _rows(labels: Sequence[str], numbers: Margins, hidden: frozenset[tuple[int, int]]) -> tuple[Row, ...]:
    last = len(labels) - 1
    return tuple(
        Row(
            label,
            tuple(
                Figure(number, (row, column) not in hidden)
                for column, number in enumerate(numbers.counts[row])
            ),
            total=row == last,
        )
        for row, label in enumerate(labels)
    )
