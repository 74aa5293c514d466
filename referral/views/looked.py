"""Who looked at what, by person and by organisation, in a period that one chooses."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners.enums import Role
from partners.templatetags.interface import moment
from referral.forms.supervision import LookersFilter, PeriodFilter
from referral.queries.looks import readable_references
from referral.queries.supervised import PAGE, names_of
from referral.references import spoken
from referral.services import supervising
from referral.views import words
from referral.views.door import ActingRequest
from referral.views.supervised import bounded, by_looks, counted_line, look_line, uuid_of, with_key


@require_GET
def people(request: ActingRequest) -> HttpResponse:
    """Counts only: a supervisor's of the own people, an auditor's of everybody."""
    actor = request.actor
    supervising.require_watcher(actor)
    every = actor.has(Role.AUDITOR)
    chosen = LookersFilter(request.GET, every=every)
    since, until = chosen.days()
    house = chosen.cleaned_data.get("organisation")
    by_person, by_house = supervising.read_lookers(actor, since, until, house.pk if house else None)
    names = names_of(
        (each.person for each in by_person), (each.organisation for each in (*by_person, *by_house))
    )
    return render(
        request,
        "referral/supervision/people.html",
        {
            "filter": chosen,
            "people": by_looks([counted_line(actor, each, names) for each in by_person]),
            "houses": by_looks([counted_line(actor, each, names) for each in by_house]) if every else [],
            "region": bounded(actor),
        },
    )


@require_GET
def person(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Each look of one person, the files in codes."""
    actor = request.actor
    chosen = PeriodFilter(request.GET)
    since, until = chosen.days()
    user, counted, looks = supervising.read_person(
        actor, pk, since, until, uuid_of(request.GET.get("before", ""))
    )
    more = with_key(request.GET, "before", looks[PAGE - 1].pk) if len(looks) > PAGE else ""
    looks = looks[:PAGE]
    names = names_of([pk], [look.organisation_id for look in looks])
    references = readable_references(actor, {look.case_id for look in looks if look.case_id})
    rows: list[dict[str, Any]] = []
    for look in looks:
        known = look.case_id is not None and look.case_id in references
        elsewhere = _("file of another organisation") if look.case_id else ""
        reference = spoken(references[look.case_id]) if known and look.case_id else elsewhere
        url = reverse("supervised_file", args=[look.case_id]) if known else ""
        rows.append({**look_line(actor, look, names, reference), "url": url})
    return render(
        request,
        "referral/supervision/person.html",
        {
            "person": user,
            "roles": words.listed(names.roles_at(pk, counted.last)) if counted else "",
            "filter": chosen,
            "facts": [
                (_("Looks"), str(counted.looks)),
                (_("Of them reveals of sealed data"), str(counted.opened)),
                (_("Files"), str(counted.files)),
                (_("Last look"), moment(counted.last)),
            ]
            if counted
            else [],
            "rows": rows,
            "next": more,
            "region": bounded(actor),
            "back_url": reverse("supervised_people"),
        },
    )
