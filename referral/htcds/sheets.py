"""The rows of a file, whatever kind of file it is: a workbook of Excel, or text with separators.

Nothing is trusted: how much a workbook unfolds to is known before any of it is unfolded, formulas are not run.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import range_boundaries

from referral.htcds.cells import Cell

MEGABYTE = 1024 * 1024
#: A file of ten megabytes that unfolds to more is no register.
UNFOLDED = 50 * MEGABYTE
PARTS = 300
MOST_ROWS = 5000
MOST_COLUMNS = 200
#: Rows above the first person: two of headings, and what an export says of itself.
HEADINGS = 5
CELL = 32_767
#: Cells of a whole workbook, empty ones too: one that stands far to the right brings all before it.
MOST_CELLS = (MOST_ROWS + HEADINGS) * MOST_COLUMNS
TOO_MUCH = _(
    "This workbook unfolds to more than a register can hold: nothing of it was read. "
    "Copy its rows into an empty register."
)
#: The widest line of text that such a row could be.
csv.field_size_limit(2 * CELL)


class Unreadable(Exception):
    """The file as a whole cannot be taken. The sentence is for the user."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__("file refused")
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class Formula(str):
    """A cell that is computed: its value is not in the file."""


class Failed(str):
    """A cell in which a computation has failed."""


@dataclass
class Sheet:
    name: str
    rows: list[list[Cell]]
    #: (row, column) of the first cell of each merged range, from 1.
    merged: list[tuple[int, int]] = field(default_factory=list)


def sheets_of(content: bytes) -> list[Sheet]:
    """Every sheet that holds something. Raises `Unreadable`."""
    if not content.strip():
        raise Unreadable(_("This file is empty."))
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("This is a workbook of an old kind, or one with a password: save it as .xlsx without one.")
        )
    return [Sheet("", _text(content))]


# --- Text ----------------------------------------------------------------------------------------------------
def _text(content: bytes) -> list[list[Cell]]:
    if b"\0" in content:
        raise Unreadable(_("This is neither a workbook (.xlsx) nor text with separators (.csv)."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # what Excel writes in French, if nobody asks it for UTF-8
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith('"# ')), "")
    separator = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[list[Cell]] = []
    try:
        for row in reader:
            rows.append([*map(_unguarded, row)])
            _require_size(len(rows), len(row))
    except csv.Error:
        raise Unreadable(_("This text cannot be read as a table: save it again as .xlsx or .csv.")) from None
    return rows


def _unguarded(cell: str) -> str:
    """Without the sign that `writing` puts before what a spreadsheet would compute."""
    return cell[1:] if cell.startswith("'") and needs_guard(cell) else cell


#: Where a spreadsheet begins to compute; the wide forms too, which some of them take for the narrow ones.
COMPUTED = tuple("=+-@\t\r\n＝＋－＠")


def needs_guard(text: str) -> bool:
    """Would a spreadsheet compute this, or take the sign before it for its own?"""
    return text.lstrip("' \u00a0").startswith(COMPUTED) or text.startswith(COMPUTED)


# --- Workbooks -------------------------------------------------------------------------------------------------
def _workbook(content: bytes) -> list[Sheet]:
    damaged = Unreadable(_("This workbook is damaged: open it and save it again as .xlsx."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _require_harmless(archive)
            merged = {
                info.filename: _merged(archive.read(info))
                for info in archive.infolist()
                if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml")
            }
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        found, room = [], MOST_CELLS
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file says of its own size need not be so
            rows, room = _rows(sheet, room)
            if any(cell not in (None, "") for row in rows for cell in row):
                path = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
                found.append(Sheet(sheet.title, rows, merged.get(path, [])))
    except Unreadable:
        raise
    except Exception:  # a library that reads strangers' files fails in every way there is
        raise damaged from None
    if not found:
        raise Unreadable(_("This file is empty."))
    return found


def _require_harmless(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNFOLDED:
        raise Unreadable(TOO_MUCH)
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as opened:
                if b"<!DOCTYPE" in opened.read(4096):
                    raise Unreadable(
                        _(
                            "This workbook holds what no spreadsheet writes: nothing of it was read. "
                            "Save it again as .xlsx."
                        )
                    )


def _merged(sheet: bytes) -> list[tuple[int, int]]:
    found = []
    for reference in re.findall(rb'<mergeCell [^>]*ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"', sheet):
        column, row, _last_column, _last_row = range_boundaries(reference.decode())
        found.append((int(row or 0), int(column or 0)))
    return found


def _rows(sheet: Any, room: int) -> tuple[list[list[Cell]], int]:
    """The rows, and for how many cells there is room after them."""
    rows: list[list[Cell]] = []
    for number, row in enumerate(sheet.iter_rows(), 1):
        # Empty ones too: a single row that says it is the millionth stands behind a million of them.
        _require_size(number, 0)
        room -= len(row)
        if room < 0:
            raise Unreadable(TOO_MUCH)
        cells = [_cell(cell) for cell in row]
        while cells and cells[-1] in (None, ""):
            cells.pop()
        _require_size(number, len(cells))
        rows.append(cells)
    return rows, room


def _cell(cell: Any) -> Cell:
    kind = getattr(cell, "data_type", "n")
    if kind == "f":
        return Formula(cell.value)
    if kind == "e":
        return Failed(cell.value)
    value = cell.value
    if isinstance(value, str | int | float | bool) or value is None or hasattr(value, "isoformat"):
        return value
    return str(value)


def _require_size(rows: int, columns: int) -> None:
    """Stops reading at once: what comes after would only fill the memory."""
    if rows > MOST_ROWS + HEADINGS:
        raise Unreadable(
            format_lazy(
                _("This file has more than {most} rows: split it, and import one part after the other."),
                most=MOST_ROWS,
            )
        )
    if columns > MOST_COLUMNS:
        raise Unreadable(
            _("This file has more columns than a register can have: remove those that are empty.")
        )
