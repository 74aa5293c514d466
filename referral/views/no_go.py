"""Where not to refer the person: asked of her or him, kept for the people of the file alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.alphabet import Alphabetical
from partners.models import Department, Organisation, Region
from referral.avoiding import Avoided, What, Why
from referral.enums import Action
from referral.forms.no_go import KeepAwayForm
from referral.models import Case
from referral.queries.no_go import sent_to_avoided
from referral.references import spoken
from referral.services import no_go
from referral.views import words
from referral.views.confirming import posted
from referral.views.door import ActingRequest, case_or_404, perform


@require_http_methods(["GET", "POST"])
def keep_away(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    entries = no_go.read_list(request.actor, case)
    known = no_go.list_of(case)
    names = Names()
    version = known.version if known else 0
    form = KeepAwayForm(
        posted(request),
        version=version,
        known=[(entry, names.of(entry)) for entry in entries],
        organisations=[(str(pk), name) for pk, name in names.organisations.items()],
        regions=[(str(pk), name) for pk, name in names.regions.items()],
        departments=names.departments_by_region(),
    )

    def act(cleaned: dict[str, Any]) -> str:
        no_go.keep_away(pk, by=request.actor, version=cleaned["version"], entries=form.entries())
        messages.success(request, _("Saved. Nobody on the list is told of it."))
        return reverse("case_keep_away", args=[pk])

    done = perform(request, form, act)
    form.renew(version)
    return done or _page(request, case, form, entries)


def _page(request: ActingRequest, case: Case, form: KeepAwayForm, entries: Sequence[Avoided]) -> HttpResponse:
    return render(
        request,
        "referral/case/keep_away.html",
        {
            "form": form,
            "title": _("Where not to refer the person"),
            "caption": words.case_title(case),
            "under_way": [
                {
                    "reference": spoken(each.reference),
                    "who": each.receiving_organisation.name,
                    "url": reverse("referral_act", args=[each.pk, Action.WITHDRAW]),
                }
                for each in sent_to_avoided(case, entries)
            ],
            "submit": _("Save the list"),
            "back_url": reverse("case", args=[case.pk]),
        },
    )


class Names:
    """What the entries name."""

    def __init__(self) -> None:
        organisations = Organisation.objects.order_by(Alphabetical("name"))
        self.organisations = dict(organisations.values_list("pk", "name"))
        self.regions = dict(Region.objects.order_by(Alphabetical("name")).values_list("pk", "name"))
        departments = Department.objects.order_by(Alphabetical("name"))
        self.departments = {
            pk: (name, region) for pk, name, region in departments.values_list("pk", "name", "region")
        }

    def of(self, entry: Avoided) -> str:
        """An entry in words, with why it stands there."""
        key = UUID(entry.key)
        named = {
            What.ORGANISATION: self.organisations.get(key, ""),
            What.REGION: _("%(region)s region") % {"region": self.regions.get(key, "")},
            What.DEPARTMENT: _("department of %(name)s") % {"name": self.departments.get(key, ("", None))[0]},
        }
        said = {"what": named[What(entry.what)], "why": str(Why(entry.why).label)}
        return _("%(what)s (%(why)s)") % {**said, "why": said["why"][:1].lower() + said["why"][1:]}

    def departments_by_region(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (
                name,
                [
                    (f"{region}:{pk}", department)
                    for pk, (department, its) in self.departments.items()
                    if its == region
                ],
            )
            for region, name in self.regions.items()
        ]
