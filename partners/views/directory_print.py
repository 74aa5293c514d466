"""The directory on paper, for a night without network: dated, by region, without a confidential address."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners.alphabet import alphabetical
from partners.enums import Act
from partners.models import Organisation
from partners.pdf import typeset
from partners.queries import directory
from partners.services.entries import print_directory
from partners.services.guard import authorise
from partners.templatetags.interface import moment, telephone
from partners.views.door import ActingRequest, now
from partners.views.entry import services_in_words

#: The same for everybody: an open folder of a shared machine tells nothing.
FILE_NAME = "annuaire.pdf"


@require_GET
def printed(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.READ_DIRECTORY)
    print_directory(request.actor)
    answer = HttpResponse(typeset("directory.typ", _sheet()), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{FILE_NAME}"'
    return answer


def _sheet() -> dict[str, Any]:
    offering = [each for each in directory() if each.offered]  # type: ignore[attr-defined]  # prefetched
    offering.sort(key=lambda each: (alphabetical(each.region.name), alphabetical(each.name)))
    return {
        "site": settings.RELAIS_SITE_NAME,
        "language": (get_language() or "fr")[:2],
        "title": _("Directory of services"),
        "dated": _("As it was on %(moment)s.") % {"moment": moment(now())},
        "warning": _(
            "A place is never certain: call first. Addresses that are confidential are not in this list; "
            "do not write one on it."
        ),
        "regions": [
            {"name": name, "organisations": [_lines(each) for each in group]}
            for name, group in groupby(offering, key=lambda each: each.region.name)
        ],
    }


def _lines(organisation: Organisation) -> dict[str, Any]:
    services = services_in_words(organisation)
    houses = organisation.houses  # type: ignore[attr-defined]  # prefetched
    return {
        "name": organisation.name,
        "kind": organisation.get_kind_display(),
        "telephones": [
            {"words": label, "number": telephone(number)}
            for label, number in (
                (_("Telephone:"), organisation.telephone),
                (_("At night:"), organisation.night_telephone),
            )
            if number
        ],
        "addresses": [
            f"{house.public_address}, {house.department or house.region}"
            for house in houses
            if not house.confidential and house.public_address
        ],
        "services": [
            {
                "name": row["label"],
                "words": f"{row['eligible']} · {row['opening']}",
                "night": telephone(row["service"].night_telephone),
            }
            for row in services
        ],
    }
