"""Finding a file: inside what one may read, so many times a day, and each time written down (security.md §2.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Q
from django.utils import timezone

from audit import services as audit
from crypto import keyring
from crypto.blind_index import normalise
from partners.actor import Actor
from referral import policy
from referral.enums import CaseAct
from referral.matching import ANY_AGE, Identity, document, telephone
from referral.models import Case, Person, Referral, SearchCount
from referral.policy import Tie
from referral.queries import visible_to
from referral.queries.duplicates import readable_cases
from referral.references import heard
from referral.services import matching, steps

MOST = 20

#: One statement, which holds the person's row until it is done: two searches at once are two.
_COUNT = """
    INSERT INTO referral_searchcount AS s (user_id, day, counted) VALUES (%s, %s, 1)
    ON CONFLICT (user_id) DO UPDATE SET
        counted = CASE WHEN s.day = excluded.day THEN s.counted + 1 ELSE 1 END, day = excluded.day
    RETURNING counted
"""


class QuotaUsed(Exception):
    """The searches of today are used up."""


@dataclass(frozen=True)
class Found:
    cases: Sequence[Case] = ()
    referrals: Sequence[Referral] = ()
    #: There were more than are shown.
    capped: bool = False


@dataclass(frozen=True)
class Question:
    """What is asked for: a code, or a person by one thing that is known.

    Attributes:
        kind: of the event. text: the words of the event's HMAC, never stored.
    """

    kind: str
    text: str
    code: str = ""
    who: Identity = field(default_factory=Identity)


def by_code(code: str) -> Question:
    return Question("code", heard(code), code=heard(code))


def by_phone(number: str) -> Question:
    return Question("phone", telephone(number), who=Identity(phone=number))


def by_document(number: str) -> Question:
    return Question("document", document(number), who=Identity(document_number=number))


def by_name(family_name: str, given_names: str, year: int | None) -> Question:
    """Without a year, people of every age."""
    text = "|".join((normalise(family_name), normalise(given_names), str(year or "")))
    born = date(year, 7, 1) if year else None
    names = {"family_name": family_name, "given_names": given_names}
    return Question("name", text, who=Identity(birth_date=born, age_band=ANY_AGE, **names))


def quota_of(actor: Actor) -> int:
    return settings.RELAIS_SEARCHES_NATIONAL if actor.national_unit else settings.RELAIS_SEARCHES  # type: ignore[no-any-return]


def left(actor: Actor, at: datetime) -> int:
    """How many searches the actor still has today."""
    used = SearchCount.objects.filter(user=actor.id, day=timezone.localdate(at)).values_list(
        "counted", flat=True
    )
    return max(0, quota_of(actor) - (used.first() or 0))


def permit(actor: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.may_case(actor, CaseAct.SEARCH, Tie()):
        raise steps.refuse_anybody(CaseAct.SEARCH)


def search(question: Question, *, by: Actor, at: datetime) -> Found:
    """Files that `by` may read, decrypted and compared. A code that somebody was given is not counted.

    Raises:
        NotAllowed, QuotaUsed: both leave an event.
    """
    permit(by)
    if question.code:
        return _by_code(question, by)
    if _count(by, at) > quota_of(by):
        audit.deny("search", Person._meta.label_lower, None, reason_code="QUOTA_USED")
        raise QuotaUsed
    found, opened = matching.likely_within(by, question.who, timezone.localdate(at))
    ids = [each.case_id for each in found]
    _written(question, opened=[str(pk) for pk in opened], found=[str(pk) for pk in ids])
    cases = Case.objects.filter(pk__in=ids).select_related("owner", "region", "person").order_by("-seq")
    shown = list(cases[:MOST])
    return Found(shown, capped=len(ids) > MOST)


def _by_code(question: Question, by: Actor) -> Found:
    mine = readable_cases(by).filter(Q(reference=question.code) | Q(referrals__reference=question.code))
    cases = list(mine.select_related("owner", "region", "person").distinct()[:MOST])
    referrals = list(
        visible_to(by)
        .filter(reference=question.code)
        .select_related("referring_organisation", "receiving_organisation")[:MOST]
    )
    _written(question, found=[str(row.pk) for row in (*cases, *referrals)])
    return Found(cases, referrals)


def _count(actor: Actor, at: datetime) -> int:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_COUNT, [actor.id, timezone.localdate(at)])
        return int(cursor.fetchone()[0])


def _written(question: Question, **detail: list[str]) -> None:
    """What was asked, as an HMAC: two who ask the same are seen to, and nobody reads for whom."""
    mac = keyring.current().provider.index_mac("search", f"{question.kind}|{question.text}".encode())
    audit.look("search", Person, scope=f"{question.kind}:{mac.hex()}", detail=detail)
