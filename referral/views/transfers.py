"""Handing a case over: to whom, what goes along, the other side's answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.actor import Actor
from partners.enums import CodeList
from partners.models import Organisation
from partners.queries import code_label
from partners.templatetags.interface import moment
from referral import lifecycle, policy
from referral.course import CASE_TRANSFER, OPEN_TRANSFER, TransferAction, TransferState
from referral.disclosure import is_child
from referral.enums import CaseAct, Group, Machine
from referral.forms.acts import ActForm
from referral.forms.course import DeclineTransferForm, TransferForm
from referral.models import Case, Transfer
from referral.queries import case_tie, files, visible_cases
from referral.queries.basis import agreed_groups
from referral.queries.course import asked_about, goals_of, open_transfer_of, responsible_for, takers_for
from referral.queries.facts import second_people, transfer_facts
from referral.queries.recipients import names_shut
from referral.references import spoken
from referral.services import looking, steps, taking_over, transfers
from referral.views import file, story, words
from referral.views.acting import act_on_case
from referral.views.door import ActingRequest, case_or_404, now, perform


@require_http_methods(["GET", "POST"])
def case_transfer(request: ActingRequest, pk: UUID) -> HttpResponse:
    """First to whom (in the address, so that "Back" works), then what goes along."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.TRANSFER, case)
    taker = _chosen(request, case)
    if taker is not None:
        return _ask(request, case, taker)
    waiting = open_transfer_of(case)
    here = reverse("case_transfer", args=[pk])
    return render(
        request,
        "referral/case/transfer_to.html",
        {
            "case": case,
            "title": _("Who would be responsible for the person?"),
            "caption": words.case_title(case),
            "takers": [
                {"name": each.name, "hint": each.region.name, "value": str(each.pk)}
                for each in takers_for(case)
            ],
            "here": here,
            "error": _unchosen(request),
            "closed": lifecycle.unmet_on_closed(case),
            "waiting_url": reverse("transfer", args=[waiting.pk]) if waiting else "",
            "back_url": reverse("case", args=[pk]),
        },
    )


def _unchosen(request: ActingRequest) -> str:
    if names_shut(request.GET.getlist("to")):
        return str(lifecycle.RECIPIENT_OPEN.sentence)
    return _("Choose an organisation.") if "chosen" in request.GET else ""


def _chosen(request: ActingRequest, case: Case) -> Organisation | None:
    try:
        return takers_for(case).filter(pk=UUID(request.GET.get("to", ""))).first()
    except ValueError:
        return None


def _ask(request: ActingRequest, case: Case, taker: Organisation) -> HttpResponse:
    at, new = now(), transfers.prepared(case, taker)
    agreed = agreed_groups(new, at)
    groups = [(group.value, str(group.label)) for group in Group if group in agreed]
    refused = files.refused_groups(case, taker, new.purpose)
    form = TransferForm(request.POST or None, groups=groups, refused=refused, version=case.version)

    def act(cleaned: dict[str, Any]) -> object:
        values = {name: cleaned[name] for name in ("version", "groups", "reason_code", "reason", "message")}
        return transfers.ask_transfer(case.pk, by=request.actor, at=now(), taker=taker, **values)

    new.released_groups = sorted(agreed)
    facts = transfer_facts(new, at)
    unmet = lifecycle.unmet_on_closed(case) or lifecycle.unmet(
        new, TransferAction.PROPOSE, facts, Machine.TRANSFER
    )
    asked = urlencode({"to": f"{taker.pk}:{CASE_TRANSFER}", "ask": "1"})
    child = is_child(case.person.age_status)
    return act_on_case(
        request,
        case,
        form,
        act,
        name="transfer",
        done=_("A second person is asked. Until the other organisation accepts, you stay responsible."),
        unmet=unmet,
        template="referral/case/transfer_ask.html",
        back=reverse("case_transfer", args=[case.pk]),
        title=_("Hand the case over to %(organisation)s?") % {"organisation": taker.name},
        text=_("The file stays here. A new one is opened there, with what the person agreed to.")
        + " "
        + _("This is decided by a supervisor of: %(organisation)s.")
        % {"organisation": second_people(case, request.actor)},
        ask_url=f"{reverse('consent', args=[case.pk])}?{asked}",
        hints=words.said_no(refused, child=child),
        ground_url=f"{reverse('ground', args=[case.pk])}?{asked}" if child else "",
        undo=_(
            "You can withdraw it until it is accepted. Then your side reads the file, and writes no more."
        ),
        submit=_("Ask for the transfer"),
    )


@require_GET
def transfer(request: ActingRequest, pk: UUID) -> HttpResponse:
    """For the own side what was asked and what became of it; for the other codes, until it is responsible."""
    actor, found = request.actor, looking.read_transfer(request.actor, pk)
    own = visible_cases(actor).filter(pk=found.case_id).exists()
    readable = looking.words_for(actor, found)
    waits = found.state == TransferState.PROPOSED
    return render(
        request,
        "referral/transfer.html",
        {
            "transfer": found,
            "title": _("Transfer of a case"),
            "rows": _rows(actor, found, own=own),
            "deadline": _deadline(found),
            "words": [
                (label, getattr(found, name))
                for name, label in (
                    ("reason", _("Reason in words")),
                    ("message", _("For whoever takes over")),
                )
                if name in readable and getattr(found, name)
            ],
            "answers": waits and policy.may_answer_transfer(actor, found),
            "withdraw_url": reverse("transfer_withdraw", args=[pk])
            if _may_withdraw(actor, found, own)
            else "",
            "case_url": _file_of(found, own=own, actor=actor),
            "at": now(),
        },
    )


