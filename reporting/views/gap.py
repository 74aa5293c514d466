"""The shelter gap: a picture of what may be shown, and the same as a table."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from referral.views.bars import Picture, stacked
from referral.views.door import ActingRequest, now
from reporting.enums import Report
from reporting.forms.gap import QuarterForm
from reporting.periods import quarters_over
from reporting.services.gap import read_gap
from reporting.services.reading import permit
from reporting.suppression import SHOWN_FROM
from reporting.tables import Table


@require_GET
def shelter_gap(request: ActingRequest) -> HttpResponse:
    permit(request.actor, Report.SHELTER_GAP)
    form = QuarterForm(request.GET, quarters=quarters_over(now()))
    tables = read_gap(request.actor, form.period) if form.is_valid() else []
    return render(
        request,
        "reporting/shelter_gap.html",
        {
            "form": form,
            "most": SHOWN_FROM - 1,
            "tables": [{"table": table, **_picture(table)} for table in tables],
        },
    )


def _picture(table: Table) -> dict[str, Any]:
    """A bar for each region whose total is shown; the others by name, for a bar of unknown length says too much."""
    regions = [(row.label, row.figures[-1]) for row in table.rows if not row.total]
    bars = [(label, [int(total.value)]) for label, total in regions if total.publish and total.value]
    picture: Picture | None = stacked([_("Persons")], bars) if bars else None
    return {"picture": picture, "unshown": ", ".join(label for label, total in regions if not total.publish)}
