"""The report of the own organisation: on the screen, as a workbook, as a text."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from referral.views.bars import Picture, stacked
from referral.views.door import ActingRequest, now
from reporting.enums import FileKind
from reporting.enums import Report as Name
from reporting.forms.periods import PeriodForm
from reporting.periods import PRESETS, Period
from reporting.services.organisation import export_organisation, read_organisation
from reporting.services.reading import permit
from reporting.tables import Table
from reporting.wording import facts_of, kept_words

CONTENT_TYPES = {
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
#: Tables with a picture: their numbers are of one kind.
PICTURED = frozenset({"received", "nights_by_age"})


@require_GET
def organisation(request: ActingRequest) -> HttpResponse:
    permit(request.actor, Name.ORGANISATION)
    today = timezone.localdate(now())
    form = PeriodForm(request.GET, today=today)
    shown = _shown(request, form.period) if form.is_valid() else {}
    presets = [(label, f"?{_query(of(today))}") for label, of in PRESETS.values()]
    return render(request, "reporting/organisation.html", {"form": form, "presets": presets, **shown})


def _shown(request: ActingRequest, period: Period) -> dict[str, Any]:
    report = read_organisation(request.actor, period, now())
    return {
        "facts": facts_of(report),
        "kept": kept_words(),
        "tables": [
            {"table": table, "picture": _picture(table) if table.code in PICTURED else None}
            for table in report.tables
        ],
        "files": [
            (kind.label, f"{reverse('report_organisation_file', args=[kind.value])}?{_query(period)}")
            for kind in FileKind
        ],
    }


def _picture(table: Table) -> Picture | None:
    """A bar for each row in which there is somebody; the totals are its length."""
    rows = [
        (row.label, [int(figure.value) for figure in row.figures[:-1]])
        for row in table.rows
        if not row.total and row.figures[-1].value
    ]
    return stacked(table.columns[:-1], rows) if rows else None


def _query(period: Period) -> str:
    return urlencode({"first": period.first.isoformat(), "last": period.last.isoformat()})


@require_GET
def organisation_file(request: ActingRequest, kind: str) -> HttpResponse:
    permit(request.actor, Name.ORGANISATION)
    form = PeriodForm(request.GET, today=timezone.localdate(now()))
    if kind not in FileKind.values or not form.is_valid():
        raise Http404
    name, content = export_organisation(request.actor, form.period, now(), FileKind(kind))
    response = HttpResponse(content, content_type=CONTENT_TYPES[FileKind(kind)])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
