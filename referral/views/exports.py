"""Files go out: asked for with a purpose, approved by another, fetched for a day."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.templatetags.interface import moment
from referral.forms.acts import ActForm
from referral.forms.exchange import DecisionForm, ExportForm
from referral.models import ExportRequest
from referral.queries.exchange import SHOWN, exports_of
from referral.services import exporting
from referral.services.steps import NotVisible
from referral.views.door import ActingRequest, now, perform


@require_GET
def export_list(request: ActingRequest) -> HttpResponse:
    exporting.require_export(request.actor)
    at = now()
    found = exports_of(request.actor)[:SHOWN]
    return render(request, "referral/exchange/exports.html", {"rows": [_line(each, at) for each in found]})


def _line(export: ExportRequest, at: Any) -> dict[str, Any]:
    code, label = _stage(export, at)
    return {
        "url": reverse("export", args=[export.pk]),
        "at": export.requested_at,
        "what": export.get_profile_display(),
        "who": export.requested_by.name,
        "state": code,
        "label": label,
    }


def _stage(export: ExportRequest, at: Any) -> tuple[str, str]:
    """Where it stands, as a code for its colour and in words."""
    if export.refused:
        return (
            ("declined", _("Refused")) if export.decided_by_id else ("withdrawn", _("Withdrawn by who asked"))
        )
    if export.until is not None:
        there = at < export.until and export.destroyed_at is None
        return ("completed", _("Ready")) if there else ("expired", _("Expired"))
    if export.decided_at is None and exporting.needs_approval(export):
        return "acknowledged", _("Waits for approval")
    return "sent", _("Being written")


@require_http_methods(["GET", "POST"])
def export_new(request: ActingRequest) -> HttpResponse:
    exporting.require_export(request.actor)
    form = ExportForm(request.POST or None)

    def act(cleaned: dict[str, Any]) -> str:
        made = exporting.request_export(
            by=request.actor, at=now(), profile=cleaned["profile"], purpose=cleaned["purpose"]
        )
        return reverse("export", args=[made.pk])

    return perform(request, form, act) or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Export files"),
            "text": _(
                "The file holds the cases that you may read, in the words of HTCDS 2.0. With identities, a "
                "supervisor other than you decides first. It can be fetched for 24 hours; each fetching is "
                "written down, and the file carries your name. Without identities, a row to which fewer than ten "
                "others are alike loses its region, sex, age and nationality, which could point at somebody: of a "
                "small number of cases that may be every row."
            ),
            "submit": _("Ask for the file"),
            "cancel_url": reverse("exports"),
        },
    )


def _export_or_404(request: ActingRequest, pk: UUID) -> ExportRequest:
    export = exports_of(request.actor).filter(pk=pk).first()
    if export is None:
        raise NotVisible
    return export


@require_http_methods(["GET", "POST"])
def export_page(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What was asked for and why; the decision of a second person; then the file."""
    export, at = _export_or_404(request, pk), now()
    form = DecisionForm(request.POST or None, version=export.version)

    def act(cleaned: dict[str, Any]) -> str:
        exporting.decide_export(
            pk, by=request.actor, at=at, version=cleaned["version"], approve=cleaned["approve"]
        )
        messages.success(request, _("Your decision is recorded."))
        return reverse("exports")

    done = perform(request, form, act)
    form.renew(export.version)
    code, label = _stage(export, at)
    waits = export.decided_at is None and exporting.needs_approval(export)
    fetchable = exporting.can_be_fetched(request.actor, export, at)
    return done or render(
        request,
        "referral/exchange/export.html",
        {
            "form": form,
            "export": export,
            "state": code,
            "label": label,
            "running": code == "sent",
            "rows": _facts(export, exporting.read_purpose(request.actor, export)),
            "may_decide": waits and exporting.may_decide(request.actor, export),
            "waits": waits,
            "withdraw_url": reverse("export_withdraw", args=[pk])
            if waits and export.requested_by_id == request.actor.id
            else "",
            "file_url": reverse("export_file", args=[pk]) if fetchable else "",
            "back_url": reverse("exports"),
        },
    )


@require_http_methods(["GET", "POST"])
def export_withdraw(request: ActingRequest, pk: UUID) -> HttpResponse:
    export = _export_or_404(request, pk)
    exporting.permit_taking_back(request.actor, export)
    form = ActForm(request.POST or None, version=export.version)

    def act(cleaned: dict[str, Any]) -> str:
        exporting.withdraw_export(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The request is withdrawn."))
        return reverse("export", args=[pk])

    done = perform(request, form, act)
    form.renew(export.version)
    decided = export.decided_at is not None and not form.is_bound
    return done or render(
        request,
        "referral/referral/act.html",
        {
            "form": form,
            "title": _("Withdraw this request?"),
            "text": _("No file is made, and nobody is asked for a decision any more."),
            "rows": _facts(export, exporting.read_purpose(request.actor, export)),
            "unmet": [_("This has been decided.")] if decided else [],
            "undo": _("You can ask again at any time."),
            "submit": _("Withdraw the request"),
            "cancel_url": reverse("export", args=[pk]),
        },
    )


def _facts(export: ExportRequest, purpose: str) -> list[tuple[str, str]]:
    signed = _("%(moment)s, %(name)s")
    rows = [
        (_("Asked for"), signed % {"moment": moment(export.requested_at), "name": export.requested_by.name}),
        (_("Organisation"), export.organisation.name),
        (_("What it holds"), export.get_profile_display()),
        (_("Purpose"), purpose),
    ]
    if export.decided_at is not None and export.decided_by is not None:
        decided = signed % {"moment": moment(export.decided_at), "name": export.decided_by.name}
        rows.append((_("Refused") if export.refused else _("Approved"), decided))
    elif export.decided_at is not None:
        rows.append((_("Withdrawn by who asked"), moment(export.decided_at)))
    if export.until is not None:
        until = min(filter(None, (export.until, export.destroyed_at)))
        rows += [
            (_("Rows"), str(export.rows)),
            (_("Can be fetched until"), moment(until)),
            (_("Mark in the file"), export.mark),
        ]
    if export.shortened:
        rows.append(
            (
                _("Rows without region, sex, age and nationality"),
                _("%(count)d: fewer than eleven were alike") % {"count": export.shortened},
            )
        )
    return rows


@require_GET
def export_file(request: ActingRequest, pk: UUID) -> HttpResponse:
    name, content = exporting.fetch_export(pk, by=request.actor, at=now())
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