def _deadline(transfer: Transfer) -> str:
    """Which day it is, who has to act by then, and what follows when nobody does."""
    if transfer.due_at is None:
        return ""
    said = {
        "from": transfer.case.organisation,
        "to": transfer.receiving_organisation,
        "moment": moment(transfer.due_at),
    }
    asked = asked_about(transfer)
    if asked is not None:
        return _(
            "A supervisor of %(second)s decides by %(moment)s whether it is proposed to %(to)s; after that those "
            "above are told, and until somebody decides nothing changes."
        ) % (said | {"second": asked.organisation})
    return (
        _(
            "%(to)s answers by %(moment)s; after that its supervisors are told, then national coordination, and "
            "%(from)s stays responsible until somebody of %(to)s accepts."
        )
        % said
    )


def _may_withdraw(actor: Actor, transfer: Transfer, own: bool) -> bool:
    return (
        own
        and transfer.state in OPEN_TRANSFER
        and policy.may_case(actor, CaseAct.WITHDRAW_TRANSFER, case_tie(actor, transfer.case))
    )


def _file_of(transfer: Transfer, *, own: bool, actor: Actor) -> str:
    if own:
        return reverse("case", args=[transfer.case_id])
    taken = transfer.new_case_id
    return reverse("case", args=[taken]) if taken and visible_cases(actor).filter(pk=taken).exists() else ""


def _rows(actor: Actor, transfer: Transfer, *, own: bool) -> list[tuple[str, str]]:
    case = transfer.case
    rows = [(_("Case"), spoken(case.reference))] if own else []
    rows += [
        (_("From"), case.organisation.name),
        (_("To"), transfer.receiving_organisation.name),
        (_("Reason"), code_label(CodeList.REFERRAL_REASON, transfer.reason_code)),
        (_("What is handed over"), words.group_words(transfer.released_groups)),
        (_("Danger"), case.get_urgency_display()),
        (_("Risk"), case.get_risk_display()),
        *file.codes(case),
        (_("Services of the plan"), _services(case)),
    ]
    if transfer.decline_reason:
        rows.append((_("Reason for declining"), code_label(CodeList.DECLINE_REASON, transfer.decline_reason)))
    rows += [
        (
            label,
            _("%(moment)s, %(name)s")
            % {"moment": moment(at), "name": story.by(actor, who, who.organisation)},
        )
        for label, who, at in (
            (_("Asked for"), transfer.recorded_by, transfer.recorded_at),
            (_("Second person"), transfer.approved_by, transfer.approved_at),
            (_("Decided on"), transfer.decided_by, transfer.ended_at),
        )
        if who is not None and at is not None
    ]
    if own:
        rows.append((_("Responsible now"), _responsible(case)))
    return rows


def _services(case: Case) -> str:
    goals = [goal for goal in goals_of(case) if not goal.result]
    return words.listed([code_label(CodeList.SERVICE, goal.service) for goal in goals])


def _responsible(case: Case) -> str:
    """A person of the own organisation by name, another organisation by its own (domain §7.15)."""
    found = responsible_for(case)
    if found.case.pk == case.pk:
        return found.owner.name if found.owner else _("Nobody")
    return str(found.case.organisation)


@require_http_methods(["GET", "POST"])
def transfer_accept(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = looking.answer_page(request.actor, pk)
    form = ActForm(request.POST or None, version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        new = taking_over.accept(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("You own this case now."))
        return reverse("case", args=[new.pk])

    return _answer(
        request,
        found,
        form,
        act,
        title=_("Take the responsibility for this person over?"),
        text=_("From this moment on you own the case: a file is opened here, and its open tasks are yours."),
        undo=_("A supervisor can name another owner here afterwards. It does not go back by itself."),
        submit=_("Take the responsibility over"),
    )


@require_http_methods(["GET", "POST"])
def transfer_decline(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = looking.answer_page(request.actor, pk)
    form = DeclineTransferForm(request.POST or None, version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        values = {name: cleaned[name] for name in ("version", "reason_code")}
        transfers.decline(pk, by=request.actor, at=now(), **values)
        messages.success(request, _("The transfer is declined. The former organisation stays responsible."))
        return reverse("home")

    return _answer(
        request,
        found,
        form,
        act,
        title=_("Decline this transfer?"),
        text="",
        undo=_("This cannot be undone; the other organisation may propose it anew."),
        submit=_("We cannot take this case over"),
    )


@require_http_methods(["GET", "POST"])
def transfer_withdraw(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = looking.read_transfer(request.actor, pk)
    case = found.case
    steps.permit_case(request.actor, CaseAct.WITHDRAW_TRANSFER, case)
    form = ActForm(request.POST or None, version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        transfers.withdraw(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The transfer is withdrawn."))
        return reverse("case", args=[case.pk])

    return _answer(
        request,
        found,
        form,
        act,
        title=_("Withdraw this transfer?"),
        text=_("The case stays with you."),
        undo="",
        submit=_("Withdraw the transfer"),
    )


def _answer(request: ActingRequest, found: Transfer, form: ActForm, act: Any, **shown: Any) -> HttpResponse:
    done = perform(request, form, act)
    form.renew(found.version)
    own = visible_cases(request.actor).filter(pk=found.case_id).exists()
    context = {
        "form": form,
        "rows": _rows(request.actor, found, own=own),
        "cancel_url": reverse("transfer", args=[found.pk]),
    }
    return done or render(request, "components/confirm.html", context | shown)
