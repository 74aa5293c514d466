"""Who changed what in an entry of the directory, before and after. Addresses are in none of it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.history import Recorded
from partners.eligibility import hour, listed
from partners.enums import Act, CodeList, Sex, Weekday
from partners.models import Department, Organisation, Region, Service, Site
from partners.queries import code_label, organisations
from partners.queries.past import past_organisation, past_services, past_sites
from partners.services.guard import authorise
from partners.templatetags.interface import moment, telephone, written
from partners.views.changes import Change, changed_fields
from partners.views.door import ActingRequest

OF_ORGANISATION = (
    "name", "kind", "region_id", "status", "telephone", "night_telephone", "description", "is_public",
    "agreement_until",
)  # fmt: skip
OF_SITE = ("name", "region_id", "department_id", "confidential")
OF_SERVICE = (
    "sexes", "takes_children", "takes_adults", "takes_children_with_parent", "minimum_age", "maximum_age",
    "languages", "disability_access", "regions", "title_needed", "days", "opens_at", "closes_at",
    "night_telephone", "description", "assured_at", "active",
)  # fmt: skip


@require_GET
def entry_history(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.READ_ENTRY_HISTORY, pk)
    organisation = get_object_or_404(organisations(), pk=pk)
    context = {
        "organisation": organisation,
        "changes": history_of(pk),
        "back_url": reverse("directory-entry", args=[pk]),
    }
    return render(request, "partners/entry_history.html", context)


def history_of(pk: UUID) -> list[Change]:
    """The newest first."""
    words = Words()
    found = [
        *changed_fields(
            past_organisation(pk),
            what=_what(lambda row: _("Organisation")),
            words=words,
            fields=OF_ORGANISATION,
        ),
        *changed_fields(
            past_sites(pk),
            what=_what(lambda row: _("Site %(name)s") % {"name": row.name}),
            words=words,
            fields=OF_SITE,
        ),
        *changed_fields(
            past_services(pk),
            what=_what(lambda row: code_label(CodeList.SERVICE, row.code)),
            words=words,
            fields=OF_SERVICE,
        ),
    ]
    return sorted(found, key=lambda change: change.at, reverse=True)


def _what(named: Callable[[Any], str]) -> Callable[[Any, str], str]:
    def what(row: Recorded, field: str) -> str:
        if not field:
            return named(row)
        label = capfirst(str(row._meta.get_field(field).verbose_name))  # type: ignore[union-attr]
        return _("%(row)s: %(field)s") % {"row": named(row), "field": label}

    return what


class Words:
    """What a column says, as people read it."""

    def __init__(self) -> None:
        self.places: Mapping[UUID, str] = {
            pk: name for model in (Region, Department) for pk, name in model.objects.values_list("pk", "name")
        }
        self.regions = dict(Region.objects.values_list("code", "name"))

    def __call__(self, row: Organisation | Site | Service, field: str) -> str:
        value = getattr(row, field)
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return listed(self._item(field, item) for item in value)
        if hasattr(row, f"get_{field}_display"):
            return str(getattr(row, f"get_{field}_display")())
        return self._plain(field, value)

    def _plain(self, field: str, value: Any) -> str:
        if isinstance(value, UUID):
            return self.places.get(value, "")
        if isinstance(value, datetime):
            return moment(value)
        if isinstance(value, date):
            return written(value, "j F Y")
        if isinstance(value, time):
            return hour(value)
        return telephone(value) if field.endswith("telephone") else str(value)

    def _item(self, field: str, item: str) -> str:
        if field == "languages":
            return code_label(CodeList.LANGUAGE, item)
        if field == "regions":
            return self.regions.get(item, item)
        return str(Sex(item).label if field == "sexes" else Weekday(item).label)
