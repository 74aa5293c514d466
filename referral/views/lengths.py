"""How long, in words."""

from django.utils.translation import ngettext

from referral.deadlines import Span
from referral.forms.terms import DAYS, HOURS, told


def length(span: Span) -> str:
    count, unit = told(span)
    if unit == HOURS:
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    if unit == DAYS:
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    return ngettext("%(count)d working day", "%(count)d working days", count) % {"count": count}
