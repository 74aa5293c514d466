"""A row of the standard in the words of the reader: its labels, and the ministry's words for its codes."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partners.queries.codes import labels_by_htcds
from referral.htcds.standard import FIELDS, SEPARATOR, Field
from referral.views.words import day_of


def register_rows(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """(label, value) of everything that a register said, in its order."""
    french = not (get_language() or "fr").startswith("en")
    rows = []
    for name, value in values.items():
        field = FIELDS.get(name)
        if field is None:
            rows.append((name, value))
        else:
            rows.append((field.fr if french else field.label, _worded(field, value)))
    return rows


def _worded(field: Field, value: str) -> str:
    if field.kind == "boolean":
        return _("Yes") if value == "TRUE" else _("No")
    if field.kind == "date":
        return day_of(date.fromisoformat(value))
    if field.kind == "code":
        labels = labels_by_htcds(field.list)
        return SEPARATOR.join(labels.get(code, code) for code in value.split(SEPARATOR))
    return value
