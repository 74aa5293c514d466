"""A register comes in: chosen, read with a report of every fault, looked at, written, taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.templatetags.interface import moment
from referral.forms.acts import ActForm
from referral.forms.exchange import ImportedForm, RegisterForm
from referral.htcds.template import template_csv, template_xlsx
from referral.models import ImportBatch, ImportedRow
from referral.queries.exchange import SHOWN, imports_of
from referral.references import spoken
from referral.services import importing, reading
from referral.services.steps import NotVisible
from referral.views import exchanged as words
from referral.views.door import ActingRequest, case_or_404, now, perform

#: More faults than this in one table help nobody: these are mended first.
MOST_FAULTS = 500


@require_GET
def import_list(request: ActingRequest) -> HttpResponse:
    importing.require_import(request.actor)
    batches = imports_of(request.actor)[:SHOWN]
    return render(request, "referral/exchange/imports.html", {"rows": [_line(batch) for batch in batches]})


def _line(batch: ImportBatch) -> dict[str, Any]:
    code, label = _stage(batch)
    return {
        "url": reverse("import", args=[batch.pk]),
        "read_at": batch.read_at,
        "count": batch.count,
        "owner": batch.owner.name,
        "state": code,
        "label": label,
    }


def _stage(batch: ImportBatch) -> tuple[str, str]:
    """Where it stands, as a code for its colour and in words."""
    if batch.ended_at is not None:
        if batch.cleared_at is None:
            return "sent", _("Being taken back")
        return "withdrawn", _ended(batch)
    if batch.finished_at is not None:
        return "completed", pgettext("register", "Imported")
    if batch.ordered_at is not None:
        return "sent", pgettext("register", "Being imported")
    return "draft", pgettext("register", "Read, not imported yet")


def _ended(batch: ImportBatch) -> str:
    return pgettext("register", "Import taken back") if batch.ordered_at else pgettext("register", "Given up")


@require_http_methods(["GET", "POST"])
def import_new(request: ActingRequest) -> HttpResponse:
    """Reads the file without writing anything of it to a disk; with one fault in it, nothing is kept."""
    importing.require_import(request.actor)
    form = RegisterForm(request.POST or None, request.FILES or None, by=request.actor)

    def act(cleaned: dict[str, Any]) -> str:
        assert form.register is not None  # noqa: S101 - a valid form has read its file
        batch = importing.keep_register(
            by=request.actor,
            at=now(),
            owner_id=cleaned["owner"].pk,
            region_id=cleaned["region"].pk,
            rows=form.register.rows,
        )
        return reverse("import", args=[batch.pk])

    done = perform(request, form, act)
    faults = form.register.faults if form.register else []
    return done or render(
        request,
        "referral/exchange/import_new.html",
        {
            "form": form,
            "faults": [(fault, words.heading_of(fault.field)) for fault in faults[:MOST_FAULTS]],
            "unshown": max(0, len(faults) - MOST_FAULTS),
            "back_url": reverse("imports"),
        },
    )


@require_GET
def import_template(request: ActingRequest, kind: str) -> HttpResponse:
    """The empty register, as a workbook with its codes or as text with separators."""
    importing.require_import(request.actor)
    if kind not in ("xlsx", "csv"):
        raise NotVisible
    content = template_xlsx(words.known_words()) if kind == "xlsx" else template_csv()
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="htcds.{kind}"'},
    )


def _batch_or_404(request: ActingRequest, pk: UUID) -> ImportBatch:
    batch = imports_of(request.actor).filter(pk=pk).first()
    if batch is None:
        raise NotVisible
    return batch


@require_http_methods(["GET", "POST"])
def import_page(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What was read, and one button; then how far it has come. It never reloads by itself, under a reader."""
    batch = _batch_or_404(request, pk)
    form = ActForm(request.POST or None, version=batch.version)

    def act(cleaned: dict[str, Any]) -> str:
        importing.order_import(pk, by=request.actor, at=now(), version=cleaned["version"])
        return reverse("import", args=[pk])

    done = perform(request, form, act)
    form.renew(batch.version)
    code, label = _stage(batch)
    written = batch.rows.filter(case__isnull=False)
    return done or render(
        request,
        "referral/exchange/import.html",
        {
            "form": form,
            "batch": batch,
            "state": code,
            "label": label,
            "running": code == "sent",
            "may_end": importing.may_end(batch, now()),
            "rows": _facts(batch),
            "written": written.filter(undone_at=None).count(),
            "undone": written.filter(undone_at__isnull=False).count(),
            "cases": [
                (reverse("case", args=[row.case_id]), spoken(row.case.reference))
                for row in written.filter(undone_at=None).select_related("case")[:SHOWN]
                if row.case is not None
            ],
            "back_url": reverse("imports"),
        },
    )


def _facts(batch: ImportBatch) -> list[tuple[str, str]]:
    rows = [
        (
            pgettext("register", "Read"),
            _("%(moment)s, %(name)s") % {"moment": moment(batch.read_at), "name": batch.read_by.name},
        ),
        (_("Rows"), str(batch.count)),
        (_("Of them cases that are closed"), str(batch.closed)),
        (_("Of them persons of unknown age"), str(batch.ageless)),
        (_("Case owner"), batch.owner.name),
        (_("Region, where a row does not say"), batch.region.name),
    ]
    for at, by, what in (
        (batch.ordered_at, batch.ordered_by, pgettext("register", "Import asked for")),
        (batch.ended_at, batch.ended_by, _ended(batch)),
    ):
        if at is not None:
            name = by.name if by else _("The system")
            rows.append((what, _("%(moment)s, %(name)s") % {"moment": moment(at), "name": name}))
    return rows


@require_http_methods(["GET", "POST"])
def import_end(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Give up what was read, or take back what was written."""
    batch = _batch_or_404(request, pk)
    form = ActForm(request.POST or None, version=batch.version)

    def act(cleaned: dict[str, Any]) -> str:
        ended = importing.end_import(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(
            request,
            _("The import is being taken back.") if ended.ordered_at else _("The import is given up."),
        )
        return reverse("import", args=[pk])

    done = perform(request, form, act)
    form.renew(batch.version)
    ordered = batch.ordered_at is not None
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Take this import back?") if ordered else _("Give this import up?"),
            "text": _(
                "Files that nobody has worked on, and nobody but the importer has opened, are closed and locked for "
                "good: nobody can read them again. All others stay, and so do those under a legal hold."
            )
            if ordered
            else _("No file has been opened for it yet."),
            "rows": _facts(batch),
            "undo": _("This cannot be undone. The register can be imported again."),
            "danger": ordered,
            "submit": _("Take the import back") if ordered else _("Give up"),
            "cancel_url": reverse("import", args=[pk]),
        },
    )


@require_http_methods(["GET", "POST"])
def case_imported(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What the register said of this person, word for word; opened with a reason."""
    case = case_or_404(request, pk)
    reading.open_case_page(request.actor, case)
    row = ImportedRow.objects.filter(case=case).first()
    if row is None:
        raise NotVisible
    form = ImportedForm(request.POST or None)
    values: dict[str, str] = {}
    if form.is_valid():
        values = importing.reveal_row(request.actor, case, row, reason=form.cleaned_data["reason"])
    return render(
        request,
        "referral/exchange/imported.html",
        {
            "form": form,
            "case": case,
            "title": _("What the register said"),
            "values": words.register_rows(values),
            "back_url": reverse("case", args=[pk]),
        },
    )
