"""A report as a workbook: a sheet about it, then one per table. Numbers are numbers, words never formulas."""

import io
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reporting.tables import Figure, Report, Table
from reporting.wording import KEPT, facts_of, kept_words

BOLD, TOP = Font(bold=True), Alignment(wrap_text=True, vertical="top")
#: The number stays a number; the sign beside it is how the cell shows it.
KEPT_FORMAT = f'0" {KEPT}"'
#: By the code of the table: a workbook allows 31 characters, and shows half of them.
SHEETS = {
    "received": pgettext_lazy("sheet", "Received"),
    "referred": pgettext_lazy("sheet", "Referred"),
    "nights_by_group": pgettext_lazy("sheet", "Nights by group"),
    "nights_on_leave": pgettext_lazy("sheet", "Nights on leave"),
    "nights_by_age": pgettext_lazy("sheet", "Nights by age"),
    "services": pgettext_lazy("sheet", "Services"),
    "outcomes": pgettext_lazy("sheet", "Outcomes here"),
    "answers": pgettext_lazy("sheet", "Our answers"),
    "declined": pgettext_lazy("sheet", "Our refusals"),
    "waited": pgettext_lazy("sheet", "Time to answer"),
    "sent": pgettext_lazy("sheet", "Sent"),
    "sent_outcomes": pgettext_lazy("sheet", "Outcomes elsewhere"),
}
WIDE, NARROW = 44, 16


def workbook_of(report: Report) -> bytes:
    book = Workbook()
    book.properties.creator = settings.RELAIS_SITE_NAME
    book.properties.title = report.title
    about = book.active
    assert isinstance(about, Worksheet)  # noqa: S101 - a new book has one sheet
    about.title = _("About")
    _write(about, 1, 1, report.title).font = Font(bold=True, size=14)
    for row, (name, value) in enumerate(facts_of(report), 3):
        _write(about, row, 1, name).font = BOLD
        _write(about, row, 2, value).alignment = TOP
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 30, 90
    for table in report.tables:
        _sheet(book.create_sheet(str(SHEETS[table.code])), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(sheet: Worksheet, table: Table) -> None:
    _write(sheet, 1, 1, table.title).font = Font(bold=True, size=12)
    _write(sheet, 2, 1, table.how).alignment = TOP
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=len(table.columns) + 1)
    sheet.row_dimensions[2].height = 75
    for column, words in enumerate((table.of, *table.columns), 1):
        _write(sheet, 3, column, words).font = BOLD
    for number, row in enumerate(table.rows, 4):
        cells = [_write(sheet, number, 1, row.label)]
        cells += [_figure(sheet, number, column, figure) for column, figure in enumerate(row.figures, 2)]
        if row.total:
            for cell in cells:
                cell.font = BOLD
    if table.has_kept:
        _write(sheet, len(table.rows) + 5, 1, kept_words())
    sheet.column_dimensions["A"].width = WIDE
    for column in range(2, len(table.columns) + 2):
        sheet.column_dimensions[get_column_letter(column)].width = NARROW
    sheet.freeze_panes = "B4"


def _figure(sheet: Worksheet, row: int, column: int, figure: Figure) -> Cell:
    if isinstance(figure.value, str):
        return _write(sheet, row, column, figure.value if figure.publish else f"{figure.value} {KEPT}")
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # noqa: S101 - none of them is merged
    cell.value = figure.value
    if not figure.publish:
        cell.number_format = KEPT_FORMAT
    return cell


def _write(sheet: Worksheet, row: int, column: int, text: str | datetime) -> Cell:
    """Text whatever it begins with: never a formula."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # noqa: S101 - written before anything is merged
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(text))
    cell.data_type = "s"
    return cell
