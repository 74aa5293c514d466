"""Stacked bars for one SVG template, in whole numbers: a decimal comma would break the picture.

No library: pygal puts styles and scripts into the picture, which the content policy forbids, and brings three packages
along; leather stacks no bars; svg.py and drawsvg only write the elements, which a template does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

WIDTH, ROW, LONGEST_LABEL = 320, 46, 38
#: A narrower part has no room for its number, which then stands in the table alone.
DIGIT = 9


@dataclass(frozen=True)
class Part:
    """`tone` is its place among the series, from 1: colour and lightness follow from it."""

    tone: int
    count: int
    x: int
    width: int

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def numbered(self) -> bool:
        return self.width > DIGIT * len(str(self.count))


@dataclass(frozen=True)
class Bar:
    label: str
    total: int
    y: int
    parts: list[Part]


@dataclass(frozen=True)
class Picture:
    series: Sequence[str]
    bars: list[Bar]
    width: int
    height: int


def stacked(series: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> Picture:
    """One bar a row, all on one scale. Args: rows: label, and a number for each of the series."""
    longest = max((sum(counts) for _label, counts in rows), default=0) or 1
    return Picture(
        series,
        [
            Bar(_short(label), sum(counts), number * ROW, _parts(counts, longest))
            for number, (label, counts) in enumerate(rows)
        ],
        WIDTH,
        len(rows) * ROW,
    )


def _parts(counts: Sequence[int], longest: int) -> list[Part]:
    edges = [round(WIDTH * until / longest) for until in accumulate(counts, initial=0)]
    return [
        Part(tone, count, left, max(right - left, 1))
        for tone, (count, (left, right)) in enumerate(zip(counts, pairwise(edges), strict=True), start=1)
        if count
    ]


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
