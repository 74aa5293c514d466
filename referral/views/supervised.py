"""The timeline of a file, and who looked at it: for whoever supervises, in codes and read only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.models import Event
from partners.actor import Actor
from partners.alphabet import alphabetical
from partners.enums import Role
from partners.models import Region
from partners.templatetags.interface import day, moment
from referral.forms.supervision import PeriodFilter, ReferenceForm, TimelineFilter
from referral.models import Case
from referral.queries.looks import Looker
from referral.queries.supervised import MOST_PRINTED, PAGE, Names, names_of, occurred, versions_of, who_acted
from referral.references import spoken
from referral.services import supervising
from referral.views import happening, words
from referral.views.door import ActingRequest, now


def uuid_of(text: str) -> UUID | None:
    """From an address; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def with_key(query: QueryDict, name: str, pk: UUID) -> str:
    """The same page from this row on."""
    query = query.copy()
    query[name] = str(pk)
    return f"?{query.urlencode()}"


def bounded(actor: Actor) -> str:
    """The region to which an auditor is bound, in words."""
    if actor.audited_region is None:
        return ""
    return str(Region.objects.get(pk=actor.audited_region).name)


@require_GET
def files(request: ActingRequest) -> HttpResponse:
    """The files that one may supervise, or the one whose code was typed."""
    actor = request.actor
    supervising.require_watcher(actor)
    form = ReferenceForm(request.GET if "reference" in request.GET else None)
    more = ""
    if form.is_bound:
        cases = supervising.find_files(actor, form.cleaned_data["reference"]) if form.is_valid() else []
    else:
        cases = supervising.list_files(actor, uuid_of(request.GET.get("before", "")))
        if len(cases) > PAGE:
            cases = cases[:PAGE]
            more = with_key(request.GET, "before", cases[-1].pk)
    return render(
        request,
        "referral/supervision/files.html",
        {
            "form": form,
            "rows": [_file(actor, case) for case in cases],
            "columns": [_("Reference"), _("Region"), _("Organisation"), _("State"), _("Opened")],
            "searched": form.is_bound and form.is_valid(),
            "next": more,
            "region": bounded(actor),
            "at": now(),
        },
    )


def _file(actor: Actor, case: Case) -> dict[str, Any]:
    return {
        "url": reverse("supervised_file", args=[case.pk]),
        "reference": spoken(case.reference),
        "note": case.owner.name if case.owner else _("a report that nobody has taken in"),
        "what": case.region.name,
        "who": case.organisation.name,
        "state": case.state,
        "label": case.get_state_display(),
        "when": day(case.opened_at),
    }


