"""The empty register to be filled in: two rows of headings, and what may stand below them."""

import csv
import io
from collections.abc import Iterator, Mapping

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from referral.htcds.standard import AGE_BAND, FIELDS, REGION, TEMPLATE, Field, labels_of
from referral.htcds.writing import headings_of

COLUMNS = (*(field.name for field in TEMPLATE), REGION, AGE_BAND)
#: By list of the standard, or by column of our own: code -> its word.
Words = Mapping[str, Mapping[str, str]]

_KINDS: Mapping[str, str | Promise] = {
    "text": gettext_lazy("Text"),
    "long_text": gettext_lazy("Text"),
    "date": gettext_lazy("A day: year-month-day, or day/month/year"),
    "boolean": gettext_lazy("TRUE or FALSE"),
    "phone": gettext_lazy("A telephone number, as +221771234567"),
    "email": gettext_lazy("An e-mail address"),
}


def template_csv() -> bytes:
    """With semicolons: a spreadsheet set to French opens it in columns."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([COLUMNS, headings_of(COLUMNS)])
    return out.getvalue().encode("utf-8-sig")


def template_xlsx(words: Words) -> bytes:
    """The sheet to be filled in, and beside it one of its columns and one of the codes that they know.

    Args:
        words: what the reader calls a code; a list that is not among them has the words of the standard alone.
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Case Sheet")
    sheet.freeze_panes = "B3"
    for number in range(1, len(COLUMNS) + 2):
        # Text, whatever is typed: of an age band a spreadsheet makes a date, of a telephone number a sum.
        sheet.column_dimensions[get_column_letter(number)].number_format = "@"
    for head in (COLUMNS, headings_of(COLUMNS)):
        sheet.append([None, *head])
    _fill(book.create_sheet(_("Columns")), (12, 42, 42, 42, 60), _columns(words))
    _fill(book.create_sheet(_("Codes")), (42, 42, 60, 60), _codes(words))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, widths: tuple[int, ...], rows: Iterator[tuple[str, ...]]) -> None:
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for row in rows:
        sheet.append(row)


def _columns(words: Words) -> Iterator[tuple[str, ...]]:
    yield _("Column"), _("Name"), _("Heading"), _("Meaning"), _("What may stand there")
    for number, (name, heading) in enumerate(zip(COLUMNS, headings_of(COLUMNS), strict=True), 2):
        field = FIELDS.get(name)
        yield get_column_letter(number), name, heading, _worded(name, field), _kind(field)


def _worded(name: str, field: Field | None) -> str:
    if field is not None:
        return field.label if (get_language() or "fr").startswith("en") else field.fr
    return _("Region, where it is not that of the whole register") if name == REGION else _("Age band")


def _kind(field: Field | None) -> str:
    if field is not None and field.kind != "code":
        return str(_KINDS[field.kind])
    if field is not None and field.many:
        return _("Codes or labels of the sheet of codes, several of them separated by ;")
    return _("A code or a label of the sheet of codes")


def _codes(words: Words) -> Iterator[tuple[str, ...]]:
    yield _("Columns"), _("Code"), _("Label"), _("Meaning")
    lists: dict[str, list[str]] = {}
    for field in TEMPLATE:
        if field.kind == "code":
            lists.setdefault(field.list, []).append(field.name)
    for name, columns in lists.items():
        for code, label in labels_of(name).items():
            yield ", ".join(columns), code, label, words.get(name, {}).get(code, "")
    for name in (REGION, AGE_BAND):
        for code, word in words.get(name, {}).items():
            yield name, code, word if name == REGION else "", word
