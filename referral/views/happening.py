"""An event in plain words: who, what, which fields, before and after. No name of the person, no sealed value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from audit.enums import Verb
from audit.models import Event
from crypto.fields import SealedField
from partners.actor import Actor
from partners.enums import Role
from partners.queries import code_label
from partners.templatetags.interface import moment
from referral.enums import RevealReason
from referral.queries.supervised import Names, Version
from referral.services.pace import BEYOND, LIMIT, UNUSUAL
from referral.supervising import CODED_BY, GAP, WITH_VALUES, WITHOUT_MEANING, EventKind
from referral.views import words
from referral.views.story import MOVES

#: What an act is called where it stands alone before its object: “Viewed: referral”.
ACTS: Mapping[str, str | Promise] = {
    Verb.LIST: gettext_lazy("Listed"),
    Verb.VIEW: gettext_lazy("Viewed"),
    Verb.REVEAL: gettext_lazy("Revealed"),
    Verb.PREVIEW: gettext_lazy("Coded preview seen"),
    Verb.SEARCH: gettext_lazy("Searched"),
    Verb.FILE_GET: gettext_lazy("File opened"),
    Verb.ALERT: gettext_lazy("Alert: opened far more than usual"),
    Verb.AUDIT_READ: gettext_lazy("Record of acts read"),
    Verb.CREATE: gettext_lazy("Written down"),
    Verb.CHANGE: gettext_lazy("Changed"),
    Verb.CONSENT_CHANGE: gettext_lazy("Changed"),
    Verb.DELETE: gettext_lazy("Deleted"),
    Verb.EXPORT: gettext_lazy("Exported"),
    Verb.PRINT: gettext_lazy("Printed"),
    Verb.GRANT: gettext_lazy("Access given"),
    Verb.REVOKE: gettext_lazy("Access taken back"),
    Verb.KEY_ROTATE: gettext_lazy("Key rotated"),
    Verb.KEY_UNWRAP_BATCH: gettext_lazy("Keys unwrapped"),
    Verb.KEY_SHRED: gettext_lazy("Key destroyed"),
    Verb.CASE_SHREDDED: gettext_lazy("Case erased"),
    Verb.ESCALATE: gettext_lazy("Next person up told"),
    Verb.CONFIRM: gettext_lazy("Reading confirmed"),
}
#: Acts that say by themselves what they were about.
OF_THEMSELVES = frozenset(
    {
        Verb.ALERT,
        Verb.AUDIT_READ,
        Verb.CASE_SHREDDED,
        Verb.CONFIRM,
        Verb.ESCALATE,
        Verb.KEY_UNWRAP_BATCH,
        Verb.PREVIEW,
    }
)
_SCOPES: Mapping[str, str | Promise] = {
    LIMIT: gettext_lazy("limit of an hour reached"),
    BEYOND: gettext_lazy("once beyond the limit, to reach the person"),
    UNUSUAL: gettext_lazy("more than usual in a day"),
    "timeline": gettext_lazy("timeline"),
    "looks": gettext_lazy("who looked"),
}
#: Why something was refused, where an event says no more than that it was.
_REFUSED: Mapping[str, str | Promise] = {
    "NOT_VISIBLE": gettext_lazy("not visible to this person"),
    "TOO_MANY_REVEALS": gettext_lazy("too many reveals in an hour"),
    "QUOTA_USED": gettext_lazy("searches of the day used up"),
    "STALE": gettext_lazy("the page was out of date"),
}


def line(
    actor: Actor,
    event: Any,
    names: Names,
    versions: Mapping[Version, Any],
    happened: datetime | None,
) -> dict[str, Any]:
    """One row of the timeline. `event` carries its `kind`."""
    late = happened is not None and event.at - happened > GAP
    return {
        "title": title(event),
        "kind": event.kind,
        "kind_label": EventKind(event.kind).label,
        "who": who(actor, event, names),
        "at": happened if late else event.at,
        "recorded_at": event.at if late else None,
        "changes": changes(actor, event, names, versions),
        "why": why(event),
    }


def gathered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What one press did several times, as each cell of a conversation about consent, once with its number."""
    found: list[dict[str, Any]] = []
    for row in rows:
        if found and row == {name: value for name, value in found[-1].items() if name != "times"}:
            found[-1]["times"] += 1
        else:
            found.append(row | {"times": 1})
    return found


def title(event: Event) -> str:
    if event.kind == EventKind.DENIED:  # type: ignore[attr-defined]  # annotated by the query
        return _("Refused: %(what)s") % {"what": refused(event)}
    family, _dot, action = event.verb.partition(".")
    if family == "transition":
        moved = MOVES.get(event.object_type, {}).get(action)
        return str(moved) if moved else _("Moved: %(what)s") % {"what": thing(event.object_type)}
    act = ACTS.get(event.verb)
    if act is None:
        act = event.label
    if event.verb in OF_THEMSELVES:
        return capfirst(str(act))
    return _("%(act)s: %(what)s") % {"act": capfirst(str(act)), "what": thing(event.object_type)}


def thing(object_type: str) -> str:
    """The row in words; a page that was asked for, as a page."""
    if object_type.startswith("page."):
        return _("a page of the file")
    try:
        return str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return _("something of the past")


