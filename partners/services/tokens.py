"""Tokens of partners' programs: made, taken back, recognised; and how often anybody may ask."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from audit.enums import Verb
from audit.rows import write
from audit.services import deny
from partners.actor import Actor
from partners.enums import Act
from partners.models import ApiToken, Organisation, RequestCount
from partners.queries.published import is_published
from partners.services.guard import Refusal, authorise, explained, locked

NAMED_ONCE = {"token_named_once": _("This organisation has a token for a program of that name already.")}
MINUTE, KEPT = timedelta(minutes=1), timedelta(hours=1)

#: One statement, which holds the caller's row until it is done: two requests at once are two, in whichever process.
_COUNT = """
    INSERT INTO partners_requestcount AS c (caller, minute, counted) VALUES (%s, %s, 1)
    ON CONFLICT (caller) DO UPDATE SET
        counted = CASE WHEN c.minute = excluded.minute THEN c.counted + 1 ELSE 1 END, minute = excluded.minute
    RETURNING counted
"""


class TooManyRequests(Exception):
    """
    Attributes:
        wait: seconds until the next minute.
    """

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__("too many requests")


class TokenRefused(Exception):
    """What was shown opens nothing; an event says so.

    Attributes:
        reason: TOKEN_UNKNOWN, TOKEN_REVOKED, TOKEN_EXPIRED or ORGANISATION_CLOSED.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


# --- Made and taken back -----------------------------------------------------------------------------------
@transaction.atomic
def make_token(
    by: Actor,
    organisation: Organisation,
    *,
    name: str,
    scopes: Collection[str],
    days: int,
    at: datetime,
) -> tuple[ApiToken, str]:
    """The row and the token itself, which is nowhere else.

    Raises:
        NotAllowed, Refusal.
    """
    authorise(by, Act.MANAGE_TOKENS)
    if not is_published(organisation, at):
        raise Refusal(_("This organisation is suspended, or its agreement has ended: it gets no token."))
    token = secrets.token_urlsafe(32)
    row = ApiToken(
        organisation=organisation,
        name=name,
        digest=ApiToken.digest_of(token),
        scopes=sorted(set(scopes)),
        created_by_id=by.id,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    with explained(**NAMED_ONCE):
        write(row, Verb.GRANT)
    return row, token


@transaction.atomic
def revoke_token(by: Actor, pk: UUID, version: int, *, at: datetime) -> ApiToken:
    authorise(by, Act.MANAGE_TOKENS)
    row = locked(ApiToken, pk, version)
    if row.revoked_at:
        raise Refusal(_("This token has been taken back already."))
    row.revoked_at = at
    write(row, Verb.REVOKE, fields=["revoked_at"])
    return row


# --- Shown by a program ------------------------------------------------------------------------------------
def admit(shown: str | None, address: str, at: datetime) -> ApiToken | None:
    """The token that was shown, None where none was. Counts the request before it refuses anything.

    Args:
        shown: None for the public part. address: of the network, counted by a keyed digest.

    Raises:
        TooManyRequests, TokenRefused, AuditUnavailable.
    """
    token = None if shown is None else _recognised(shown)
    if token is None:
        caller = salted_hmac("partners.requests", address, algorithm="sha256").hexdigest()
        _count(caller, settings.RELAIS_API_REQUESTS, None, at)
    else:
        _count(str(token.pk), settings.RELAIS_API_REQUESTS_TOKEN, token, at)
    if shown is not None and (reason := _against(token, at)):
        deny(Verb.DENIED, ApiToken._meta.label_lower, token.pk if token else None, reason_code=reason)
        raise TokenRefused(reason)
    return token


def _recognised(shown: str) -> ApiToken | None:
    """Only digests are compared, so timing tells nothing of a token."""
    return ApiToken.objects.select_related("organisation").filter(digest=ApiToken.digest_of(shown)).first()


def _against(token: ApiToken | None, at: datetime) -> str:
    if token is None:
        return "TOKEN_UNKNOWN"
    if token.revoked_at is not None:
        return "TOKEN_REVOKED"
    if not token.is_live(at):
        return "TOKEN_EXPIRED"
    return "" if is_published(token.organisation, at) else "ORGANISATION_CLOSED"


def _count(caller: str, most: int, token: ApiToken | None, at: datetime) -> None:
    minute = at.replace(second=0, microsecond=0)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_COUNT, [caller, minute])
        counted = cursor.fetchone()[0]
    if counted == 1:
        RequestCount.objects.filter(minute__lt=at - KEPT).delete()
    if counted <= most:
        return
    if token is not None and counted == most + 1:  # once a minute: the audit is not there to be filled
        deny(Verb.DENIED, ApiToken._meta.label_lower, token.pk, reason_code="TOO_MANY_REQUESTS")
    raise TooManyRequests(max(1, int((minute + MINUTE - at).total_seconds())))
