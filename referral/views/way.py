"""The way of a file: what is done, what can be done now, what is not yet possible and why, and who acts next."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from referral import lifecycle
from referral.enums import OPEN, Action, CaseAct, CaseAction, State
from referral.models import Case, LegalGround, Referral
from referral.queries.files import Choice

#: Where an act on a file is done.
ADDRESSES: Mapping[str, str] = {
    CaseAct.TAKE_IN: "case_take_in",
    CaseAct.RECORD_CONSENT: "consent",
    CaseAct.RECORD_GROUND: "ground",
    CaseAct.REFER: "case_refer",
    CaseAct.ENTER_TITLE: "title",
    CaseAct.DECIDE_AGE: "case_age",
    CaseAct.WITHDRAW_CONSENT: "consent_withdraw",
    CaseAction.PROTECT: "case_protect",
    CaseAct.EDIT: "case_edit",
    CaseAct.ASSIGN: "case_assign",
    CaseAct.CLOSE: "case_close",
    CaseAct.ASSESS_RISK: "case_risk",
    CaseAct.REFLECT: "case_reflection",
    CaseAct.ENTER_STEP: "case_justice",
    CaseAct.CONFER: "conference_new",
    CaseAct.ADD_ATTACHMENT: "attachment_add",
    CaseAct.RECORD_SCREENING: "case_screening",
    CaseAct.OFFER_CARD: "case_card",
    CaseAct.RECORD_GUARDIAN: "guardians",
    CaseAct.RECORD_STATUS: "case_status",
    CaseAct.FOLLOW: "case_follow",
    CaseAct.TRANSFER: "case_transfer",
    CaseAct.ASK_CLOSE: "case_close_ask",
    CaseAction.PLAN: "plan_begin",
    CaseAction.PREPARE: "case_solution",
    CaseAction.FOLLOW_UP: "case_follow_up",
    CaseAction.REACTIVATE: "case_reactivate",
    CaseAction.REDIRECT_OUT: "case_redirect_out",
    CaseAction.REOPEN: "case_reopen",
}
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


def steps(
    case: Case,
    choices: Iterable[Choice],
    *,
    child: bool,
    consented: bool,
    grounds: list[LegalGround],
    referrals: list[Referral],
) -> list[dict[str, Any]]:
    """For an adult consent comes first; a child is heard, and the ground of child protection carries the referral."""
    may = {choice.act: choice for choice in choices}

    def step(title: str, what: str, *, done: bool, hint: str = "") -> dict[str, Any]:
        choice = may.get(what)
        open_now = choice is not None and choice.possible and not done
        why = act(case, choice)["why"] if choice and not done else ""
        url = reverse(ADDRESSES[what], args=[case.pk]) if open_now else ""
        status = _("For the case owner") if choice is None and not done else ""
        return {
            "title": title,
            "url": url,
            "hint": why or ("" if done else hint),
            "done": done,
            "status": status,
        }

    waits = any(ground.approved_at is None and ground.refused_at is None for ground in grounds)
    waiting = _("A legal ground waits for its countersignature.") if waits else ""
    found = [step(_("Take in the report"), CaseAct.TAKE_IN, done=False)] if case.owner_id is None else []
    if child:
        standing = any(ground.valid_from is not None and ground.refused_at is None for ground in grounds)
        found.append(
            step(_("Hear what the child wants, and write it down"), CaseAct.RECORD_CONSENT, done=consented)
        )
        found.append(
            step(
                _("Record the ground of child protection"), CaseAct.RECORD_GROUND, done=standing, hint=waiting
            )
        )
    else:
        title = _("Record the consent of the person")
        found.append(step(title, CaseAct.RECORD_CONSENT, done=consented, hint=waiting))
    under_way = any(referral.state in _UNDER_WAY for referral in referrals)
    found.append(step(_("Refer the person"), CaseAct.REFER, done=under_way))
    return found + [_running(referral) for referral in referrals if referral.is_open]


def _running(referral: Referral) -> dict[str, Any]:
    standing = lifecycle.STANDING[referral.state]
    next_step = str(Action(standing.next_step).label).lower() if standing.next_step else ""
    return {
        "title": _("%(organisation)s: %(next)s")
        % {"organisation": referral.receiving_organisation.name, "next": next_step},
        "url": reverse("referral", args=[referral.pk]),
        "hint": _("The next step is with %(holder)s.") % {"holder": standing.holder.label},
        "due": referral.due_at,
        "done": False,
    }