def refused(event: Event) -> str:
    said = _REFUSED.get(event.reason_code)
    if said is None and event.reason_code.startswith("NOT_POSSIBLE"):
        said = _("not possible in this state")
    elif said is None:
        said = _("not allowed for this role")
    return _("%(what)s (%(why)s)") % {"what": thing(event.object_type), "why": said}


def why(event: Event) -> str:
    if event.scope in RevealReason:
        return str(RevealReason(event.scope).label)
    if event.scope in _SCOPES:
        return str(_SCOPES[event.scope])
    return ""


def who(actor: Actor, event: Event, names: Names) -> str:
    """For an auditor everybody by name: whoever says who did what must know who it was. A supervisor knows the own
    people by name, others by their organisation and role (domain §7.15)."""
    if event.actor_id is None:
        return _("the system")
    user = names.people.get(event.actor_id)
    house = names.organisations.get(event.organisation_id) if event.organisation_id else None
    if user is None:
        return _("an account of the past")
    if house is None:
        house = names.organisations[user.organisation_id]
    if actor.has(Role.AUDITOR):
        return f"{user.name}, {house.name}"
    if house.pk == actor.organisation_id:
        return str(user.name)
    roles = words.listed(names.roles_at(user.pk, event.at))
    return f"{house.name} ({roles})" if roles else str(house.name)


# --- Before and after --------------------------------------------------------------------------------------
def changes(
    actor: Actor, event: Event, names: Names, versions: Mapping[Version, Any]
) -> list[dict[str, str]]:
    """Which fields; of codes both values in words, of all that is sealed the name alone."""
    shown = []
    if event.verb.startswith("transition.") and ":" in event.scope:
        source, _colon, target = event.scope.partition(":")
        shown.append(
            {
                "field": _("State"),
                "before": _state(event.object_type, source),
                "after": _state(event.object_type, target),
            }
        )
    looked = event.verb not in (Verb.CHANGE, Verb.CREATE) and not event.verb.startswith("transition.")
    for name in event.fields:
        if name in WITHOUT_MEANING:
            continue
        said = {"field": capfirst(words.field_of(event.object_type, name)), "before": "", "after": ""}
        if not looked:
            before, after = _values(actor, event, name, names, versions)
            if before is None or after is None:
                said["after"] = pgettext("field", "changed")
            elif before == after:
                continue
            else:
                said |= {
                    "before": before or pgettext("value", "nothing"),
                    "after": after or pgettext("value", "nothing"),
                }
        shown.append(said)
    return shown


def _state(object_type: str, code: str) -> str:
    try:
        field = apps.get_model(object_type)._meta.get_field("state")
    except (LookupError, ValueError, FieldDoesNotExist):
        return code
    return str(dict(field.flatchoices).get(code, code))


def _values(
    actor: Actor, event: Event, name: str, names: Names, versions: Mapping[Version, Any]
) -> tuple[str | None, str | None]:
    if event.object_type not in WITH_VALUES or event.object_id is None or event.version is None:
        return None, None
    rows = [versions.get((event.object_type, event.object_id, event.version - back)) for back in (1, 0)]
    if None in rows:
        return None, None
    try:
        field: Any = apps.get_model(event.object_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None, None
    if isinstance(field, SealedField):
        return None, None
    # By the attribute as it is stored: of a relation the id, of which the words are looked up.
    before, after = (_worded(actor, field, getattr(row, field.attname, None), names) for row in rows)
    return before, after


def _worded(actor: Actor, field: Any, value: Any, names: Names) -> str | None:
    """A stored code in words; None for what has none."""
    if isinstance(field, models.ForeignKey):
        return _named(actor, field, value, names)
    if value is None or value == "":
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, "")) or None
    if field.name in CODED_BY and isinstance(value, str):
        return code_label(CODED_BY[field.name], value)
    for kind, say in _SAID:
        if isinstance(value, kind):
            return say(value)
    return None


#: In this order: a moment is a date too, and yes a number.
_SAID: Sequence[tuple[type, Callable[[Any], str]]] = (
    (datetime, moment),
    (date, words.day_of),
    (bool, words.yes_no),
    (int, str),
)


def _named(actor: Actor, field: Any, pk: UUID | None, names: Names) -> str | None:
    """An organisation, a region, or a person of staff as this reader knows them."""
    if pk is None:
        return ""
    target = field.related_model._meta.label
    if target == "partners.Region":
        return str(names.regions[pk].name) if pk in names.regions else None
    if target == "partners.Organisation":
        return str(names.organisations[pk].name) if pk in names.organisations else None
    if target == "partners.User" and pk in names.people:
        user = names.people[pk]
        own = actor.has(Role.AUDITOR) or user.organisation_id == actor.organisation_id
        return str(user.name if own else user.organisation.name)
    return None


def concerned(versions: Mapping[Version, Any]) -> tuple[set[UUID], set[UUID]]:
    """People and organisations that stand in these versions as values."""
    people: set[UUID] = set()
    houses: set[UUID] = set()
    for (object_type, _pk, _number), row in versions.items():
        if object_type not in WITH_VALUES:
            continue
        for field in apps.get_model(object_type)._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and (pk := getattr(row, field.attname, None)):
                target = field.related_model._meta.label
                if target == "partners.User":
                    people.add(pk)
                elif target == "partners.Organisation":
                    houses.add(pk)
    return people, houses
