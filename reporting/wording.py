"""What a report says of itself, on the screen and in files."""

from django.utils.translation import gettext as _

from partners.templatetags.interface import moment, written
from reporting.periods import Period
from reporting.suppression import SHOWN_FROM
from reporting.tables import Report

#: Stands beside a number that is not to be published.
KEPT = "*"


def kept_words() -> str:
    return _("* Not to be published: somebody could be recognised, or such a number be computed with it.")


def days(period: Period) -> str:
    form = "j F Y"
    return _("%(first)s to %(last)s") % {
        "first": written(period.first, form),
        "last": written(period.last, form),
    }


def facts_of(report: Report) -> list[tuple[str, str]]:
    """Whose, of when, made when, and how to read it."""
    return [
        (_("Organisation"), report.organisation),
        (_("Period"), days(report.period)),
        (_("Made on"), moment(report.made_at)),
        (
            _("How to read it"),
            _("Each table says how it is counted: by when something happened, not by when it was typed."),
        ),
        (
            _("Before you publish"),
            _(
                "Leave out every number with a *: those from 1 to %(most)d, and those from which such a number can be "
                "computed."
            )
            % {"most": SHOWN_FROM - 1},
        ),
    ]
