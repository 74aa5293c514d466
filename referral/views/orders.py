"""Orders of justice: of a file, one and its check, the extract; the journal; what was asked without a paper."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import services as audit
from partners.actor import Actor
from partners.enums import Role
from partners.templatetags.interface import day, moment
from referral.enums import CaseAct, Group
from referral.forms.requisitions import CheckForm, DemandForm, ExtractForm, OrderForm
from referral.models import Requisition, VerbalDemand
from referral.oversight import OrderDecision
from referral.queries.requisitions import journal, late_secrets, orders_of, secrets_for, to_check
from referral.references import spoken
from referral.services import requisitions, secret_orders, steps
from referral.services.reading import require_control
from referral.views import words
from referral.views.door import ActingRequest, case_or_404, now, perform
from referral.views.extract import paper_of

JOURNAL = 200


@require_GET
def case_orders(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.RECORD_ORDER, case)
    found = orders_of(request.actor, now()).filter(case=case)
    return render(
        request,
        "referral/order/list.html",
        {
            "title": CaseAct.RECORD_ORDER.label,
            "caption": words.case_title(case),
            "rows": [_row(order) for order in found],
            "at": now(),
            "new_url": reverse("order_new", args=[pk]),
            "back_url": reverse("case", args=[pk]),
        },
    )


def _row(order: Requisition) -> dict[str, Any]:
    return {
        "url": reverse("order", args=[order.pk]),
        "reference": spoken(order.reference),
        "what": words.group_words(order.asked),
        "when": day(order.recorded_at),
        "due": _due(order),
        **_state(order),
    }


def _due(order: Requisition) -> datetime | None:
    """Until it is refused, or handed out."""
    over = order.decision == OrderDecision.REFUSED or order.made_at is not None
    return None if over else order.due_at


def lines(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """For the first page: of secret orders, which have no task, those whose next step is one's own; for the control,
    those that have stayed without an answer for too long, in one line."""
    found: list[dict[str, Any]] = []
    if actor.has(Role.CASEWORKER, Role.SUPERVISOR):
        found = [_secret(order) for order in secrets_for(actor, at)]
    if actor.has(Role.AUDITOR) and (late := late_secrets(actor, at)):
        count = ngettext("%(count)d without an answer", "%(count)d without an answer", late) % {"count": late}
        line = {"url": reverse("orders"), "reference": _("Orders of justice"), "what": count}
        found.append(line | {"who": "", "due": at})
    return found


def _secret(order: Requisition) -> dict[str, Any]:
    return {
        "url": reverse("order", args=[order.pk]),
        "reference": _("Order of justice"),
        "note": spoken(order.reference),
        "what": _("Secret: speak of it to nobody"),
        "who": order.case.organisation.name,
        "due": _due(order),
        **_state(order),
    }


def _state(order: Requisition) -> dict[str, str]:
    if not order.decision:
        return {"state": "requisition", "label": _("To be checked")}
    if order.decision == OrderDecision.REFUSED:
        return {"state": "declined", "label": _("Refused")}
    if order.made_at is None:
        return {"state": "accepted", "label": _("To be answered")}
    return {"state": "completed", "label": _("Handed out")}


@require_http_methods(["GET", "POST"])
def order_new(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.RECORD_ORDER, case)
    form = OrderForm(request.POST or None, at=now())

    def act(cleaned: dict[str, Any]) -> str:
        said = {name: cleaned[name] for name in cleaned if name not in ("key", "version")}
        order = requisitions.record_order(pk, requisitions.Order(**said), by=request.actor, at=now())
        messages.success(request, _("Recorded. Somebody else checks it: until then nothing is handed out."))
        return reverse("order", args=[order.pk])

    return perform(request, form, act) or render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": _("Record an order of justice"),
            "caption": words.case_title(case),
            "text": _(
                "Only an order on paper. For a demand by word of mouth, record a verbal demand: it is refused."
            ),
            "submit": _("Record the order"),
            "skip_url": reverse("verbal_new"),
            "skip": _("Record a verbal demand"),
            "back_url": reverse("case_orders", args=[pk]),
        },
    )


@require_GET
def order(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = requisitions.read_order(request.actor, pk, now())
    own = found.case.organisation_id == request.actor.organisation_id
    checks = not found.decision and requisitions.may_check(request.actor, found)
    return render(
        request,
        "referral/order/page.html",
        {
            "title": _("Order of justice %(reference)s") % {"reference": spoken(found.reference)},
            "caption": words.case_title(found.case) if own else found.case.organisation.name,
            "rows": _facts(found),
            "decided": _decided(found) if found.decision else [],
            "silent": secret_orders.is_silent(found, now()),
            "silent_until": found.silent_until,
            "check_url": reverse("order_check", args=[pk]) if checks else "",
            "waits": not found.decision and not checks,
            "make_url": reverse("order_make", args=[pk])
            if requisitions.may_make(request.actor, found)
            else "",
            "open_url": reverse("order_extract", args=[pk])
            if requisitions.can_be_fetched(request.actor, found, now())
            else "",
            "until": found.until,
            "back_url": reverse("case_orders", args=[found.case_id]) if own else reverse("home"),
        },
    )


def _facts(found: Requisition) -> list[tuple[str, Any]]:
    rows = [
        (_("Authority"), found.authority),
        (_("Number"), found.order_number),
        (_("Date of the order"), words.day_of(found.ordered_on)),
        (_("What is asked for"), words.group_words(found.asked)),
        (_("To be answered by"), words.until(due, now()) if (due := _due(found)) else moment(found.due_at)),
        (_("Recorded by"), f"{found.recorded_by.name}, {moment(found.recorded_at)}"),
    ]
    if found.note:
        rows.append((_("What else the order says"), found.note))
    if found.silent_until:
        rows.append((_("Who forbade telling"), f"{found.silent_by or ''}, {moment(found.silent_until)}"))
    return rows


def _decided(found: Requisition) -> list[tuple[str, Any]]:
    rows = [(_("Decision"), str(found.get_decision_display())), (_("Why"), found.reason or "")]
    if found.granted:
        rows.append((_("What may be handed out"), words.group_words(found.granted)))
    rows += [(str(Group(group).label), why) for group, why in (found.group_reasons or {}).items()]
    if found.decided_by and found.decided_at:
        rows.append((_("Checked by"), f"{found.decided_by.name}, {moment(found.decided_at)}"))
    if found.made_by and found.made_at:
        rows.append((_("Extract made by"), f"{found.made_by.name}, {moment(found.made_at)}"))
    return rows


@require_http_methods(["GET", "POST"])
def order_check(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = requisitions.read_order(request.actor, pk, now())
    requisitions.require_checker(request.actor, found)
    form = CheckForm(request.POST or None, asked=found.asked, version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        granted, why = form.chosen()
        requisitions.decide_order(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            decision=cleaned["decision"],
            reason=cleaned["reason"],
            granted=granted,
            group_reasons=why,
        )
        messages.success(request, _("The decision is recorded."))
        return reverse("order", args=[pk])

    done = perform(request, form, act)
    form.renew(found.version)
    return done or render(
        request,
        "referral/order/check.html",
        {
            "form": form,
            "title": _("Check an order of justice"),
            "caption": spoken(found.reference),
            "rows": _facts(found),
            "submit": _("Record the decision"),
            "back_url": reverse("order", args=[pk]),
        },
    )


@require_http_methods(["GET", "POST"])
def order_make(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = requisitions.read_order(request.actor, pk, now())
    requisitions.require_maker(request.actor, found)
    form = ExtractForm(request.POST or None, version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        requisitions.make_extract(
            pk, by=request.actor, at=now(), version=cleaned["version"], paper=paper_of(request.actor, now())
        )
        messages.success(request, _("The extract is made. It can be opened for two hours, by you alone."))
        return reverse("order", args=[pk])

    done = perform(request, form, act)
    form.renew(found.version)
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Make the extract?"),
            "rows": [
                (_("Authority"), found.authority),
                (_("Number"), found.order_number),
                (_("What is handed out"), words.group_words(found.granted)),
            ],
            "undo": _(
                "It is made once. Give it by hand to the authority named above, against a signature; what is on "
                "paper cannot be taken back."
            ),
            "danger": True,
            "submit": _("Make the extract"),
            "cancel_url": reverse("order", args=[pk]),
        },
    )


@require_POST
def order_extract(request: ActingRequest, pk: UUID) -> HttpResponse:
    name, content = requisitions.fetch_extract(pk, by=request.actor, at=now())
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# --- The journal, and what was asked without a paper ---------------------------------------------------------
@require_GET
def order_journal(request: ActingRequest) -> HttpResponse:
    """In codes: no authority, no number, no reason."""
    require_control(request.actor, Role.SUPERVISOR, Role.AUDITOR, reason_code="NOT_ALLOWED_ORDERS")
    found, demands = journal(request.actor, now())
    opens = request.actor.has(Role.SUPERVISOR)
    rows = [_line(each, opens=opens) for each in (*to_check(request.actor), *found[:JOURNAL])]
    asked = list(demands[:JOURNAL])
    ids = [str(each.pk) for each in (*found[:JOURNAL], *asked)]
    audit.look("list", Requisition, scope="journal", detail={"ids": ids})
    return render(
        request,
        "referral/order/journal.html",
        {"rows": rows, "demands": [_demand(each) for each in asked], "at": now()},
    )


def _line(order: Requisition, *, opens: bool) -> dict[str, Any]:
    """Args: opens: the reader may open the order itself, which an auditor may not."""
    return {
        "url": reverse("order", args=[order.pk]) if opens and order.case.erased_at is None else "",
        "reference": spoken(order.reference),
        "house": order.case.organisation.name,
        "when": day(order.recorded_at),
        "due": _due(order),
        "what": words.group_words(order.asked),
        "granted": words.group_words(order.granted),
        **_state(order),
    }


def _demand(demand: VerbalDemand) -> dict[str, Any]:
    return {
        "reference": spoken(demand.reference),
        "how": demand.get_way_display(),
        "house": demand.organisation.name,
        "when": day(demand.asked_at),
    }


@require_http_methods(["GET", "POST"])
def verbal_new(request: ActingRequest) -> HttpResponse:
    form = DemandForm(request.POST or None, at=now())

    def act(cleaned: dict[str, Any]) -> str:
        said = {name: cleaned[name] for name in ("way", "asked_at", "who", "what")}
        demand = requisitions.refuse_demand(by=request.actor, at=now(), **said)
        return reverse("verbal", args=[demand.pk])

    return perform(request, form, act) or render(
        request,
        "referral/order/verbal_new.html",
        {"form": form, "title": _("Record a verbal demand"), "submit": _("Record that it is refused")},
    )


@require_GET
def verbal(request: ActingRequest, pk: UUID) -> HttpResponse:
    """To whoever recorded it, and the supervisors of the house."""
    demand = requisitions.read_demand(request.actor, pk)
    return render(
        request,
        "referral/order/verbal.html",
        {
            "title": _("Verbal demand, refused"),
            "caption": spoken(demand.reference),
            "rows": _asked(demand),
            "back_url": reverse("home"),
        },
    )


def _asked(demand: VerbalDemand) -> list[tuple[str, Any]]:
    return [
        (_("How"), str(demand.get_way_display())),
        (_("When"), moment(demand.asked_at)),
        (_("Who asked"), demand.who),
        (_("What was asked for"), demand.what or ""),
        (_("Recorded by"), f"{demand.recorded_by.name}, {moment(demand.recorded_at)}"),
    ]
