"""The way of a file: what is done, what can be done now, what is not yet possible and why, and who acts next."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from referral import lifecycle
from referral.enums import OPEN, Action, CaseAct, CaseAction, CaseState, Machine, State, TaskKind
from referral.models import Case, LegalGround, Referral
from referral.queries.cards import live_card
from referral.queries.course import open_transfer_of, waiting_requests
from referral.queries.files import Choice
from referral.queries.place_calls import open_call_of

#: Where an act on a file is done, under the heading under which it is looked for.
ACTS: Mapping[Promise, Mapping[str, str]] = {
    _("Consent and referral"): {
        CaseAct.TAKE_IN: "case_take_in",
        CaseAct.RECORD_CONSENT: "consent",
        CaseAct.RECORD_GROUND: "ground",
        CaseAct.REFER: "case_refer",
        CaseAct.CALL_PLACES: "place_call_new",
        CaseAct.KEEP_AWAY: "case_keep_away",
        CaseAct.WITHDRAW_CONSENT: "consent_withdraw",
    },
    _("What the file says"): {
        CaseAct.EDIT: "case_edit",
        CaseAct.RECORD_SCREENING: "case_screening",
        CaseAct.RECORD_STATUS: "case_status",
        CaseAct.DECIDE_AGE: "case_age",
        CaseAct.RECORD_GUARDIAN: "guardians",
        CaseAct.ADD_ATTACHMENT: "attachment_add",
        CaseAct.OFFER_CARD: "case_card",
    },
    _("Protection and justice"): {
        CaseAction.PROTECT: "case_protect",
        CaseAct.ASSESS_RISK: "case_risk",
        CaseAct.ENTER_TITLE: "title",
        CaseAct.REFLECT: "case_reflection",
        CaseAct.ENTER_STEP: "case_justice",
        CaseAct.CONFER: "case_conferences",
    },
    _("Course of the case"): {
        CaseAction.PLAN: "plan_begin",
        CaseAction.PREPARE: "case_solution",
        CaseAction.FOLLOW_UP: "case_follow_up",
        CaseAct.FOLLOW: "case_follow",
        CaseAction.REACTIVATE: "case_reactivate",
        CaseAct.ASSIGN: "case_assign",
        CaseAct.TRANSFER: "case_transfer",
        CaseAction.REDIRECT_OUT: "case_redirect_out",
        CaseAct.ASK_CLOSE: "case_close_ask",
        CaseAct.CLOSE: "case_close",
        CaseAction.REOPEN: "case_reopen",
    },
}
ADDRESSES: Mapping[str, str] = {act: name for acts in ACTS.values() for act, name in acts.items()}
#: A referral that was sent and has not come back with a no.
_UNDER_WAY = (OPEN - {State.DRAFT}) | {State.COMPLETED}


def act(case: Case, choice: Choice) -> dict[str, Any]:
    """One act as a link, or as a sentence that says why not."""
    label = CaseAction(choice.act).label if choice.act in CaseAction else CaseAct(choice.act).label
    return {
        "label": label,
        "url": reverse(ADDRESSES[choice.act], args=[case.pk]),
        "possible": choice.possible,
        "why": " ".join(str(reason) for reason in choice.reasons),
    }


def grouped(case: Case, choices: Iterable[Choice]) -> list[tuple[str, list[dict[str, Any]]]]:
    """What the reader may do, under headings; a heading without an act is left out."""
    may, there = {choice.act: choice for choice in choices}, _there(case)
    found = [
        (str(title), [there.get(what) or act(case, may[what]) for what in acts if what in may])
        for title, acts in ACTS.items()
    ]
    return [(title, acts) for title, acts in found if acts]


def _there(case: Case) -> dict[str, dict[str, Any]]:
    """What is not offered as a new act: it was done, or asked for, and is to be found where this leads."""
    found = {}
    if live_card(case) is not None:
        found[CaseAct.OFFER_CARD] = (
            gettext("See the neutral card, which was accepted"),
            "case_card",
            case.pk,
        )
    if any(task.kind == TaskKind.APPROVE_CLOSE for task in waiting_requests(case)):
        found[CaseAct.ASK_CLOSE] = (
            gettext("See the request for closing, which waits"),
            "case_close_ask",
            case.pk,
        )
    if (transfer := open_transfer_of(case)) is not None:
        found[CaseAct.TRANSFER] = (gettext("See the transfer, which waits"), "transfer", transfer.pk)
    if (call := open_call_of(case)) is not None:
        found[CaseAct.CALL_PLACES] = (gettext("See the place call, which waits"), "place_call", call.pk)
    return {
        what: {"label": label, "url": reverse(name, args=[pk]), "possible": True, "why": ""}
        for what, (label, name, pk) in found.items()
    }


def steps(
    case: Case,
    choices: Iterable[Choice],
    *,
    child: bool,
    consented: bool,
    declined: str,
    grounds: list[LegalGround],
    referrals: list[Referral],
) -> list[dict[str, Any]]:
    """For an adult consent comes first; a child is heard, and the ground of child protection carries the referral.

    Args:
        consented: the adult has agreed to something that still stands; the child was heard.
        declined: what an adult has said instead, in words; empty where nobody has said no.
    """
    may = {choice.act: choice for choice in choices}

    def step(title: str, what: str, *, done: bool, hint: str = "") -> dict[str, Any]:
        choice = may.get(what)
        open_now = choice is not None and choice.possible and not done
        why = act(case, choice)["why"] if choice and not done else ""
        url = reverse(ADDRESSES[what], args=[case.pk]) if open_now else ""
        status = gettext("For the case owner") if choice is None and not done else ""
        return {
            "title": title,
            "url": url,
            "hint": why or hint,
            "done": done,
            "status": status,
        }

    waits = any(ground.approved_at is None and ground.refused_at is None for ground in grounds)
    waiting = gettext("A legal ground waits for its countersignature.") if waits else ""
    found = (
        [step(gettext("Take in the report"), CaseAct.TAKE_IN, done=False)] if case.owner_id is None else []
    )
    standing = any(ground.valid_from is not None and ground.refused_at is None for ground in grounds)
    if child:
        found.append(
            step(
                gettext("Hear what the child wants, and write it down"),
                CaseAct.RECORD_CONSENT,
                done=consented,
            )
        )
        found.append(
            step(
                gettext("Record the ground of child protection"),
                CaseAct.RECORD_GROUND,
                done=standing,
                hint=waiting,
            )
        )
    else:
        title = (
            gettext("Propose the conversation again")
            if declined
            else gettext("Record the consent of the person")
        )
        hint = declined or ("" if consented else waiting)
        found.append(step(title, CaseAct.RECORD_CONSENT, done=consented, hint=hint))
    if not child and declined:
        # The way that is left, and a narrow one.
        narrow = waiting or gettext("For vital danger or a legal obligation only.")
        title = gettext("Record a legal ground, if there is one")
        found.append(step(title, CaseAct.RECORD_GROUND, done=standing, hint=narrow))
    under_way = any(referral.state in _UNDER_WAY for referral in referrals)
    found.append(step(gettext("Refer the person"), CaseAct.REFER, done=under_way))
    if under_way and CaseAction.PLAN in lifecycle.legal_actions(case.state, Machine.CASE):
        found.append(step(gettext("Begin the support plan"), CaseAction.PLAN, done=False))
    if case.state == CaseState.PLANNING:
        found.append(_plan(case))
    return found + [_running(referral) for referral in referrals if referral.is_open]


def _plan(case: Case) -> dict[str, Any]:
    agreed = case.plan_agreed_at is not None
    return {
        "title": gettext("Set the goals of the plan, and agree on it with the person"),
        "url": reverse("plan", args=[case.pk]),
        "hint": gettext("A second person is asked to approve the plan.") if agreed else "",
        "done": agreed,
        "status": "",
    }


def _running(referral: Referral) -> dict[str, Any]:
    standing = lifecycle.STANDING[referral.state]
    next_step = str(Action(standing.next_step).label).lower() if standing.next_step else ""
    return {
        "title": gettext("%(organisation)s: %(next)s")
        % {"organisation": referral.receiving_organisation.name, "next": next_step},
        "url": reverse("referral", args=[referral.pk]),
        "hint": gettext("The next step is with %(holder)s.") % {"holder": standing.holder.label},
        "due": referral.due_at,
        "done": False,
    }
