"""Exact search without plaintext: a value falls into one of a few thousand buckets (security.md §2.6)."""

import unicodedata
from uuid import UUID, uuid4

from crypto import keyring
from crypto.errors import PlaintextRefused
from crypto.models import Match
from crypto.scopes import MATCHES
from crypto.sealed import Sealed, bound_field, encoded

#: With more bits a bucket would be the fingerprint of one person.
MOST_BITS = 16


def normalise(value: str) -> str:
    """One form for the many ways a name is typed: no case, no marks, single spaces."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    bare = "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFKC", bare).casefold().split())


def tag(index_name: str, value: str, bits: int) -> int:
    """The bucket of a value, by the key of its index. Raises PlaintextRefused for ill-formed text."""
    if not 1 <= bits <= MOST_BITS:
        raise ValueError(f"A blind index has 1 to {MOST_BITS} bits.")
    message = encoded(normalise(value))
    if message is None:
        raise PlaintextRefused("A blind index takes well-formed text.")
    mac = keyring.current().provider.index_mac(index_name, message)
    return int.from_bytes(mac[:4], "big") >> (32 - bits)


def matched(index_name: str, bucket: int, case_id: UUID) -> Match:
    """An unsaved entry: the row says neither which case it is nor when it was made."""
    match = Match(id=uuid4(), index_name=index_name, bucket=bucket)
    key = keyring.current().key_for(MATCHES)
    match.sealed_ref = bytes(key.seal(case_id.bytes, _bound(match), match.id))
    return match


def case_of(match: Match) -> UUID:
    """The case behind an entry. Raises the errors of the key, and Tampered."""
    sealed = Sealed(bytes(match.sealed_ref))
    return UUID(bytes=keyring.current().key_of(sealed, MATCHES).unseal(sealed, _bound(match), match.id))


def forget(case_id: UUID) -> int:
    """Deletes every entry of a case, and gives their number. Each entry is opened: nothing else says whose it is.

    Raises the errors of the key, and Tampered.
    """
    found = [match.pk for match in Match.objects.iterator() if case_of(match) == case_id]
    Match.objects.filter(pk__in=found).delete()
    return len(found)


def _bound(match: Match) -> bytes:
    # The bucket too: an entry moved to another bucket would match somebody else.
    return bound_field("crypto.match", f"{match.index_name}/{match.bucket}")
