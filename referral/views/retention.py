"""How long closed files are kept, and those whose time is over."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import Role
from partners.templatetags.interface import day
from partners.views.changes import changes
from referral.deadlines import DRAFT
from referral.forms.rights import RetentionForm
from referral.models import Case
from referral.queries.retention import elapsed, past_of_retention, retention_values, term_for
from referral.retention import BUILT_IN, RetentionKind
from referral.services import retention
from referral.services.steps import NotVisible
from referral.views import file
from referral.views.door import ActingRequest, now, perform
from referral.views.lengths import length

#: Nobody brings the erasure of closed files nearer alone.
COUNTS = gettext_lazy(
    "A longer time counts at once, for files that are closed already too; a shorter one counts for files "
    "that are closed after it was set."
)
#: As many as a person works through; the next ones follow when these are done.
MOST = 50


@require_GET
def retention_page(request: ActingRequest) -> HttpResponse:
    """A supervisor sees the files of the own organisation, a coordinator what counts."""
    actor = request.actor
    retention.require_reader(actor)
    values, sets = retention_values(), actor.has(Role.COORDINATOR)
    cases = list(elapsed(actor, now())[:MOST])
    retention.list_elapsed(cases)
    return render(
        request,
        "referral/retention.html",
        {
            "values": [_value(kind, values[kind], sets) for kind in RetentionKind],
            "counts": COUNTS,
            "draft_kept": length(DRAFT),
            "changes": changes(
                past_of_retention(),
                what=lambda term: term.get_kind_display(),
                words=lambda term: _years(term.years),
            ),
            "supervises": actor.has(Role.SUPERVISOR),
            "cases": [_row(case) for case in cases],
        },
    )


def _value(kind: RetentionKind, years: int, sets: bool) -> dict[str, Any]:
    said = _years(years)
    return {
        "key": kind.label,
        "value": said if years != BUILT_IN[kind] else _("%(length)s (as it comes)") % {"length": said},
        "url": reverse("retention_edit", args=[kind]) if sets else "",
    }


def _years(years: int) -> str:
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}


def _row(case: Case) -> dict[str, Any]:
    closed = day(case.closed_at) if case.closed_at else ""
    return {**file.row(case), "url": reverse("case_erasure", args=[case.pk]), "when": closed}


@require_http_methods(["GET", "POST"])
def retention_edit(request: ActingRequest, kind: str) -> HttpResponse:
    retention.require_coordination(request.actor)
    if kind not in RetentionKind:
        raise NotVisible
    known, term = RetentionKind(kind), term_for(RetentionKind(kind))
    form = RetentionForm(request.POST or None, term=term, years=retention_values()[known])

    def act(cleaned: dict[str, Any]) -> str:
        retention.set_retention(
            by=request.actor, kind=known, years=cleaned["years"], version=cleaned["version"]
        )
        messages.success(request, COUNTS)
        return reverse("retention")

    law = _(
        "The law gives no number: the controller settles it, and tells the Commission de protection "
        "des données personnelles."
    )
    done = perform(request, form, act)
    form.renew(term.version if term else 0)
    return done or render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": known.label,
            "caption": _("How long files are kept"),
            "text": f"{COUNTS} {law}",
            "submit": _("Save"),
            "back_url": reverse("retention"),
        },
    )
