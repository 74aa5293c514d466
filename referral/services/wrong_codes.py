"""Codes are not guessed: who answers with wrong ones, or what is guessed at, is not listened to for an hour."""

from datetime import datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import F

from referral.models import WrongCodes

#: So many of one number, person or card, and nothing of it is taken any more until an hour after the first.
MOST, COUNTS_FOR = 5, timedelta(hours=1)

#: One statement, which holds the number's row until the end of the transaction: of two guesses at once, one waits.
_COUNT = """
    INSERT INTO referral_wrongcodes AS w (number, counted, until) VALUES (%(number)s, 1, %(until)s)
    ON CONFLICT (number) DO UPDATE SET
        counted = CASE WHEN w.until > %(at)s THEN w.counted + 1 ELSE 1 END,
        until = CASE WHEN w.until > %(at)s THEN w.until ELSE excluded.until END
    RETURNING counted
"""


def may_try(digest: str, *, at: datetime) -> bool:
    """Counts the code as a wrong one before it is looked at; `forgive` once it is right, in the same transaction.

    Args:
        digest: keyed, of whoever tries or of what is tried: nobody reads it back.
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_COUNT, {"number": digest, "at": at, "until": at + COUNTS_FOR})
        return bool(cursor.fetchone()[0] <= MOST)


def forgive(digest: str) -> None:
    WrongCodes.objects.filter(number=digest).update(counted=F("counted") - 1)


def forget(at: datetime) -> int:
    deleted, _by_model = WrongCodes.objects.filter(until__lte=at).delete()
    return deleted
