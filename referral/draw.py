"""The draw of a review, that anyone can make again: pure, and the same on every machine.

1. The population is the files that a review may be about, each with the reasons for which it must be looked at
   (empty for most). It is frozen: the digest of its lines, `<id> <reason>,<reason>` in the order of the ids, is kept.
2. Every file with a reason is drawn.
3. Of the others, those whose SHA-256 of `<seed>|<id>` is smallest, as many as `sample_size` says.

The hash orders the files as no person can choose, and one more file in the population moves no other: only the
last of the drawn may leave. A random generator would tie the result to a version of Python.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from uuid import UUID

#: Of the files of one worker in one quarter: whichever is more (issue: "5 % or 5 files per worker and quarter").
SHARE, LEAST = 0.05, 5


@dataclass(frozen=True, order=True)
class Member:
    """A file of the population, and the codes of why it must be looked at."""

    pk: UUID
    reasons: tuple[str, ...] = ()


def seed_of(quarter: str, organisation: UUID, root: bytes) -> str:
    """The number that follows from a fingerprint which nobody could know while the quarter lasted."""
    return sha256(f"{quarter}|{organisation}|{root.hex()}".encode()).hexdigest()


def sample_size(others: int) -> int:
    """How many of `others` files, those without a reason, are drawn: all of them where there are fewer than five."""
    return min(others, max(LEAST, ceil(others * SHARE)))


def place(seed: str, pk: UUID) -> str:
    """What a file is ordered by."""
    return sha256(f"{seed}|{pk}".encode()).hexdigest()


def draw(seed: str, population: Iterable[Member]) -> list[Member]:
    """The drawn files, in the order of their hashes, so that their numbers say nothing else."""
    members = list(population)
    others = sorted((m for m in members if not m.reasons), key=lambda m: place(seed, m.pk))
    drawn = [m for m in members if m.reasons] + others[: sample_size(len(others))]
    return sorted(drawn, key=lambda m: place(seed, m.pk))


def digest(population: Iterable[Member]) -> str:
    """Of the frozen population: one file more, less, or with another reason gives another one."""
    lines = "".join(f"{m.pk} {','.join(sorted(m.reasons))}\n" for m in sorted(population))
    return sha256(lines.encode()).hexdigest()
