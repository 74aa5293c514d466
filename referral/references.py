"""Codes that two people can say on the telephone: Crockford base32, random, with a check character."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
ARRIVAL_LENGTH = 6
_MODULUS = 37  # Crockford's; values past the alphabet would need signs that nobody says aloud
_HEARD = str.maketrans(
    {"O": "0", "I": "1", "L": "1", "U": "V", "-": None, " ": None, "\u00a0": None, "\u202f": None}
)


def _value(code: str) -> int:
    return sum(ALPHABET.index(sign) * 32**place for place, sign in enumerate(reversed(code)))


def new_reference() -> str:
    """Eight random characters and their check character, all from the alphabet."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        check = _value(code) % _MODULUS
        if check < len(ALPHABET):
            return code + ALPHABET[check]


def new_arrival_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(ARRIVAL_LENGTH))


def heard(text: str) -> str:
    """What was meant by what was typed: case, spaces and look-alikes do not matter."""
    return text.upper().translate(_HEARD)


def is_reference(text: str) -> bool:
    """Is `text`, as heard, a code of ours without a slip in it?"""
    code = heard(text)
    if len(code) != LENGTH + 1 or any(sign not in ALPHABET for sign in code):
        return False
    return _value(code[:LENGTH]) % _MODULUS == ALPHABET.index(code[LENGTH])


def spoken(reference: str) -> str:
    """In three groups of three, as it is shown and said."""
    return " ".join(reference[i : i + 3] for i in range(0, len(reference), 3))
