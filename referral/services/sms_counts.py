"""The evening count by text message, from a telephone of the desk alone. Numbers can be forged: it is marked as one."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from audit import services as audit
from audit.work import defer
from partners.enums import OrganisationStatus
from partners.models import Places, User
from partners.queries import places_of, who_answer
from partners.services.guard import locked
from partners.services.ledger import OverCapacity
from partners.services.provision import take_headcount
from referral import sms
from referral.gateway import GatewayFailed, gateway
from referral.services import wrong_codes
from referral.sms import CountAnswer

#: What a job is asked to say stands in its name: its arguments are ids and nothing else.
TASKS = {
    CountAnswer.COUNTED: "referral.count_taken",
    CountAnswer.UNREADABLE: "referral.count_not_read",
    CountAnswer.ABOVE: "referral.count_above",
}


def receive_count(sender: str, text: str, *, at: datetime) -> bool:
    """Takes it, and answers in a few words. False, and an event, when nothing was changed.

    A stranger gets no answer. Who writes wrongly again and again gets none for an hour either: each costs money.

    Args:
        sender: the number as the gateway says it; compared, never believed.
    """
    with transaction.atomic():
        number = sms.digest_of(sender)
        tried = wrong_codes.may_try(number, at=at)
        user = _of_a_desk(sender) if tried else None
        if user is None:
            answer, places = None, None
        else:
            answer, places = _count(user, text, at)
            if answer == CountAnswer.COUNTED:
                wrong_codes.forgive(number)
            _ask_for_answer(user, answer, places)
    if answer == CountAnswer.COUNTED:
        return True
    reason_code = "UNKNOWN_NUMBER" if tried else "TOO_MANY_CODES"
    audit.deny(
        "denied",
        "partners.places",
        places.pk if places else None,
        reason_code=(answer or reason_code).upper(),
    )
    return False


def _of_a_desk(sender: str) -> User | None:
    """Who answers for one desk and has this number; nobody where it is that of two desks."""
    at_work = {"is_active": True, "organisation__status": OrganisationStatus.ACTIVE}
    known = User.objects.filter(**at_work).exclude(telephone="")
    owners = [user for user in known if sms.dialled(user.telephone) == sms.dialled(sender)]
    found = [user for user in owners if who_answer(user.organisation_id).filter(pk=user.pk).exists()]
    return found[0] if len({user.organisation_id for user in found}) == 1 else None


def _count(user: User, text: str, at: datetime) -> tuple[CountAnswer, Places | None]:
    read = sms.read_headcount(text)
    rows = list(places_of(user.organisation_id))
    codes = sms.place_codes(rows)
    if read is None:
        return CountAnswer.UNREADABLE, None
    code, counted = read
    meant = [pk for pk, each in codes.items() if each == code] if code else list(codes)
    if len(meant) != 1:  # a group that is not counted here, or none named among several
        return CountAnswer.UNREADABLE, None
    # The lock that closing an account and ending a role take: neither happens between this look and the count.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    places = locked(Places, meant[0])
    try:
        with transaction.atomic():
            return CountAnswer.COUNTED, take_headcount(places, said_by=user.pk, counted=counted, at=at)
    except OverCapacity:
        return CountAnswer.ABOVE, places


def _ask_for_answer(user: User, answer: CountAnswer, places: Places | None) -> None:
    if settings.RELAIS_GATEWAY_URL:
        if answer == CountAnswer.COUNTED and places is not None:
            defer(TASKS[answer], user=user.pk, places=places.pk)
        else:
            defer(TASKS[answer], user=user.pk)


def send_answer(user_id: UUID, answer: CountAnswer, places_id: UUID | None = None, *, key: str) -> None:
    """Args: places_id: of what was counted. Raises OSError: the job tries again."""
    way = gateway()
    if way is None:
        raise GatewayFailed("There is no gateway any more.")
    user = User.objects.get(pk=user_id)
    code, counted = "", 0
    if places_id is not None:
        places = Places.objects.select_related("site").get(pk=places_id)
        code = sms.place_codes(list(places_of(places.site.organisation_id)))[places.pk]
        counted = places.occupied
    with translation.override(user.language):
        text = sms.count_text(settings.RELAIS_SITE_NAME, answer, code, counted)
    way.send(to=f"+{sms.dialled(user.telephone)}", text=text, key=key)
