"""The register of incidents: the list, a new one, one and what is known of it, its end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from audit import services as audit
from partners.actor import Actor
from partners.templatetags.interface import day, moment
from referral.forms.acts import ActForm
from referral.forms.incidents import FollowUpForm, IncidentForm
from referral.models import Incident
from referral.oversight import Affected
from referral.queries.incidents import RECORDERS, incidents_of, incidents_to_tell
from referral.references import spoken
from referral.services import incidents
from referral.views import words
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform

SHOWN = 200


@require_GET
def incident_list(request: ActingRequest) -> HttpResponse:
    incidents.require_reader(request.actor)
    found = list(incidents_of(request.actor)[:SHOWN])
    audit.look("list", Incident, detail={"ids": [str(each.pk) for each in found]})
    return render(
        request,
        "referral/incident/list.html",
        {
            "rows": [_row(each) for each in found],
            "at": now(),
            "may_record": request.actor.has(*RECORDERS),
        },
    )


def lines(actor: Actor, _at: datetime) -> list[dict[str, Any]]:
    """For the first page of those who keep the register: each of which the authority has not heard."""
    return [
        {
            "url": reverse("incident", args=[each.pk]),
            "reference": _("Tell the CDP of an incident"),
            "note": spoken(each.reference),
            "what": each.get_kind_display(),
            "who": each.organisation.name,
            "due": each.due_at,
        }
        for each in incidents_to_tell(actor)
    ]


def _row(incident: Incident) -> dict[str, Any]:
    waits = incident.closed_at is None and not incident.authority
    return {
        "url": reverse("incident", args=[incident.pk]),
        "reference": spoken(incident.reference),
        "what": incident.get_kind_display(),
        "house": incident.organisation.name,
        "noticed": day(incident.noticed_at),
        "state": "closed" if incident.closed_at else "open",
        "label": _("Closed") if incident.closed_at else _("Open"),
        "due": incident.due_at if waits else None,
    }


@require_http_methods(["GET", "POST"])
def incident_new(request: ActingRequest) -> HttpResponse:
    incidents.require_recorder(request.actor)
    form = IncidentForm(posted(request), at=now())

    def act(cleaned: dict[str, Any]) -> str:
        values = {name: cleaned[name] for name in cleaned if name not in ("key", "version")}
        values["measures"] = values["measures"] or None
        incident = incidents.record_incident(by=request.actor, at=now(), values=values)
        messages.success(
            request,
            _("Recorded. The authority should hear of it by %(moment)s.")
            % {"moment": moment(incident.due_at)},
        )
        return reverse("incident", args=[incident.pk])

    return perform(request, form, act) or render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": _("Record an incident"),
            "text": _(
                "Stop what goes wrong first. Then write down what is known: the rest is added later, and somebody "
                "else closes it."
            ),
            "submit": _("Record the incident"),
            "back_url": reverse("incidents"),
        },
    )


@require_http_methods(["GET", "POST"])
def incident(request: ActingRequest, pk: UUID) -> HttpResponse:
    found, opened = incidents.read_incident(request.actor, pk)
    if request.method == "POST":
        incidents.require_recorder(request.actor)
    form = FollowUpForm(posted(request), incident=found, at=now(), opened=opened)

    def act(cleaned: dict[str, Any]) -> str:
        values = {name: cleaned[name] for name in incidents.CHANGEABLE}
        values["measures"] = values["measures"] or None
        told = {name: cleaned[name] for name in ("authority", "authority_told_on")}
        incidents.change_incident(pk, by=request.actor, version=cleaned["version"], values=values, **told)
        messages.success(request, _("Saved."))
        return reverse("incident", args=[pk])

    done = perform(request, form, act)
    form.renew(found.version)
    return done or render(
        request,
        "referral/incident/page.html",
        {
            "form": form,
            "title": _("Incident %(reference)s") % {"reference": spoken(found.reference)},
            "caption": found.organisation.name,
            "rows": _facts(found, opened=opened),
            "may_change": opened and found.closed_at is None,
            "close_url": reverse("incident_close", args=[pk])
            if incidents.may_close(request.actor, found)
            else "",
            "submit": _("Save"),
            "back_url": reverse("incidents"),
        },
    )


def _facts(found: Incident, *, opened: bool) -> list[tuple[str, Any]]:
    rows = [
        (_("What happened"), str(found.get_kind_display())),
        (_("Noticed"), moment(found.noticed_at)),
        (_("Happened"), moment(found.happened_at) if found.happened_at else _("not known")),
        (_("Whose data"), words.listed([str(Affected(each).label) for each in found.affected])),
        (_("Which data"), words.group_words(found.groups)),
        (_("About how many persons"), _("not known") if found.persons is None else str(found.persons)),
        (_("Authority"), _authority(found)),
        (_("Persons told"), words.day_of(found.persons_told_on) if found.persons_told_on else _("not yet")),
        (_("Recorded by"), f"{found.recorded_by.name}, {moment(found.recorded_at)}"),
    ]
    if opened:
        rows.insert(1, (_("In words"), found.story))
        rows.append((_("What was done"), found.measures or ""))
    if found.closed_at and found.closed_by:
        rows.append((_("Closed by"), f"{found.closed_by.name}, {moment(found.closed_at)}"))
    return rows


def _authority(found: Incident) -> str:
    if found.authority_told_on:
        return _("told on %(day)s") % {"day": words.day_of(found.authority_told_on)}
    if found.authority:
        return str(found.get_authority_display())
    said = _("to be told by %(moment)s (a proposal: the law sets no time)") % {"moment": moment(found.due_at)}
    return words.until(found.due_at, now(), said)


@require_http_methods(["GET", "POST"])
def incident_close(request: ActingRequest, pk: UUID) -> HttpResponse:
    found, _opened = incidents.read_incident(request.actor, pk)
    incidents.require_closer(request.actor, found)
    form = ActForm(posted(request), version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        incidents.close_incident(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The incident is closed."))
        return reverse("incident", args=[pk])

    done = perform(request, form, act)
    form.renew(found.version)
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Close this incident?"),
            "rows": _facts(found, opened=True),
            "undo": _("A closed incident stays in the register and cannot be changed."),
            "submit": _("Close the incident"),
            "cancel_url": reverse("incident", args=[pk]),
        },
    )
