"""Complaints about a worker or a centre: written by anybody, read by one person; and who that is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.actor import Actor
from partners.enums import Role
from partners.models import Organisation
from partners.templatetags.interface import day, moment
from partners.views.changes import changes
from referral.forms.complaints import ComplaintForm, DeskForm, FindForm, StepForm
from referral.models import Complaint, ComplaintDesk
from referral.oversight import ComplaintState
from referral.queries.complaints import (
    complaint_desk,
    complaints_of,
    independent_people,
    open_complaints,
    organisations,
    past_of_desk,
)
from referral.references import new_reference, spoken
from referral.services import complaints
from referral.views import words
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform


@require_http_methods(["GET", "POST"])
def complaint_new(request: ActingRequest) -> HttpResponse:
    """Nothing of it is kept half-typed, and it leads to the first page: no trace stays with who has written it."""
    form = ComplaintForm(posted(request), organisations=organisations())

    def act(cleaned: dict[str, Any]) -> str:
        code = cleaned["sheet"] or cleaned["code"]
        said = {name: cleaned[name] for name in ("way", "organisation", "worker", "what", "complainant")}
        complaints.complain(by=request.actor, at=now(), code=code, **said)
        messages.success(
            request, _("Your complaint has left. Code to come back with: %(code)s.") % {"code": spoken(code)}
        )
        return reverse("home")

    done = perform(request, form, act)
    return done or render(
        request,
        "referral/complaint/new.html",
        {
            "form": form,
            "title": _("Complain about a worker or a centre"),
            "code": spoken(str(form["code"].value() or "")),
            "way_out": complaints.way_out(),
            "submit": _("Send the complaint"),
            "back_url": reverse("home"),
        },
    )


@require_GET
def complaint_sheet(request: ActingRequest) -> HttpResponse:
    """For the person herself: she writes, closes the envelope, and keeps the code."""
    return render(
        request,
        "referral/complaint/sheet.html",
        {
            "code": spoken(new_reference()),
            "way_out": complaints.way_out(),
            "back_url": reverse("complaint_new"),
        },
    )


def lines(actor: Actor, _at: datetime) -> list[dict[str, Any]]:
    """For the first page of who looks into complaints: how many wait, in one line that names none."""
    if not actor.has(Role.AUDITOR):
        return []
    count, due = open_complaints(actor)
    if not count:
        return []
    what = ngettext("%(count)d to look into", "%(count)d to look into", count) % {"count": count}
    return [{"url": reverse("complaints"), "reference": _("Complaints"), "what": what, "who": "", "due": due}]


@require_http_methods(["GET", "POST"])
def complaint_list(request: ActingRequest) -> HttpResponse:
    complaints.require_handler(request.actor)
    form = FindForm(posted(request))
    if form.is_valid():
        found = complaints.find_by_code(request.actor, form.cleaned_data["code"])
        if found is not None:
            return redirect("complaint", found.pk)
        form.add_error("code", _("There is no complaint with this code among yours."))
    return render(
        request,
        "referral/complaint/list.html",
        {"form": form, "rows": [_row(each) for each in complaints_of(request.actor)], "at": now()},
    )


def _row(complaint: Complaint) -> dict[str, Any]:
    closed = complaint.closed_at is not None
    return {
        "url": reverse("complaint", args=[complaint.pk]),
        "code": spoken(complaint.code),
        "received": day(complaint.received_at),
        "state": "closed" if closed else "requisition",
        "label": complaint.get_state_display(),
        "due": None if closed else complaint.due_at,
        "when": day(complaint.closed_at) if complaint.closed_at else "",
    }


@require_http_methods(["GET", "POST"])
def complaint(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = complaints.read_complaint(request.actor, pk, now())
    form = StepForm(posted(request), state=found.state, due_at=found.due_at, at=now(), version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        said = {name: cleaned[name] for name in ("version", "state", "note", "answer", "due_at")}
        complaints.work_on(pk, by=request.actor, at=now(), **said)
        messages.success(request, _("The step is recorded."))
        return reverse("complaint", args=[pk])

    done = perform(request, form, act)
    form.renew(found.version)
    return done or render(
        request,
        "referral/complaint/page.html",
        {
            "form": form,
            "title": _("Complaint"),
            "caption": spoken(found.code),
            "rows": _facts(found),
            "steps": found.steps.all(),
            "over": found.state == ComplaintState.CLOSED,
            "submit": _("Record this step"),
            "back_url": reverse("complaints"),
        },
    )


def _facts(found: Complaint) -> list[tuple[str, Any]]:
    house = Organisation.objects.filter(pk=found.about_organisation).first()
    return [
        (_("About"), str(house or "")),
        (_("About whom"), found.about_worker or _("Nobody is named.")),
        (_("What happened"), found.what),
        (_("Who complains"), found.complainant or _("Without a name")),
        (_("How it came"), str(found.get_way_display())),
        (_("Received"), moment(found.received_at)),
        (_("Next step by"), moment(found.due_at) if found.closed_at else words.until(found.due_at, now())),
        (_("Who stands in"), found.stand_in.name if found.stand_in else ""),
    ]


@require_http_methods(["GET", "POST"])
def complaint_desk_edit(request: ActingRequest) -> HttpResponse:
    complaints.require_keeper(request.actor)
    desk = complaint_desk()
    version = desk.version if desk else 0
    initial = (
        {
            "person": desk.person_id,
            "stand_in": desk.stand_in_id,
            "telephone": desk.telephone,
            "post": desk.post,
        }
        if desk
        else {}
    )
    form = DeskForm(posted(request), people=independent_people(), version=version, initial=initial)

    def act(cleaned: dict[str, Any]) -> str:
        complaints.name_independent(
            by=request.actor,
            version=cleaned["version"],
            person_id=getattr(cleaned["person"], "pk", None),
            stand_in_id=getattr(cleaned["stand_in"], "pk", None),
            telephone=cleaned["telephone"],
            post=cleaned["post"],
        )
        messages.success(request, _("Saved. It counts for complaints that come from now on."))
        return reverse("complaint_desk")

    done = perform(request, form, act)
    form.renew(version)
    return done or render(
        request,
        "referral/complaint/desk.html",
        {
            "form": form,
            "title": _("Who looks into complaints"),
            "text": _(
                "A complaint about a worker or a centre goes to this person alone. You name who it is; you never "
                "see a complaint, nor whether there is one."
            ),
            "submit": _("Save"),
            "changes": changes(
                past_of_desk(), what=lambda _desk: _("Who looks into complaints"), words=_named
            ),
            "back_url": reverse("home"),
        },
    )


def _named(desk: ComplaintDesk) -> str:
    people = [user.name for user in (desk.person, desk.stand_in) if user is not None]
    return ", ".join(people) or _("Nobody")
