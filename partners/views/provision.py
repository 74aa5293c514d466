"""The sites and services of an organisation, as its desk keeps them, or national coordination for it."""

from functools import partial
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import policy
from partners.enums import Act, CodeList
from partners.forms.fields import VersionForm
from partners.forms.provision import ChangeServiceForm, ChangeSiteForm, ServiceForm, SiteForm, in_words
from partners.models import Service, Site
from partners.queries import code_label, is_unchecked, organisations, services, services_of, sites, sites_of
from partners.services import entries, provision
from partners.services.guard import authorise
from partners.views.door import ActingRequest, attempt, done, now, posted, question

Row = TypeVar("Row", Site, Service)


@require_GET
def offering(request: ActingRequest, pk: UUID | None = None) -> HttpResponse:
    """Args: pk: the organisation, where it is not one's own; as of the pages that add to it."""
    return render(request, "partners/offering.html", _context(request, _kept(request, pk)))


def _kept(request: ActingRequest, pk: UUID | None) -> UUID:
    organisation_id = pk or request.actor.organisation_id
    authorise(request.actor, Act.KEEP_PROVISION, organisation_id)
    return organisation_id


def _kept_row(request: ActingRequest, rows: QuerySet[Row], pk: UUID) -> Row:
    """One of those that the actor keeps: the own organisation's, for coordination everybody's."""
    authorise(request.actor, Act.KEEP_PROVISION, request.actor.organisation_id)
    row = get_object_or_404(rows, pk=pk)
    if not policy.may(request.actor, Act.KEEP_PROVISION, row.organisation_id):
        raise Http404
    return row


def _reveals(request: ActingRequest, organisation_id: UUID) -> bool:
    return policy.may(request.actor, Act.REVEAL_ADDRESS, organisation_id)


def _context(request: ActingRequest, organisation_id: UUID) -> dict[str, object]:
    own = organisation_id == request.actor.organisation_id
    offered = list(services_of(organisation_id))
    return {
        "organisation": get_object_or_404(organisations(), pk=organisation_id),
        "own": own,
        "reveals": _reveals(request, organisation_id),
        "assures": policy.may(request.actor, Act.ASSURE_PROVISION, organisation_id),
        "sites": sites_of(organisation_id),
        "services": [
            {
                "service": service,
                "label": code_label(CodeList.SERVICE, service.code),
                "unchecked": is_unchecked(service, now()),
            }
            for service in offered
        ],
        "version": entries.version_of(offered),
        "back_url": reverse("places") if own else reverse("directory-entry", args=[organisation_id]),
    }


@require_POST
def offering_assure(request: ActingRequest) -> HttpResponse:
    """One button of the page. What it refuses is said there, which shows the entry as it is now."""
    authorise(request.actor, Act.ASSURE_PROVISION, request.actor.organisation_id)
    form = VersionForm(request.POST)
    assured: list[int] = []
    act = partial(entries.assure_services, request.actor, at=now())
    if attempt(form, lambda data: assured.append(act(data["version"]))):
        [count] = assured
        sentence = ngettext(
            "%(count)d service is marked as checked today.",
            "%(count)d services are marked as checked today.",
            count,
        )
        return done(request, sentence % {"count": count}, "offering")
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return redirect("offering")


@require_http_methods(["GET", "POST"])
def site_new(request: ActingRequest, pk: UUID | None = None) -> HttpResponse:
    organisation_id = _kept(request, pk)
    form = SiteForm(posted(request), addressed=_reveals(request, organisation_id))
    if attempt(form, lambda data: provision.add_site(request.actor, of=organisation_id, **data)):
        return done(request, _("Saved."), "entry-keep", organisation_id)
    return question(request, form, title=_("New site"), submit=_("Save"), back_url=_back(organisation_id))


@require_http_methods(["GET", "POST"])
def site_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    site = _kept_row(request, sites(), pk)
    shown = ("version", "name", "confidential", "public_address")
    initial = {name: getattr(site, name) for name in shown}
    form = ChangeSiteForm(
        posted(request),
        addressed=_reveals(request, site.organisation_id),
        initial={**initial, "region": site.region_id, "department": site.department_id},
    )
    if attempt(form, lambda data: provision.edit_site(request.actor, pk, **data)):
        return done(request, _("Saved."), "entry-keep", site.organisation_id)
    return question(request, form, title=site.name, submit=_("Save"), back_url=_back(site.organisation_id))


@require_POST
def site_reveal(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.REVEAL_ADDRESS, request.actor.organisation_id)
    site = get_object_or_404(Site, pk=pk, organisation=request.actor.organisation_id)
    revealed = {"revealed": site.pk, "address": provision.reveal_address(request.actor, site)}
    return render(request, "partners/offering.html", {**_context(request, site.organisation_id), **revealed})


@require_http_methods(["GET", "POST"])
def service_new(request: ActingRequest, pk: UUID | None = None) -> HttpResponse:
    organisation_id = _kept(request, pk)
    form = ServiceForm(organisation_id, posted(request))
    if attempt(form, lambda data: provision.add_service(request.actor, form.offering(), of=organisation_id)):
        return done(request, _("Saved."), "entry-keep", organisation_id)
    return _ask_service(request, form, organisation_id, title=_("New service"))


@require_http_methods(["GET", "POST"])
def service_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    service = _kept_row(request, services(), pk)
    initial = {name: getattr(service, name) for name in provision.Offering.__dataclass_fields__}
    form = ChangeServiceForm(
        service.organisation_id,
        posted(request),
        initial={**initial, "version": service.version, "site": service.site_id},
    )
    if attempt(
        form,
        lambda data: provision.edit_service(request.actor, pk, data["version"], form.offering()),
    ):
        return done(request, _("Saved."), "entry-keep", service.organisation_id)
    title = code_label(CodeList.SERVICE, service.code)
    return _ask_service(request, form, service.organisation_id, title=title)


def _ask_service(
    request: ActingRequest, form: ServiceForm, organisation_id: UUID, *, title: str
) -> HttpResponse:
    sections = [
        {
            "title": heading,
            "fields": [form[name] for name in names],
            "said": in_words(form, names),
            "open": any(form[name].errors for name in names),
        }
        for heading, names in form.FOLDED
    ]
    return question(
        request,
        form,
        template="partners/service.html",
        title=title,
        submit=_("Save"),
        back_url=_back(organisation_id),
        always=[form[name] for name in form.ALWAYS],
        sections=sections,
    )


def _back(organisation_id: UUID) -> str:
    return reverse("entry-keep", args=[organisation_id])
