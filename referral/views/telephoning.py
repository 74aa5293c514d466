"""Whom does one telephone when nobody moves, and what does one ask about? Codes, houses and numbers alone."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from partners.models import Organisation
from partners.templatetags.interface import dial, moment
from referral.models import Task
from referral.queries.silence import silences

Row = tuple[str, str]


def about_silence(call: Task) -> list[Row]:
    """What the duty call is about, in words that the other house knows too; then whom to call, first who is silent."""
    silence = silences([call])[call.pk]
    if silence.task is not None:
        what = str(silence.task.get_kind_display())
    else:
        what = str(call.referral.get_state_display()) if call.referral else _("Case")
    rows = [(_("Without an answer"), what), (_("Expected by"), moment(silence.since))]
    if silence.task is not None and call.referral is not None:
        rows.append((_("State"), str(call.referral.get_state_display())))
    return rows + numbers([silence.house, *houses_of(call)])


def houses_of(task: Task) -> list[Organisation]:
    """Of the referral both sides, else the house of the file."""
    if task.referral is None:
        return [task.case.organisation]
    return [task.referral.receiving_organisation, task.referral.referring_organisation]


def numbers(houses: Iterable[Organisation]) -> list[Row]:
    """Each house once, with its number. Where the first one has none, what to do instead."""
    called = list(dict.fromkeys(houses))
    rows = [(each.name, dial(each.telephone) or _("No telephone number is known")) for each in called]
    if called[0].telephone:
        return rows
    instead = _("Telephone another organisation involved.") if any(each.telephone for each in called) else ""
    asked = _(
        "The supervisor of the national unit knows how to reach %(organisation)s, or decides what to do."
    )
    return [
        *rows,
        (_("Next step"), " ".join(filter(None, [instead, asked % {"organisation": called[0].name}]))),
    ]
