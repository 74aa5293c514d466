"""One organisation as its partners read it, and the agreement by which it is sent to."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners import policy
from partners.eligibility import eligible, opening
from partners.enums import Act, CodeList, Standing
from partners.forms.directory import AgreementForm, DescriptionForm
from partners.models import Organisation, Region
from partners.queries import code_labels, directory, is_unchecked, offers, organisations, standing
from partners.services import entries
from partners.services.guard import authorise
from partners.views.door import ActingRequest, attempt, done, now, posted, question


@require_GET
def entry(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.READ_DIRECTORY)
    organisation = get_object_or_404(directory(everybody=True), pk=pk)
    keeps = policy.may(request.actor, Act.KEEP_AGREEMENTS)
    stands = standing(organisation, now())
    shut = stands in (Standing.SUSPENDED, Standing.EXPIRED)
    own = request.actor.organisation_id == pk
    if shut and not (keeps or own):
        raise Http404
    context = {
        "organisation": organisation,
        "standing": stands if stands != Standing.OPEN and (keeps or own) else None,
        "shut": shut,
        "services": services_in_words(organisation),
        "offers": offers(organisation, now()),
        "where": where(organisation),
        "keeps_agreement": keeps,
        "keeps": policy.may(request.actor, Act.KEEP_PROVISION, pk),
        "reads_history": policy.may(request.actor, Act.READ_ENTRY_HISTORY, pk),
        "back_url": reverse("directory"),
    }
    return render(request, "partners/entry.html", context)


def services_in_words(organisation: Organisation) -> list[dict[str, Any]]:
    """Args: organisation: one of `directory`."""
    labels, languages = code_labels(CodeList.SERVICE), code_labels(CodeList.LANGUAGE)
    regions = dict(Region.objects.values_list("code", "name"))
    offered = {service.code: service for service in organisation.offered}  # type: ignore[attr-defined]  # prefetched
    ordered = [
        *(code for code in labels if code in offered),
        *(code for code in offered if code not in labels),
    ]
    return [
        {
            "service": (service := offered[code]),
            "label": labels.get(code, code),
            "eligible": eligible(service, languages=languages, regions=regions),
            "opening": opening(service),
            "night_telephone": service.night_telephone,
            "unchecked": is_unchecked(service, now()),
        }
        for code in ordered
    ]


def where(organisation: Organisation) -> list[str]:
    """The public addresses; of confidential houses the region alone, once. Args: as of `services_in_words`."""
    found = []
    for site in organisation.houses:  # type: ignore[attr-defined]  # prefetched
        if site.confidential:
            found.append(_("Confidential address, region of %(region)s") % {"region": site.region.name})
        elif site.public_address:
            found.append(", ".join(filter(None, (site.public_address, _area(site)))))
        else:
            found.append(_area(site))
    return list(dict.fromkeys(found))


def _area(site: Any) -> str:
    return str(site.department or site.region)


@require_http_methods(["GET", "POST"])
def describe(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PROVISION, pk)
    organisation = get_object_or_404(Organisation, pk=pk)
    initial = {name: getattr(organisation, name) for name in entries.Description.__dataclass_fields__}
    form = DescriptionForm(posted(request), initial={"version": organisation.version, **initial})
    if attempt(
        form, lambda data: entries.describe_organisation(request.actor, pk, data["version"], form.said())
    ):
        return done(request, _("Saved."), "entry-keep", pk)
    return question(
        request,
        form,
        title=_("What partners read of your organisation")
        if request.actor.organisation_id == pk
        else _("What partners read of it"),
        caption=organisation.name,
        submit=_("Save"),
        back_url=reverse("entry-keep", args=[pk]),
    )


@require_http_methods(["GET", "POST"])
def agreement(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.KEEP_AGREEMENTS)
    organisation = get_object_or_404(organisations(), pk=pk)
    initial = {"version": organisation.version, "until": organisation.agreement_until}
    form = AgreementForm(posted(request), initial=initial)
    if attempt(
        form,
        lambda data: entries.set_agreement(request.actor, pk, data["version"], until=data["until"]),
    ):
        return done(request, _("Saved."), "directory-entry", pk)
    return question(
        request,
        form,
        title=_("Agreement"),
        caption=organisation.name,
        submit=_("Save"),
        back_url=reverse("directory-entry", args=[pk]),
    )
