"""A report as a text of a word processor: real headings and tables, no author, no name of a person."""

import io
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from docx import Document
from docx.document import Document as Text
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import _Cell

from reporting.dossier import Dossier, masked_word
from reporting.tables import Figure, Report, Table
from reporting.wording import KEPT, facts_of, kept_words


def dossier_document(dossier: Dossier) -> bytes:
    """The file for the data-protection authority; what is masked is masked here too."""
    text = Document()
    properties = text.core_properties
    properties.author, properties.title = settings.RELAIS_SITE_NAME, dossier.title
    properties.comments, properties.language = "", get_language() or settings.LANGUAGE_CODE
    text.add_heading(dossier.title, level=1)
    text.add_paragraph(dossier.dated)
    for part in dossier.parts:
        text.add_heading(part.title, level=2)
        text.add_paragraph().add_run(part.article).italic = True
        for name, value in part.rows:
            line = text.add_paragraph()
            head = line.add_run(name)
            head.bold = True
            head.add_break()
            line.add_run(value)
        for sentence in part.lines:
            text.add_paragraph(sentence, style="List Bullet")
        if part.table is not None:
            _table(text, part.table, masked_word())
    out = io.BytesIO()
    text.save(out)
    return out.getvalue()


def document_of(report: Report) -> bytes:
    text = Document()
    properties = text.core_properties
    properties.author, properties.title = settings.RELAIS_SITE_NAME, report.title
    properties.comments, properties.language = "", settings.LANGUAGE_CODE
    text.add_heading(report.title, level=1)
    for name, value in facts_of(report):
        line = text.add_paragraph()
        head = line.add_run(name)
        head.bold = True
        head.add_break()
        line.add_run(value)
    for table in report.tables:
        text.add_heading(table.title, level=2)
        text.add_paragraph(table.how)
        _table(text, table)
    out = io.BytesIO()
    text.save(out)
    return out.getvalue()


def _table(text: Text, table: Table, instead: str = "") -> None:
    """Args: instead: stands in the place of what is not to be published; without it, a mark stands beside it."""
    drawn = text.add_table(rows=1, cols=len(table.columns) + 1, style="Table Grid")
    head = drawn.rows[0]
    for cell, words in zip(head.cells, (table.of, *table.columns), strict=True):
        _fill(cell, words, bold=True)
    # Said again at the top of each page, and read out as heads.
    head._tr.get_or_add_trPr().append(_repeated())
    for row in table.rows:
        cells = drawn.add_row().cells
        _fill(cells[0], row.label, bold=row.total)
        for cell, figure in zip(cells[1:], row.figures, strict=True):
            _fill(cell, instead if instead and not figure.publish else shown(figure), bold=row.total)
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if table.has_kept and not instead:
        text.add_paragraph(kept_words())


def shown(figure: Figure) -> str:
    return str(figure.value) if figure.publish else f"{figure.value} {KEPT}"


def _fill(cell: _Cell, words: str, *, bold: bool) -> None:
    run = cell.paragraphs[0].add_run(words)
    run.bold = bold


def _repeated() -> Any:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    return mark
