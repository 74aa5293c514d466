"""Words and attributes that templates need; nothing here decides or looks anything up."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

register = template.Library()

SOON = timedelta(hours=2)

# One vocabulary of colours for every machine; the word always stands beside it.
COLOURS = {
    "draft": "grey",
    "sent": "blue",
    "acknowledged": "teal",
    "info_requested": "yellow",
    "accepted": "green",
    "in_service": "green",
    "no_show": "orange",
    "declined": "red",
    "expired": "red",
    "withdrawn": "grey",
    "completed": "grey",
    "planned": "blue",
    "departed": "teal",
    "overnight": "purple",
    "arrived": "green",
    "broken_off": "red",
    "signaled": "blue",
    "screening": "teal",
    "protected": "green",
    "planning": "blue",
    "assisted": "green",
    "solution": "turquoise",
    "followup": "teal",
    "closed": "grey",
    "closed_transferred": "grey",
    "archived": "grey",
    "asked": "yellow",
    "offered": "green",
    "chosen": "green",
    "open": "blue",
    "proposed": "blue",
    "reached": "green",
    "given_up": "grey",
    "well": "green",
    "needs_help": "orange",
    "in_danger": "red",
    "missing": "red",
    "not_reachable": "yellow",
    "requisition": "yellow",
    "ogp_requested": "yellow",
    "ogp": "green",
    "none": "orange",
    "lifted": "grey",
    "emergency": "red",
    "urgent": "orange",
    "standard": "grey",
    "critical": "red",
    "high": "orange",
    "medium": "yellow",
    "low": "green",
    "unknown": "orange",
    "given": "green",
    "refused": "red",
    "expired_consent": "orange",
    "active": "green",
    "suspended": "red",
    "expiring": "yellow",
    "not_assessed": "orange",
    "assessed_safe": "green",
    "suspected": "red",
    "same": "green",
    "near": "yellow",
    "different": "grey",
    "not_sure": "yellow",
    "not_known": "grey",
}


@register.filter
def colour(code: object) -> str:
    """Name of a GOV.UK tag colour."""
    return COLOURS.get(str(code), "grey")


# --- Time in words -----------------------------------------------------------------------------------------
@register.filter
def clock(at: datetime) -> str:
    """16 h, 16 h 05; in English 16:00, 16:05."""
    local = timezone.localtime(at)
    words = (
        pgettext("clock", "{hour:02d}:{minute:02d}")
        if local.minute
        else pgettext("clock on the hour", "{hour:02d}:00")
    )
    return words.format(hour=local.hour, minute=local.minute)


@register.filter(expects_localtime=True)
def written(on: date, form: str) -> str:
    """A day in words; the first of a month has a word of its own in French, 1er."""
    words = date_format(on, form)
    return re.sub(r"\b1\b", pgettext("first of the month", "1"), words, count=1) if on.day == 1 else words


@register.filter
def day(at: datetime) -> str:
    return written(timezone.localtime(at), pgettext("date", "j F Y"))


@register.filter
def moment(at: datetime) -> str:
    """21 novembre 2026 à 16 h."""
    return _("%(date)s at %(time)s") % {"date": day(at), "time": clock(at)}


@dataclass(frozen=True)
class Deadline:
    words: str
    late: bool
    soon: bool


@register.simple_tag
def deadline(due: datetime, at: datetime | None = None) -> Deadline:
    """
    Args:
        due: when the promise runs out.
        at: the clock of this request; the machine's own when not given.
    """
    at = at or timezone.now()
    if due <= at:
        return Deadline(_late(at - due), late=True, soon=False)
    return Deadline(_ahead(due, at), late=False, soon=due - at <= SOON)


def _late(span: timedelta) -> str:
    return _("%(span)s late") % {"span": lasting(span)}


def lasting(span: timedelta) -> str:
    """20 min, 5 h, 3 days."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)d min") % {"count": max(minutes, 1)}
    if minutes < 48 * 60:
        return _("%(count)d h") % {"count": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _ahead(due: datetime, at: datetime) -> str:
    if due - at < timedelta(hours=1):
        return _("in %(count)d min") % {"count": max(int((due - at).total_seconds() // 60), 1)}
    days = (timezone.localdate(due) - timezone.localdate(at)).days
    if days == 0:
        return _("today at %(time)s") % {"time": clock(due)}
    if days == 1:
        return _("tomorrow at %(time)s") % {"time": clock(due)}
    on = written(timezone.localtime(due), pgettext("date", "l j F"))
    return _("%(date)s at %(time)s") % {"date": on, "time": clock(due)}


# --- Other words -------------------------------------------------------------------------------------------
@register.filter
def telephone(number: object) -> str:
    """+221771234567 as +221 77 123 45 67, in groups that are easy to say; other numbers unchanged."""
    parts = re.fullmatch(r"(\+221)?(\d\d)(\d{3})(\d\d)(\d\d)", re.sub(r"[\s.-]", "", str(number)))
    return "\N{NO-BREAK SPACE}".join(part for part in parts.groups() if part) if parts else str(number)


@register.filter
def dial(number: object) -> str:
    """A number that a touch calls; empty where none is known, words where it is no number."""
    called = re.sub(r"[\s.-]", "", str(number or ""))
    if not re.fullmatch(r"\+?\d+", called):
        return str(number or "")
    return format_html('<a class="govuk-link app-nowrap" href="tel:{}">{}</a>', called, telephone(number))


@register.filter
def at_key(words: Mapping[str, Any] | None, key: object) -> Any:
    return words.get(str(key), "") if words else ""


@register.simple_tag
def squares(capacity: int, occupied: int = 0, held: int = 0, over: int = 0) -> list[str]:
    """One word per place, for the row of squares; an empty list when there are too many to draw."""
    if capacity + over > 60:
        return []
    taken = min(occupied, capacity)
    promised = min(held, capacity - taken)
    free = capacity - taken - promised
    return ["occupied"] * taken + ["held"] * promised + ["free"] * free + ["over"] * over


# --- Form fields -------------------------------------------------------------------------------------------
# From the particular to the general: a subclass (allauth has its own PasswordInput) falls under its parent.
KINDS: list[tuple[type[forms.Widget], str]] = [
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.SelectDateWidget, "date"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
    (forms.PasswordInput, "password"),
]
CLASSES = {
    "select": "govuk-select",
    "textarea": "govuk-textarea",
    "file": "govuk-file-upload",
    "password": "govuk-input govuk-password-input__input govuk-js-password-input-input",
    "input": "govuk-input",
}


@register.filter
def kind(field: BoundField) -> str:
    """Which markup of components/field.html a form field takes."""
    if field.is_hidden:
        return "hidden"
    return next((name for widget, name in KINDS if isinstance(field.field.widget, widget)), "input")


@register.simple_tag
def control(
    field: BoundField, width: str = "", pii: bool = False, lines: int = 5, **attributes: str
) -> SafeString:
    """The bare widget with GOV.UK classes. Empty attributes are left out."""
    name = kind(field)
    classes = [CLASSES[name]]
    if width:
        classes.append(f"govuk-input--width-{width}" if width.isdecimal() else f"govuk-!-width-{width}")
    if field.errors:
        classes.append(CLASSES[name].split()[0] + "--error")
    if pii:
        classes.append("app-pii")
    # maxlength would cut a pasted text in silence; the form says what is too long.
    attrs: dict[str, Any] = {"maxlength": False, "minlength": False, "placeholder": False}
    described = [field.aria_describedby] if field.aria_describedby else []
    if limit(field):
        classes.append("govuk-js-character-count")
        described.append(f"{field.auto_id}-info")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if pii:
        # The blank placeholder lets the stylesheet know an empty box, which needs no mask.
        attrs |= {"autocomplete": "off", "spellcheck": "false", "placeholder": " "}
    if name == "textarea":
        attrs["rows"] = lines
    attrs |= {key.replace("_", "-"): value for key, value in attributes.items() if value}
    return field.as_widget(attrs=attrs | {"class": " ".join(classes)})


@register.filter
def limit(field: BoundField) -> int:
    """How many characters a long text may have: 0 shows no count."""
    return getattr(field.field, "max_length", None) or 0 if kind(field) == "textarea" else 0


@dataclass(frozen=True)
class DatePart:
    name: str
    id: str
    value: str
    label: str
    width: int


@register.simple_tag
def date_parts(field: BoundField) -> list[DatePart]:
    """Three boxes for a SelectDateWidget, with what was typed even when it is no date."""
    widget = field.field.widget
    stored = widget.format_value(field.value())
    labels = {
        "day": pgettext("date part", "Day"),
        "month": pgettext("date part", "Month"),
        "year": pgettext("date part", "Year"),
    }
    parts = []
    for part, label in labels.items():
        name = getattr(widget, f"{part}_field") % field.html_name
        typed = field.form.data.get(name, "") if field.form.is_bound else stored[part]
        parts.append(
            DatePart(name, f"{field.auto_id}_{part}", str(typed or ""), label, 4 if part == "year" else 2)
        )
    return parts


@dataclass(frozen=True)
class Mistake:
    message: str
    target: str


@register.simple_tag
def mistakes(form: forms.BaseForm | Iterable[forms.BaseForm] | None) -> list[Mistake]:
    """What the error summary lists, in the order of the page: text, and the id to jump to.

    A sentence that several questions of a form share is said once, and leads to the first of them.
    """
    if form is None:
        return []
    if not isinstance(form, forms.BaseForm):
        return [mistake for each in form for mistake in mistakes(each)]
    found = {str(error): "" for error in form.non_field_errors()}
    for field in form:
        target = "" if field.is_hidden else _target(field)
        for sentence in sentences(field):
            found.setdefault(sentence, target)
    return [Mistake(sentence, target) for sentence, target in found.items()]


@register.filter
def sentences(field: BoundField) -> list[str]:
    """Its errors. Django's own for a missing answer names no field, and says nothing among others in the summary."""
    nameless = str(forms.Field.default_error_messages["required"])
    return [_missing(field) if error == nameless else error for error in map(str, field.errors)]


def _missing(field: BoundField) -> str:
    label = str(field.label)
    if label.rstrip().endswith("?"):
        words = _("Answer “%(label)s”.")
    elif kind(field) in ("radios", "checkboxes", "select"):
        words = _("Choose under “%(label)s”.")
    elif kind(field) == "checkbox":
        words = _("Tick “%(label)s”.")
    else:
        words = _("Fill in “%(label)s”.")
    return words % {"label": label}


def _target(field: BoundField) -> str:
    suffix = {"radios": "_0", "checkboxes": "_0", "date": "_day"}.get(kind(field), "")
    return f"{field.auto_id}{suffix}"
