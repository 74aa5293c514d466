"""The sites and services of one's own organisation."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.enums import Act, CodeList
from partners.forms.provision import ChangeServiceForm, ChangeSiteForm, ServiceForm, SiteForm
from partners.models import Site
from partners.queries import code_label, services_of, sites_of
from partners.services import provision
from partners.services.guard import authorise
from partners.views.door import ActingRequest, attempt, done, posted, question


@require_GET
def offering(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PROVISION, request.actor.organisation_id)
    return render(request, "partners/offering.html", _context(request))


def _context(request: ActingRequest) -> dict[str, object]:
    services = services_of(request.actor.organisation_id)
    return {
        "sites": sites_of(request.actor.organisation_id),
        "services": [(service, code_label(CodeList.SERVICE, service.code)) for service in services],
        "back_url": reverse("places"),
    }


@require_http_methods(["GET", "POST"])
def site_new(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PROVISION, request.actor.organisation_id)
    form = SiteForm(posted(request))
    if attempt(form, lambda data: provision.add_site(request.actor, **data)):
        return done(request, _("Saved."), "offering")
    return question(request, form, title=_("New site"), submit=_("Save"), back_url=reverse("offering"))


@require_http_methods(["GET", "POST"])
def site_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PROVISION, request.actor.organisation_id)
    site = get_object_or_404(sites_of(request.actor.organisation_id), pk=pk)
    initial = {"version": site.version, "name": site.name, "region": site.region_id}
    form = ChangeSiteForm(posted(request), initial={**initial, "confidential": site.confidential})
    if attempt(form, lambda data: provision.edit_site(request.actor, pk, **data)):
        return done(request, _("Saved."), "offering")
    return question(request, form, title=site.name, submit=_("Save"), back_url=reverse("offering"))


@require_POST
def site_reveal(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.REVEAL_ADDRESS, request.actor.organisation_id)
    site = get_object_or_404(Site, pk=pk, organisation=request.actor.organisation_id)
    revealed = {"revealed": site.pk, "address": provision.reveal_address(request.actor, site)}
    return render(request, "partners/offering.html", {**_context(request), **revealed})


@require_http_methods(["GET", "POST"])
def service_new(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PROVISION, request.actor.organisation_id)
    form = ServiceForm(request.actor.organisation_id, posted(request))
    if attempt(form, lambda data: provision.add_service(request.actor, form.offering())):
        return done(request, _("Saved."), "offering")
    return question(request, form, title=_("New service"), submit=_("Save"), back_url=reverse("offering"))


@require_http_methods(["GET", "POST"])
def service_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PROVISION, request.actor.organisation_id)
    service = get_object_or_404(services_of(request.actor.organisation_id), pk=pk)
    initial = {name: getattr(service, name) for name in provision.Offering.__dataclass_fields__}
    form = ChangeServiceForm(
        request.actor.organisation_id,
        posted(request),
        initial={**initial, "version": service.version, "site": service.site_id},
    )
    if attempt(
        form,
        lambda data: provision.edit_service(request.actor, pk, data["version"], form.offering()),
    ):
        return done(request, _("Saved."), "offering")
    return question(
        request,
        form,
        title=code_label(CodeList.SERVICE, service.code),
        submit=_("Save"),
        back_url=reverse("offering"),
    )
