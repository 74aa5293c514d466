"""How is a tree written on paper, so that somebody types it in again years later? Eight words that can be spoken.

They hold 128 bits of a hash over the number of events and the root, each word 16 of them: consonant, vowel, consonant,
vowel, consonant (proquints, https://arxiv.org/abs/0901.4016), which French and English speakers spell alike.
"""

import re
from hashlib import sha256

CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"
WORDS = 8
WORD = re.compile(f"[{CONSONANTS}][{VOWELS}][{CONSONANTS}][{VOWELS}][{CONSONANTS}]")


def words_of(size: int, root: bytes) -> tuple[str, ...]:
    digest = sha256(b"relais-fingerprint/v1\n%d\n" % size + root).digest()
    return tuple(_word(int.from_bytes(digest[at : at + 2], "big")) for at in range(0, 2 * WORDS, 2))


def heard(typed: str) -> tuple[str, ...] | None:
    """The words that were typed, however they are separated; None when they are not eight such words."""
    found = tuple(re.findall(r"[^\W\d_]+", typed.lower()))
    return found if len(found) == WORDS and all(WORD.fullmatch(word) for word in found) else None


def _word(number: int) -> str:
    return (
        CONSONANTS[number >> 12]
        + VOWELS[number >> 10 & 3]
        + CONSONANTS[number >> 6 & 15]
        + VOWELS[number >> 4 & 3]
        + CONSONANTS[number & 15]
    )
