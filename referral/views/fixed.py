"""What national coordination cannot set: where silence becomes louder is the same for everybody."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from referral.deadlines import FOLLOWED
from referral.enums import Urgency
from referral.escalation import CALL_FIRST, PATIENCE, UNANSWERED_LADDER, Audience
from referral.views.lengths import length

_WHO = {
    Audience.HOLDER: gettext_lazy("whoever has to act"),
    Audience.HEADS: gettext_lazy("the heads of both sides"),
    Audience.COORDINATION: gettext_lazy("national coordination"),
    Audience.DUTY: gettext_lazy("the national duty officer"),
}


def fixed() -> list[tuple[str, str, str]]:
    """What it is, how long, and why nobody changes it."""
    return [
        (
            _("Who is told of a silence"),
            " · ".join(_rungs()),
            _(
                "A deadline may be longer; that somebody above hears of it when it passes may not depend on it."
            ),
        ),
        (
            _("Confirm having read an alert"),
            " · ".join(
                _("%(urgency)s: %(time)s") % {"urgency": Urgency(urgency).label, "time": _span(span)}
                for urgency, span in PATIENCE.items()
            ),
            _("Until then an alert counts as unheard, and the next person up is told."),
        ),
        (
            _("Call of a vital emergency"),
            _span(CALL_FIRST),
            _("The desk is telephoned first; without an answer by then, the next organisation is asked."),
        ),
        (
            _("Ask how it goes after the arrival"),
            _("on days %(first)d and %(second)d") % {"first": FOLLOWED[0].days, "second": FOLLOWED[1].days},
            _("The sender is asked where the receiver has no account, so that no promise ends unseen."),
        ),
    ]


def _rungs() -> list[str]:
    return [
        _("at %(share)d%% of the time: %(who)s") % {"share": 100 * step.share, "who": _WHO[step.audience]}
        if step.share is not None
        else _("then, without an answer: %(who)s") % {"who": _WHO[step.audience]}
        for step in UNANSWERED_LADDER
    ]


def _span(span: timedelta) -> str:
    if span >= timedelta(hours=1):
        return length(span)
    minutes = int(span.total_seconds() // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
