"""The extract for justice as a paper: what was granted, for whom, marked on every page with who made it and when."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from partners.actor import Actor
from partners.pdf import typeset
from partners.templatetags.interface import moment
from referral.disclosure import FIELDS
from referral.enums import Group
from referral.models import Requisition
from referral.references import spoken
from referral.views import words


def paper_of(by: Actor, at: datetime) -> Callable[[Requisition, Mapping[str, Any]], bytes]:
    """Courts read French, whatever the language of the screen."""

    def paper(order: Requisition, values: Mapping[str, Any]) -> bytes:
        with translation.override("fr"):
            return typeset("extract.typ", _data(order, values, by, at))

    return paper


def _data(order: Requisition, values: Mapping[str, Any], by: Actor, at: datetime) -> dict[str, Any]:
    reference = spoken(order.reference)
    said = {"order": order.order_number, "name": by.name, "moment": moment(at)}
    return {
        "title": _("Extract for justice"),
        "site": settings.RELAIS_SITE_NAME,
        "reference": reference,
        "mark": _("Order %(order)s · %(name)s · %(moment)s") % said,
        "facts": [
            [_("For"), order.authority],
            [_("Order"), f"{order.order_number}, {words.day_of(order.ordered_on)}"],
            [_("From"), order.case.organisation.name],
            [_("Extract"), reference],
        ],
        "keep": _(
            "For the authority named above alone, for this procedure alone. Law 2005-06: a victim may not be "
            "prosecuted (article 12); the hearing is closed (article 14). Law 2008-12: whoever receives this keeps "
            "it secure (article 71)."
        ),
        "groups": [
            {
                "title": str(Group(group).label),
                "rows": [
                    [words.field_label(name), words.worded(name, values[name]) or _("Nothing is held.")]
                    for name in FIELDS[group]
                ],
            }
            for group in order.granted
        ],
        "end": _(
            "Nothing else is handed out: what is not here was not asked for, not granted, or is not held."
        ),
    }