@require_GET
def file(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Everything that happened to a file, in one list."""
    case = supervising.open_file(request.actor, pk)
    chosen = _filter(request, case)
    events = supervising.read_timeline(case, chosen.asked(), uuid_of(request.GET.get("after", "")))
    more = with_key(request.GET, "after", events[PAGE - 1].pk) if len(events) > PAGE else ""
    return render(
        request,
        "referral/supervision/file.html",
        {
            **_head(case),
            "filter": chosen,
            "lines": lines(request.actor, events[:PAGE]),
            "next": more,
            "print_url": f"{reverse('supervised_file_print', args=[pk])}?{request.GET.urlencode()}",
            "looks_url": reverse("supervised_file_looks", args=[pk]),
        },
    )


@require_GET
def file_print(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The same on paper: no buttons, no filter, who printed it."""
    case = supervising.open_file(request.actor, pk)
    chosen = _filter(request, case)
    events = supervising.print_timeline(case, chosen.asked())
    return render(
        request,
        "referral/supervision/file_print.html",
        {
            **_head(case),
            "lines": lines(request.actor, events[:MOST_PRINTED]),
            "most": MOST_PRINTED if len(events) > MOST_PRINTED else 0,
            "by": request.actor.name,
            "at": now(),
            "back_url": reverse("supervised_file", args=[pk]),
        },
    )


def _head(case: Case) -> dict[str, Any]:
    return {
        "reference": spoken(case.reference),
        "case": case,
        "facts": [
            (_("Organisation"), case.organisation.name),
            (_("Case owner"), case.owner.name if case.owner else _("nobody yet")),
            (_("Region"), case.region.name),
            (_("State"), case.get_state_display()),
            (_("Opened"), moment(case.opened_at)),
            *([(_("Erased"), moment(case.erased_at))] if case.erased_at else []),
        ],
    }


def _filter(request: ActingRequest, case: Case) -> TimelineFilter:
    """Of the people in it those whom the reader knows by name, of the others their organisations."""
    actor, pairs = request.actor, who_acted(case)
    names = names_of((person for person, _house in pairs), (house for _person, house in pairs))
    known = [
        user
        for user in names.people.values()
        if actor.has(Role.AUDITOR) or user.organisation_id == actor.organisation_id
    ]
    houses = {house for _person, house in pairs if house is not None}
    return TimelineFilter(
        request.GET,
        people=sorted(((str(user.pk), user.name) for user in known), key=lambda pair: alphabetical(pair[1])),
        houses=sorted(
            ((str(pk), names.organisations[pk].name) for pk in houses if pk in names.organisations),
            key=lambda pair: alphabetical(pair[1]),
        ),
    )


def lines(actor: Actor, events: list[Event]) -> list[dict[str, Any]]:
    versions, happened = versions_of(events), occurred(events)
    people, houses = happening.concerned(versions)
    names = names_of(
        people | {event.actor_id for event in events if event.actor_id},
        houses | {event.organisation_id for event in events if event.organisation_id},
    )
    rows = (happening.line(actor, event, names, versions, happened.get(event.pk)) for event in events)
    return happening.gathered(rows)


@require_GET
def file_looks(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Who looked at one file: counted by person, then each look."""
    actor, case = request.actor, supervising.open_file(request.actor, pk)
    chosen = PeriodFilter(request.GET)
    since, until = chosen.days()
    counted, looks = supervising.read_looks_at(case, since, until, uuid_of(request.GET.get("before", "")))
    more = with_key(request.GET, "before", looks[PAGE - 1].pk) if len(looks) > PAGE else ""
    looks = looks[:PAGE]
    names = names_of(
        [*(each.person for each in counted), *(look.actor_id for look in looks)],
        [*(each.organisation for each in counted), *(look.organisation_id for look in looks)],
    )
    return render(
        request,
        "referral/supervision/file_looks.html",
        {
            **_head(case),
            "filter": chosen,
            "counted": by_looks([counted_line(actor, each, names) for each in counted]),
            "rows": [look_line(actor, look, names) for look in looks],
            "next": more,
            "back_url": reverse("supervised_file", args=[pk]),
        },
    )


def by_looks(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (-row["looks"], alphabetical(row["who"])))


def counted_line(actor: Actor, looker: Looker, names: Names) -> dict[str, Any]:
    """Somebody with their looks; a link where the reader may read all that this person looked at."""
    user = names.people.get(looker.person) if looker.person else None
    house = names.organisations.get(looker.organisation) if looker.organisation else None
    own = user is not None and (actor.has(Role.AUDITOR) or user.organisation_id == actor.organisation_id)
    roles = words.listed(names.roles_at(user.pk, looker.last)) if user else ""
    return {
        "who": user.name if user and own else (house.name if house else _("the system")),
        "note": (house.name if house and user else "") if own else roles,
        "url": reverse("supervised_person", args=[user.pk]) if user and own else "",
        "looks": looker.looks,
        "opened": looker.opened,
        "files": looker.files,
        "last": moment(looker.last),
    }


def look_line(actor: Actor, look: Event, names: Names, reference: str = "") -> dict[str, Any]:
    fields = [words.field_of(look.object_type, name) for name in look.fields]
    act = happening.ACTS.get(look.verb, look.label)
    return {
        "who": happening.who(actor, look, names),
        "act": _("%(act)s: %(what)s") % {"act": act, "what": happening.thing(look.object_type)},
        "fields": words.listed(fields),
        "why": happening.why(look),
        "at": look.at,
        "reference": reference,
    }
