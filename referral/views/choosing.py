"""Who could receive this person? The best first, each with its reasons; and who is not proposed, with why."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from partners.eligibility import listed, small
from partners.enums import CodeList, OrganisationKind
from partners.queries import Offer, code_label, national_unit
from referral import policy
from referral.enums import Action, CaseAct, Side, Urgency
from referral.forms.acts import ActForm
from referral.forms.sending import ChooseForm, NeedForm
from referral.models import Case, Referral
from referral.queries import case_tie
from referral.queries.candidates import Candidate
from referral.queries.refusals import noes as noes_of
from referral.ranking import ASKABLE, CAUTIONS, Hindrance, Reason
from referral.services import sending
from referral.services.routing import Found, look_for_providers
from referral.views import words
from referral.views.confirming import posted
from referral.views.door import ActingRequest, case_or_404, now, perform

#: More is shown when it is asked for: nobody chooses among a hundred.
SHOWN, SHOWN_OTHERS = 10, 5
BREAK = SafeString("<br>")


def choose(
    request: ActingRequest,
    case: Case,
    need: NeedForm,
    act: Callable[[sending.Asked], str],
    back_url: str,
    *,
    side: Side = Side.REFERRING,
    noes: int = 0,
    call_url: str = "",
) -> HttpResponse:
    """
    Args:
        side: on which the reader acts; coordination is not told why the file keeps somebody away.
        noes: how often this need has come back; the next best is then chosen already.
        call_url: asks several at once; empty where that is not for lodging.
    """
    asked, at = need.cleaned_data, now()
    found = look_for_providers(case, asked["service"], asked["urgency"], side=side, at=at)
    wanted = found.of(request.GET.get("organisation", ""))
    best = found.proposed[0] if found.proposed and noes else None
    first = wanted or best
    form = ChooseForm(
        posted(request),
        known=found.receiver,
        initial={"organisation": str(first.pk) if first else None},
    )

    def chosen(cleaned: dict[str, Any]) -> str:
        return act(sending.Asked(form.receiver, asked["service"], asked["urgency"], asked["days"]))

    if request.method == "POST" and (answer := perform(request, form, chosen)) is not None:
        return answer
    return render(
        request,
        "referral/referral/choose.html",
        {
            "form": form,
            "service": code_label(CodeList.SERVICE, asked["service"]),
            "urgency": asked["urgency"],
            "urgency_label": Urgency(asked["urgency"]).label,
            "change_url": f"{request.path}?{_kept(request, change='')}",
            "title": _("Who could receive this person?"),
            "emergency": asked["urgency"] == Urgency.EMERGENCY,
            "back_url": back_url,
            "call_url": call_url,
            "noes": _noes(noes),
            "sentences": [rule.sentence for rule in found.rules if rule.sentence],
            **_lists(request, found, wanted, at, side),
            "coordination": None if wanted or found.proposed or found.to_telephone else national_unit(),
            "list_url": _list_url(request, case) if side != Side.COORDINATING else "",
        },
    )


def _lists(
    request: ActingRequest, found: Found, wanted: Candidate | None, at: datetime, side: Side
) -> dict[str, Any]:
    everybody = "all" in request.GET
    most = None if everybody else SHOWN
    shown = [each for each in found.proposed if each is not wanted][:most]
    # Asked for by name: first, whatever stands against it.
    staffed = [*([wanted] if wanted else []), *shown]
    others = [each for each in found.others if each is not wanted]
    hidden = len(found.proposed) - len(shown) - (wanted in found.proposed)
    return {
        "staffed": staffed,
        "rows": [row(each, at) | {"number": str(number)} for number, each in enumerate(staffed)],
        "to_telephone": found.to_telephone[:most],
        "others": [_other(request, each, side) for each in others[: None if everybody else SHOWN_OTHERS]],
        "others_count": len(others),
        "more": hidden + max(0, len(others) - SHOWN_OTHERS) + max(0, len(found.to_telephone) - SHOWN)
        if most
        else 0,
        "all_url": "" if everybody else f"{request.path}?{_kept(request, all='1', need=True)}",
    }


def _kept(request: ActingRequest, *, need: bool = False, **more: str) -> str:
    names = ("parent", "service", "urgency", "days") if need else ("parent",)
    return urlencode({**{name: request.GET[name] for name in names if name in request.GET}, **more})


def _list_url(request: ActingRequest, case: Case) -> str:
    may = policy.may_case(request.actor, CaseAct.KEEP_AWAY, case_tie(request.actor, case))
    return reverse("case_keep_away", args=[case.pk]) if may else ""


def _noes(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "This need has come back once without a yes.",
        "This need has come back %(count)d times without a yes.",
        count,
    ) % {"count": count}


def row(candidate: Candidate, at: datetime) -> dict[str, Any]:
    """One candidate in words: what speaks for it, its places, what has to be known first."""
    speaking: list[str] = []
    to_mind = [str(each.label) for each in candidate.hindrances]
    for reason in candidate.reasons:
        (to_mind if reason in CAUTIONS else speaking).append(_reason(reason, candidate))
    places = [place_words(offer, at) for offer in candidate.places]
    for_it = words.listed(speaking)
    lines = [
        f"{candidate.region} · {OrganisationKind(candidate.provider.kind).label}",
        *(format_html("{} <strong>{}</strong>, {}", *place) for place in places),
        *([for_it] if for_it else []),
        *to_mind,
    ]
    return {
        "pk": str(candidate.pk),
        "name": candidate.name,
        "places": places,
        "for_it": for_it,
        "to_mind": to_mind,
        "lines": format_html_join(BREAK, "{}", ((line,) for line in lines)),
        "telephone": candidate.telephone,
        "night_telephone": candidate.night_telephone,
    }


def _reason(reason: Reason, candidate: Candidate) -> str:
    if reason == Reason.LANGUAGE:
        spoken = sorted(candidate.need.languages.intersection(candidate.provider.languages))
        names = [small(code_label(CodeList.LANGUAGE, code)) for code in spoken]
        return _("speaks %(languages)s") % {"languages": listed(names)}
    if reason == Reason.AGE:
        return _("check the age: it receives %(ages)s") % {"ages": ages_words(candidate)}
    return str(reason.label)


def ages_words(candidate: Candidate) -> str:
    lowest, highest = candidate.provider.minimum_age, candidate.provider.maximum_age
    ages = {"lowest": lowest, "highest": highest}
    if lowest is None:
        return _("up to %(highest)s years") % ages
    if highest is None:
        return _("from %(lowest)s years") % ages
    return _("from %(lowest)s to %(highest)s years") % ages


def place_words(offer: Offer, at: datetime) -> tuple[str, str, str]:
    """Women; place free; confirmed yesterday. Never how many (decision 22)."""
    group = _("%(group)s:") % {"group": offer.group.label}
    room = _("place free") if offer.free else _("full tonight") if offer.full_tonight else _("full")
    return group, room, _confirmed(offer, at)


def _confirmed(offer: Offer, at: datetime) -> str:
    days = (timezone.localdate(at) - timezone.localdate(offer.confirmed_at)).days
    return _since(days, offer.stale, offer.by_sms, get_language())


@lru_cache(maxsize=1024)
def _since(days: int, stale: bool, by_sms: bool, _language: str | None) -> str:
    if stale:
        since = ngettext("not confirmed for %(count)d day", "not confirmed for %(count)d days", days)
    elif days < 1:
        since = _("confirmed today")
    elif days == 1:
        since = _("confirmed yesterday")
    else:
        since = ngettext("confirmed %(count)d day ago", "confirmed %(count)d days ago", days)
    since %= {"count": days}
    # The number of a telephone can be forged.
    return _("%(confirmed)s (by text message)") % {"confirmed": since} if by_sms else since


#: What coordination reads instead: it sees codes, and neither who is suspected nor what the person wishes.
_KEPT_AWAY: str | Promise = gettext_lazy("Not to be asked, says the file")
_SEALED = frozenset({Hindrance.CONFLICT, Hindrance.REFUSED})


def _other(request: ActingRequest, candidate: Candidate, side: Side) -> dict[str, Any]:
    """Somebody who is not proposed, and why; with the way to ask all the same, where there is one."""
    ask = candidate.askable and candidate.staffed
    kept = {"need": True, "organisation": str(candidate.pk)}
    return {
        "name": candidate.name,
        "where": candidate.region,
        "why": why_not(candidate.hindrances, side),
        "sealed": not _SEALED.isdisjoint(candidate.hindrances),
        "telephone": candidate.telephone if ASKABLE.issuperset(candidate.hindrances) else "",
        "ask_url": f"{request.path}?{_kept(request, **kept)}" if ask else "",  # type: ignore[arg-type]
    }


def why_not(hindrances: Sequence[Hindrance], side: Side) -> str:
    """The gravest of what stands against it."""
    gravest = hindrances[0]
    if side == Side.COORDINATING and gravest in _SEALED:
        return str(_KEPT_AWAY)
    return str(gravest.label)


def suggestion(request: ActingRequest, referral: Referral) -> dict[str, Any] | None:
    """After a no or a silence: whoever could be asked next, for one press that prepares the draft.

    Args:
        referral: one that the reader may redirect, on the side of its sender.
    """
    case, at = case_or_404(request, referral.case_id), now()
    found = look_for_providers(case, referral.service, referral.urgency, side=Side.REFERRING, at=at)
    if not found.proposed:
        return None
    return row(found.proposed[0], at) | {
        "noes": _noes(noes_of(case, referral.service)),
        "form": ActForm(),
        "url": reverse("referral_act", args=[referral.pk, Action.REDIRECT]),
    }
