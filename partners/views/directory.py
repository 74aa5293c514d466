"""Who offers what: for everybody who is signed in, and never an address."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from partners.enums import Act, CodeList, OrganisationKind
from partners.forms.provision import DirectoryFilter
from partners.models import Service
from partners.queries import code_label, code_labels, directory, offers
from partners.services.guard import authorise
from partners.views.door import ActingRequest, now


@require_GET
def directory_list(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.READ_DIRECTORY)
    chosen = DirectoryFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    region = wanted.get("region")
    found = directory(
        region=region.code if region else "", service=wanted.get("service", ""), kind=wanted.get("kind", "")
    )
    words = code_labels(CodeList.SERVICE)
    rows = [
        {
            "organisation": organisation,
            "services": _in_order(words, organisation.offered),  # type: ignore[attr-defined]  # prefetched
            "offers": offers(organisation, now()),
        }
        for organisation in found
    ]
    context = {"rows": rows, "filter": chosen, "active": _active(request.GET, wanted)}
    return render(request, "partners/directory.html", context)


def _in_order(words: dict[str, str], offered: list[Service]) -> list[str]:
    """As the list of services has them, not as they were typed in."""
    codes = {service.code for service in offered}
    return [label for code, label in words.items() if code in codes]


WORDS: dict[str, Callable[[Any], str]] = {
    "region": lambda region: region.name,
    "service": lambda code: code_label(CodeList.SERVICE, code),
    "kind": lambda kind: str(OrganisationKind(kind).label),
}


def _active(query: QueryDict, wanted: dict[str, Any]) -> list[tuple[str, str]]:
    """Each filter in words, with the address of the list without it."""
    active = []
    for name, value in wanted.items():
        if value:
            rest = query.copy()
            del rest[name]
            active.append((WORDS[name](value), f"?{rest.urlencode()}"))
    return active


@require_GET
def national_unit(request: ActingRequest) -> HttpResponse:
    """What it can read of a partner's work, and what it cannot."""
    return render(request, "partners/national_unit.html")
