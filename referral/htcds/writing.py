"""A register written as HTCDS 2.0: names and codes of the standard, days as year-month-day, empty for not known."""

import base64
import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import openpyxl
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet.worksheet import Worksheet

from referral.htcds.sheets import needs_guard
from referral.htcds.standard import FIELDS

Values = Mapping[str, str]


def csv_of(columns: Sequence[str], rows: Iterable[Values], marks: Sequence[str]) -> bytes:
    """The only writer of text with separators: all quoted, and nothing that a spreadsheet would compute.

    Args:
        marks: who made it and when, as lines of comment above the headings.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for mark in marks:
        writer.writerow([f"# {mark}"])
    writer.writerow(columns)
    for row in rows:
        writer.writerow([guarded(row.get(column, "")) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def guarded(text: str) -> str:
    """With a sign before what would be computed; the reader of this package takes it off again."""
    return f"'{text}" if needs_guard(text) else text


def xlsx_of(columns: Sequence[str], rows: Iterable[Values], marks: Sequence[str]) -> bytes:
    """As the Excel template: a number in front of each row, two rows of headings, names above and labels below."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Case Sheet")
    sheet.freeze_panes = "B3"
    for head in (columns, headings_of(columns)):
        sheet.append([None, *(_text(sheet, each) for each in head)])
    for number, row in enumerate(rows, 1):
        sheet.append([number, *(_text(sheet, row.get(column, "")) for column in columns)])
    about = book.create_sheet("About")
    for mark in marks:
        about.append([_text(about, mark)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def headings_of(columns: Sequence[str]) -> list[str]:
    """What is written over the columns; over those of our own, their names."""
    return [FIELDS[column].label if column in FIELDS else column for column in columns]


def _text(sheet: Worksheet, text: str) -> Cell | None:
    """A cell that is text whatever it begins with: never a formula."""
    if not text:
        return None
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    return cell


def parted(content: bytes, size: int) -> list[str]:
    """The file as text, in pieces of at most `size` signs."""
    text = base64.b64encode(content).decode()
    return [text[start : start + size] for start in range(0, len(text), size)]


def joined(parts: Iterable[str]) -> bytes:
    return base64.b64decode("".join(parts))
