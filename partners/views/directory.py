"""Who offers what: for everybody who is signed in, and never a confidential address."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners import policy
from partners.enums import Act, CodeList, OrganisationKind, Sex, Standing
from partners.forms.directory import DirectoryFilter
from partners.models import Service
from partners.queries import code_label, code_labels, directory, offers, standing, to_renew
from partners.services.guard import authorise
from partners.views.door import ActingRequest, now


@require_GET
def directory_list(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.READ_DIRECTORY)
    keeps = policy.may(request.actor, Act.KEEP_AGREEMENTS)
    chosen = DirectoryFilter(request.GET)
    valid = chosen.is_valid()
    given = chosen.cleaned_data if valid else {}
    region = given.get("region")
    found = directory(
        region=region.code if region else "",
        kind=given.get("kind", ""),
        wanted=chosen.wanted(now()) if valid else None,
        everybody=keeps,
    )
    words = code_labels(CodeList.SERVICE)
    rows = [
        {
            "organisation": organisation,
            "services": _in_order(words, organisation.offered),  # type: ignore[attr-defined]  # prefetched
            "offers": offers(organisation, now()),
            "standing": _marked(standing(organisation, now())) if keeps else None,
        }
        for organisation in found
    ]
    context = {
        "rows": rows,
        "filter": chosen,
        "active": _active(request.GET, given),
        "to_renew": [(each, standing(each, now())) for each in to_renew(now())] if keeps else [],
        "may_give_tokens": policy.may(request.actor, Act.MANAGE_TOKENS),
    }
    return render(request, "partners/directory.html", context)


def _marked(stands: Standing) -> Standing | None:
    return None if stands == Standing.OPEN else stands


def _in_order(words: dict[str, str], offered: list[Service]) -> list[str]:
    """As the list of services has them, not as they were typed in."""
    codes = {service.code for service in offered}
    return [label for code, label in words.items() if code in codes]


WORDS: dict[str, Callable[[Any], str]] = {
    "region": lambda region: region.name,
    "service": lambda code: code_label(CodeList.SERVICE, code),
    "kind": lambda kind: str(OrganisationKind(kind).label),
    "sex": lambda sex: str(Sex(sex).label),
    "age": lambda age: _("%(age)d years") % {"age": age},
    "language": lambda code: code_label(CodeList.LANGUAGE, code),
    "children": lambda yes: _("With children"),
    "disability": lambda yes: _("Accessible with a disability"),
    "open_now": lambda yes: _("Open now"),
}


def _active(query: QueryDict, given: dict[str, Any]) -> list[tuple[str, str]]:
    """Each filter in words, with the address of the list without it."""
    active = []
    for name, value in given.items():
        if value not in ("", None, False):
            rest = query.copy()
            del rest[name]
            active.append((WORDS[name](value), f"?{rest.urlencode()}"))
    return active


@require_GET
def national_unit(request: ActingRequest) -> HttpResponse:
    """What it can read of a partner's work, and what it cannot."""
    return render(request, "partners/national_unit.html")
