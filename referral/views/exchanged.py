"""A row of the standard in the words of the reader: its labels, and the ministry's words for its codes."""

from collections.abc import Mapping
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from partners.enums import CodeList
from partners.models import Region
from partners.queries import code_label
from partners.queries.codes import labels_by_htcds
from referral.enums import AgeBand
from referral.htcds.standard import AGE_BAND, FIELDS, REGION, SEPARATOR, TEMPLATE, Field
from referral.htcds.template import Words
from referral.models import ImportedRow
from referral.views.words import day_of

#: The ministry has no list of its own for them.
_CASE_STATUS: Mapping[str, Promise] = {
    "Active": pgettext_lazy("case of a register", "Active"),
    "FollowUp": pgettext_lazy("case of a register", "Follow up"),
    "Closed": pgettext_lazy("case of a register", "Closed"),
    "ClosedReferred": pgettext_lazy("case of a register", "Closed, referred"),
}


def register_rows(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """(label, value) of everything that a register said, in its order."""
    return [(heading_of(name), _worded(FIELDS.get(name), value)) for name, value in values.items()]


def status_said(row: ImportedRow | None) -> str:
    """What the register says that somebody decided, and who; empty where it says no status."""
    if row is None or not row.status:
        return ""
    status = code_label(CodeList.STATUS, row.status)
    if not row.decider:
        return _("%(status)s (it does not say who decided)") % {"status": status}
    return f"{status} ({code_label(CodeList.DECIDER, row.decider)})"


def heading_of(name: str) -> str:
    """What a column is called; one of somebody's own has its name alone."""
    field = FIELDS.get(name)
    if field is None:
        return name
    return field.label if (get_language() or "fr").startswith("en") else field.fr


def _worded(field: Field | None, value: str) -> str:
    if field is None:
        return value
    if field.kind == "boolean":
        return _("Yes") if value == "TRUE" else _("No")
    if field.kind == "date":
        return day_of(date.fromisoformat(value))
    if field.kind == "code":
        labels = _labels(field.list)
        return SEPARATOR.join(labels.get(code, code) for code in value.split(SEPARATOR))
    return value


def _labels(name: str) -> dict[str, str]:
    if name == FIELDS["cas_Status"].list:
        return {code: str(word) for code, word in _CASE_STATUS.items()}
    return labels_by_htcds(name)


def known_words() -> Words:
    """What may stand in the columns of the template that know codes alone."""
    lists = {field.list: _labels(field.list) for field in TEMPLATE if field.kind == "code"}
    regions = dict(Region.objects.order_by("name").values_list("code", "name"))
    return lists | {REGION: regions, AGE_BAND: {band.value: str(band.label) for band in AgeBand}}
