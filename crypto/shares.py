"""A secret in five shares of 33 words each, of which any three give it back (SLIP-39)."""

from collections.abc import Iterable

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORD_INDEX_MAP

from crypto.errors import SharesRefused

NEEDED = 3
HOLDERS = 5
WORDS = 33
SECRET_LENGTH = 32


def split(secret: bytes) -> list[str]:
    """The shares of a secret of 32 bytes, one text of words each."""
    (shares,) = generate_mnemonics(1, [(NEEDED, HOLDERS)], secret)
    return list(shares)


def heard(typed: str) -> Share:
    """One share as somebody typed it. Raises SharesRefused, which says what to look at."""
    words = typed.casefold().split()
    unknown = [number for number, word in enumerate(words, 1) if word not in WORD_INDEX_MAP]
    if unknown:
        raise SharesRefused(f"Word {unknown[0]} is not in the list: look at its letters again.")
    if len(words) != WORDS:
        raise SharesRefused(f"A share has {WORDS} words; these are {len(words)}.")
    try:
        return Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise SharesRefused(
            "These words do not fit together: one was mistyped, or two changed places."
        ) from None


def combined(typed: Iterable[str]) -> bytes:
    """The secret. Raises SharesRefused for too few, for one typed twice and for shares of different sets."""
    shares = [heard(text) for text in typed]
    if len({share.common_parameters() for share in shares}) > 1:
        raise SharesRefused("These shares are not of one set: one of them was made at another ceremony.")
    if len({share.index for share in shares}) < len(shares):
        raise SharesRefused("The same share was typed twice.")
    if len(shares) < NEEDED:
        raise SharesRefused(f"{NEEDED} shares are needed; these are {len(shares)}.")
    try:
        return bytes(combine_mnemonics(share.mnemonic() for share in shares[:NEEDED]))
    except MnemonicError:
        raise SharesRefused("These shares do not fit together.") from None


def sheet(share: str, made_on: str) -> str:
    """One share on one page, for its holder's bag: words numbered, read down the columns."""
    number = heard(share).index + 1
    numbered = [f"{at:2}. {word:<12}" for at, word in enumerate(share.split(), 1)]
    rows = WORDS // 3
    table = ["   ".join(numbered[row + column * rows] for column in range(3)).rstrip() for row in range(rows)]
    return "\n".join(
        [
            f"PART {number} / {HOLDERS}     {made_on}",
            "",
            f"{NEEDED} parts sur {HOLDERS} ouvrent les clés. Ni photo, ni copie, ni saisie ailleurs.",
            f"{NEEDED} of {HOLDERS} shares open the keys. No photograph, no copy, typed nowhere else.",
            "",
            *table,
            "",
            "Sac n° / bag no. __________   Titulaire / holder ______________________________",
            "",
            "Témoins / witnesses __________________________   __________________________",
            "",
        ]
    )
