"""A place is looked for at three centres at once, and one of them offers it; the other desks have not answered."""

from datetime import timedelta
from uuid import UUID

from partners.enums import Role
from referral.demonstration.rescue import OWNER, TO
from referral.demonstration.stage import Script, Stage
from referral.enums import ENDED_CASE
from referral.models import Case, PlaceCall, PlaceOffer
from referral.place_calls import MOST_ASKED
from referral.queries.place_calls import may_be_asked, places_to_offer
from referral.services import place_calls, place_offers
from referral.services.place_calls import Need

NEED = Need("SHELTER_TRANSIT", "standard", 30)
BEGAN, OFFERED_AFTER = timedelta(minutes=50), timedelta(minutes=20)


def look_for_place(stage: Stage) -> Script:
    call = _ask(stage)
    yield stage.at + OFFERED_AFTER
    _offer(stage, call)


def _ask(stage: Stage) -> PlaceCall:
    first = stage.organisations[TO].pk
    files = Case.objects.filter(owner=stage.people[OWNER]).exclude(state__in=sorted(ENDED_CASE))
    with stage.acting(OWNER) as by:
        found = ((case, _centres(stage, case)) for case in files.order_by("-opened_at"))
        case, centres = next((case, centres) for case, centres in found if first in centres)
        asked = [first, *(pk for pk in centres if pk != first)][:MOST_ASKED]
        return place_calls.open_call(
            case.pk, by=by, at=stage.at, need=NEED, centres=asked, agreed_how="oral_with_witness"
        )


def _centres(stage: Stage, case: Case) -> list[UUID]:
    """Others than the own house: whether they are full tonight, they say themselves."""
    return [each.organisation.pk for each in may_be_asked(case, NEED.service, stage.at) if not each.own]


def _offer(stage: Stage, call: PlaceCall) -> None:
    """Not the centre whose desk is looked at first: there one sees the question."""
    for offer in PlaceOffer.objects.filter(call=call).exclude(organisation=stage.organisations[TO]):
        with stage.acting(stage.holder(offer.organisation_id, Role.FOCAL_POINT)) as by:
            if places_to_offer(call, offer.organisation_id, stage.at):
                place_offers.offer_place(call.pk, by=by, at=stage.at, version=offer.version)
                return
