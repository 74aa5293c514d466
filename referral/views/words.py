"""Values of a file in words, the same on every page that shows them."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from partners.actor import Actor
from partners.enums import CodeList
from partners.models import Organisation
from partners.queries import code_label
from partners.templatetags.interface import moment, telephone, written
from referral.course import CASE_TRANSFER, RiskAbout, RiskDimension
from referral.enums import AgeBand, AgeStatus, Group, PlaceFlag, Purpose, RiskLevel, SafeChannel, State
from referral.kinds import QuestionKind
from referral.models import Case, Person, RiskAssessment, StatusDecision
from referral.references import spoken
from referral.topics import Topic
from referral.views.field_names import FIELDS

#: What is to be done in a state, as one says it to whoever does it.
NEXT_STEP: dict[str, str | Promise] = {
    State.DRAFT: gettext_lazy("Check what is shared, then send"),
    State.SENT: gettext_lazy("Acknowledge receipt"),
    State.ACKNOWLEDGED: gettext_lazy("Accept, or say that it is not possible"),
    State.INFO_REQUESTED: gettext_lazy("Answer the desk's questions"),
    State.ACCEPTED: gettext_lazy("Receive the person and record the arrival"),
    State.NO_SHOW: gettext_lazy("Call back, then find the person or withdraw"),
    State.IN_SERVICE: gettext_lazy("Review the stay, or end the service"),
}


def until(due: datetime, at: datetime, said: str = "") -> str:
    """The moment; once it is over, in red how late it is. For what is still to be done.

    Args:
        said: the moment within its sentence.
    """
    words = said or moment(due)
    if at < due:
        return words
    late = render_to_string("components/deadline.html", {"due": due, "at": at})
    return format_html("{} · {}", words, late)


def case_title(case: Case) -> str:
    return _("Case %(reference)s") % {"reference": spoken(case.reference)}


def part_names() -> dict[str, str]:
    """The parts of a file that are corrected one at a time (`forms.intake.PARTS`)."""
    return {
        "situation": _("Danger and risk"),
        "person": _("Age, sex and languages"),
        "identity": _("Name and identity"),
        "contact": _("Safe contact"),
        "needs": _("Needs"),
        "children": _("Children with the person"),
        "health": _("Health"),
        "legal": _("Legal situation"),
        "narrative": _("What happened"),
        "documents": _("Documents"),
        "declined": _("What the person does not wish to speak about"),
    }


def field_label(name: str) -> str:
    """Name of a column of `Person`, as a heading."""
    label = str(Person._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def field_of(object_type: str, name: str) -> str:
    """What a look was at: a column of the row, or a group of fields where the row holds groups."""
    if name in Group:
        return str(Group(name).label)
    try:
        field = apps.get_model(object_type)._meta.get_field(name)
    except (LookupError, FieldDoesNotExist):  # a table or a column of the past
        return name
    said = getattr(field, "verbose_name", name)
    # A column without words of its own has those that Django makes of its name.
    return str(said if isinstance(said, Promise) else FIELDS.get(name, said))


def listed(items: list[str]) -> str:
    return ", ".join(items)


def age(person: Person) -> str:
    known = person.age_status != AgeStatus.UNKNOWN or person.age_band != AgeBand.UNKNOWN
    band = [str(person.get_age_band_display())] if known else []
    return " · ".join([str(person.get_age_status_display()), *band])


def languages(codes: list[str] | None) -> str:
    return listed([code_label(CodeList.LANGUAGE, code) for code in codes or []])


def flags(codes: list[str] | None) -> str:
    return listed([str(PlaceFlag(code).label) for code in codes or [] if code in PlaceFlag])


def services(codes: list[str] | None) -> str:
    return listed([code_label(CodeList.SERVICE, code) for code in codes or []])


def topics(codes: list[str] | None) -> str:
    return listed([str(Topic(code).label) for code in codes or [] if code in Topic])


def children(bands: list[str] | None) -> str:
    """2 children with the person: 0 to 5 years, 9 to 13 years. Nothing where nobody has asked."""
    if bands is None:
        return ""
    if not bands:
        return _("None")
    count = ngettext("%(count)d child", "%(count)d children", len(bands)) % {"count": len(bands)}
    return _("%(count)s: %(ages)s") % {
        "count": count,
        "ages": listed([str(AgeBand(band).label) for band in bands]),
    }


def safe_contact(contact: dict[str, Any] | None) -> str:
    """Channel by channel; what nobody said is safe reads "do not contact"."""
    channels = (contact or {}).get("channels", {})
    safe = [
        str(SafeChannel(code).label) for code, allowed in channels.items() if allowed and code in SafeChannel
    ]
    if not safe:
        return _("Do not contact")
    lines = [_("Only by: %(channels)s") % {"channels": listed(safe)}]
    lines.append(_("A message may be left") if (contact or {}).get("message") else _("Leave no message"))
    for name, sentence in (
        ("hours", _("Hours: %(value)s")),
        ("words", _("Say: %(value)s")),
        ("who", _("May also answer: %(value)s")),
    ):
        if value := (contact or {}).get(name):
            lines.append(sentence % {"value": value})
    return "\n".join(lines)


def yes_no(answer: bool | None) -> str:
    return "" if answer is None else _("Yes") if answer else _("No")


def day_of(value: date | str) -> str:
    """A date, or its ISO text as a snapshot keeps it."""
    return written(date.fromisoformat(value) if isinstance(value, str) else value, pgettext("date", "j F Y"))


_WORDED: dict[str, Callable[[Any], str]] = {
    "safe_contact": safe_contact,
    "children": children,
    "languages": languages,
    "flags": flags,
    "first_needs": services,
    "declined": topics,
    "interpreter_needed": yes_no,
    "birth_date": lambda born: day_of(born) if born else "",
    "nationality": lambda code: code_label(CodeList.COUNTRY, code) if code else "",
    "phone": lambda number: telephone(number) if number else "",
}


def worded(name: str, value: Any) -> str:
    """The opened value of a column of `Person`."""
    return _WORDED[name](value) if name in _WORDED else str(value or "")


def answer_words(kind: str, answer: str) -> str:
    """The answer to a question of the ministry."""
    if kind == QuestionKind.YES_NO:
        return yes_no(answer == "yes")
    return day_of(answer) if kind == QuestionKind.DATE else answer


def organisation_words(organisation: Organisation, purpose: str) -> str:
    return f"{organisation} ({str(Purpose(purpose).label).lower()})"


def decision(actor: Actor, decision: StatusDecision) -> dict[str, Any]:
    """A decision on the status, with its basis. Who has decided is data, and may be anybody."""
    inside = decision.recorded_by.organisation_id == actor.organisation_id
    by = decision.recorded_by.name if inside else str(decision.recorded_by.organisation)
    return {
        "label": code_label(CodeList.STATUS, decision.status),
        "decider": code_label(CodeList.DECIDER, decision.decider),
        "on": day_of(decision.decided_on),
        "basis": decision.basis,
        "by": by,
    }


def assessment(row: RiskAssessment) -> dict[str, Any]:
    """What was feared on a day."""
    return {
        "level": row.level,
        "label": RiskLevel(row.level).label,
        "about": RiskAbout(row.about).label,
        "dimensions": listed([str(RiskDimension(code).label) for code in row.dimensions]),
        "reasons": row.reasons,
        "at": row.assessed_at,
        "next": row.next_review,
    }


def risk_at_opening(level: str, opened_at: datetime) -> dict[str, Any]:
    """As `assessment`: what the file began with, which nobody has weighed by itself."""
    return {
        "level": level,
        "label": RiskLevel(level).label,
        "about": _("At the opening of the file"),
        "dimensions": "",
        "reasons": None,
        "at": opened_at,
        "next": None,
    }


def service_words(code: str) -> str:
    """A service, or what one asks of an organisation that is to take a case over."""
    return _("Be responsible for the person") if code == CASE_TRANSFER else code_label(CodeList.SERVICE, code)


def said_no(groups: Iterable[str], *, child: bool) -> dict[str, str]:
    """What stands below each part of a file to which the person has said no."""
    return dict.fromkeys(groups, _("The child said no.") if child else _("The person said no."))


def group_words(groups: list[str]) -> str:
    return listed([str(Group(group).label) for group in Group if group in groups])
