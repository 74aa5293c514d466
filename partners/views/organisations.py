"""Organisations, and where the reports of a region go."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.actor import Actor
from partners.alphabet import Alphabetical
from partners.enums import Act
from partners.forms.fields import VersionForm
from partners.forms.organisations import ChangeOrganisationForm, OrganisationForm, ReportRuleForm
from partners.models import Organisation, Region
from partners.queries import organisations
from partners.services import organisations as services
from partners.services.guard import authorise
from partners.views.door import ActingRequest, attempt, confirmation, done, posted, question

#: Suspends in one transaction; `referral` puts its own in the address table, which also hands the cases over.
Suspend = Callable[[Actor, UUID, int], object]


@require_GET
def organisation_list(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_ORGANISATIONS)
    return render(request, "partners/organisations.html", {"organisations": organisations()})


@require_http_methods(["GET", "POST"])
def organisation_new(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_ORGANISATIONS)
    form = OrganisationForm(posted(request))
    if attempt(form, lambda data: services.create_organisation(request.actor, form.particulars())):
        return done(request, _("The organisation is created. Invite its first person."), "person-invite")
    return question(
        request, form, title=_("New organisation"), submit=_("Create"), back_url=reverse("organisations")
    )


@require_http_methods(["GET", "POST"])
def organisation_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_ORGANISATIONS)
    organisation = get_object_or_404(Organisation, pk=pk)
    initial = {name: getattr(organisation, name) for name in services.Particulars.__dataclass_fields__}
    form = ChangeOrganisationForm(posted(request), initial={"version": organisation.version, **initial})
    if attempt(
        form,
        lambda data: services.change_organisation(request.actor, pk, data["version"], form.particulars()),
    ):
        return done(request, _("Saved."), "organisations")
    context = {"form": form, "organisation": organisation, "back_url": reverse("organisations")}
    return render(request, "partners/organisation.html", context)


@require_http_methods(["GET", "POST"])
def organisation_suspend(
    request: ActingRequest, pk: UUID, suspend: Suspend = services.suspend_organisation
) -> HttpResponse:
    authorise(request.actor, Act.KEEP_AGREEMENTS)
    organisation = get_object_or_404(organisations(), pk=pk)
    form = VersionForm(posted(request), initial={"version": organisation.version})
    if attempt(form, lambda data: suspend(request.actor, pk, data["version"])):
        return done(request, _("The organisation is suspended."), "directory-entry", pk)
    return confirmation(
        request,
        form,
        title=_("Suspend this organisation?"),
        rows=_identity(organisation),
        undo=_(
            "Its people can no longer sign in, it leaves the directory, and what it received is closed to it. "
            "You can reinstate it, but what was closed stays closed."
        ),
        danger=True,
        submit=_("Suspend"),
        cancel_url=reverse("directory-entry", args=[pk]),
    )


@require_http_methods(["GET", "POST"])
def organisation_reinstate(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.KEEP_AGREEMENTS)
    organisation = get_object_or_404(organisations(), pk=pk)
    form = VersionForm(posted(request), initial={"version": organisation.version})
    if attempt(form, lambda data: services.reinstate_organisation(request.actor, pk, data["version"])):
        return done(request, _("The organisation is active again."), "directory-entry", pk)
    return confirmation(
        request,
        form,
        title=_("Reinstate this organisation?"),
        text=_("Its people can sign in again, and it can be referred to."),
        rows=_identity(organisation),
        submit=_("Reinstate"),
        cancel_url=reverse("directory-entry", args=[pk]),
    )


def _identity(organisation: Organisation) -> list[tuple[str, str]]:
    return [
        (_("Organisation"), organisation.name),
        (_("Kind"), organisation.get_kind_display()),
        (_("Region"), organisation.region.name),
    ]


@require_GET
def region_list(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_REGIONS)
    regions = Region.objects.select_related("reports_to").order_by(Alphabetical("name"))
    return render(request, "partners/regions.html", {"regions": regions})


@require_http_methods(["GET", "POST"])
def region_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_REGIONS)
    region = get_object_or_404(Region, pk=pk)
    initial = {"version": region.version, "organisation": region.reports_to_id}
    form = ReportRuleForm(posted(request), initial=initial)
    if attempt(
        form,
        lambda data: services.set_report_rule(request.actor, pk, data["version"], data["organisation"]),
    ):
        return done(request, _("Saved."), "regions")
    return question(
        request,
        form,
        title=region.name,
        caption=_("Where reports go"),
        submit=_("Save"),
        back_url=reverse("regions"),
    )
