"""A state machine as a picture: rows by distance from the start, few crossings, one SVG file without any library.

The way of Sugiyama in its simplest form: a rank for each state, a bend in each row that a long arrow passes, rows
put in the order of the mean of their neighbours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

Edge = tuple[str, str]
Point = tuple[float, float]

BOX_HEIGHT, ROW, GAP, MARGIN = 34, 104, 46, 24
LETTER = 7.4  # width of a letter
BEND = 60  # the room that a passing arrow takes in a row
SWEEPS = 24


@dataclass(frozen=True)
class Arrow:
    source: str
    target: str
    label: str


@dataclass
class Picture:
    """
    Args:
        names: what stands in each box, by state, the first one where the machine begins.
        notes: moves that come from so many states that arrows would hide the rest, by target.
        ends: states that nothing leaves.
    """

    title: str
    names: Mapping[str, str]
    arrows: Sequence[Arrow]
    notes: Mapping[str, str]
    ends: frozenset[str]

    def svg(self) -> str:
        rank = ranks(list(self.names), [(arrow.source, arrow.target) for arrow in self.arrows])
        chains = {(a.source, a.target): _chain((a.source, a.target), rank) for a in self.arrows}
        rows = _rows(self.names, rank, chains)
        order(rows, [pair for chain in chains.values() for pair in pairwise(chain)])
        places = self._places(rows)
        width = max(x for row in rows for x in [places[row[-1]][0] + self._width(row[-1]) / 2]) + MARGIN
        height = len(rows) * ROW - (ROW - BOX_HEIGHT) + 2 * MARGIN
        parts = [
            *(self._arrow(arrow, chains[arrow.source, arrow.target], places) for arrow in self._merged()),
            *(self._box(state, places[state]) for state in self.names),
        ]
        return _document(self.title, width, height, parts)

    def _merged(self) -> Iterable[Arrow]:
        """Two moves between the same states share one arrow."""
        labels: dict[Edge, list[str]] = {}
        for arrow in self.arrows:
            labels.setdefault((arrow.source, arrow.target), []).append(arrow.label)
        return [Arrow(source, target, ", ".join(found)) for (source, target), found in labels.items()]

    def _width(self, node: str) -> float:
        return len(self.names[node]) * LETTER + 28 if node in self.names else BEND

    def _places(self, rows: list[list[str]]) -> dict[str, Point]:
        """Each row centred on the widest."""
        widths = [sum(self._width(node) for node in row) + GAP * (len(row) - 1) for row in rows]
        places = {}
        for number, (row, width) in enumerate(zip(rows, widths, strict=True)):
            x = MARGIN + (max(widths) - width) / 2
            for node in row:
                places[node] = (x + self._width(node) / 2, MARGIN + BOX_HEIGHT / 2 + number * ROW)
                x += self._width(node) + GAP
        return places

    def _box(self, state: str, at: Point) -> str:
        x, y, width = at[0], at[1], self._width(state)
        kind = "end" if state in self.ends else "state"
        note = self.notes.get(state, "")
        return (
            f'<rect class="{kind}" x="{x - width / 2:.0f}" y="{y - BOX_HEIGHT / 2:.0f}" width="{width:.0f}"'
            f' height="{BOX_HEIGHT}" rx="{BOX_HEIGHT / 2 if kind == "end" else 5:.0f}"/>'
            f'<text class="name" x="{x:.0f}" y="{y + 5:.0f}">{escape(self.names[state])}</text>'
            + (
                f'<text class="note" x="{x:.0f}" y="{y + BOX_HEIGHT / 2 + 15:.0f}">{escape(note)}</text>'
                if note
                else ""
            )
        )

    def _arrow(self, arrow: Arrow, chain: list[str], places: dict[str, Point]) -> str:
        points = [places[node] for node in chain]
        down = points[-1][1] > points[0][1]
        shift = 0 if down else 26  # the way back stands beside the way there
        start = (points[0][0] + shift, points[0][1] + (BOX_HEIGHT / 2 if down else -BOX_HEIGHT / 2))
        end = (points[-1][0] + shift, points[-1][1] - (BOX_HEIGHT / 2 + 7 if down else -BOX_HEIGHT / 2 - 7))
        points = [start, *points[1:-1], end]
        path = f"M{start[0]:.0f} {start[1]:.0f}"
        for (x1, y1), (x2, y2) in pairwise(points):
            middle = (y1 + y2) / 2
            path += f" C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}"
        (x1, y1), (x2, y2) = points[0], points[1]
        # Two arrows between the same boxes: each label on its own side.
        side = {(True, True): " before", (True, False): " after"}.get((self._returns(arrow), down), "")
        at = f'x="{(x1 + x2) / 2:.0f}" y="{(y1 + y2) / 2 + 4:.0f}"'
        return (
            f'<path class="arrow" d="{path}" marker-end="url(#tip)"/>'
            f'<text class="label{side}" {at}>{escape(arrow.label)}</text>'
        )

    def _returns(self, arrow: Arrow) -> bool:
        return any((other.target, other.source) == (arrow.source, arrow.target) for other in self.arrows)


def ranks(states: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The longest way from the first state to each, over the edges that lead onwards; who has none stands last."""
    onwards = _without_returns(states, edges)
    rank = dict.fromkeys(states, 0)
    for _pass in states:
        for source, target in onwards:
            rank[target] = max(rank[target], rank[source] + 1)
    alone = set(states) - {state for edge in edges for state in edge}
    return rank | dict.fromkeys(alone, max(rank.values()))


def _without_returns(states: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """Leaves out what leads back to a state on the way to it."""
    following: dict[str, list[str]] = {state: [] for state in states}
    for source, target in edges:
        following[source].append(target)
    kept: list[Edge] = []
    seen: set[str] = set()

    def walk(state: str, way: tuple[str, ...]) -> None:
        seen.add(state)
        for target in following[state]:
            if target not in way:
                kept.append((state, target))
                if target not in seen:
                    walk(target, (*way, target))

    for state in states:
        if state not in seen:
            walk(state, (state,))
    return kept


def _chain(edge: Edge, rank: Mapping[str, int]) -> list[str]:
    """The edge's states, with a bend in every row between them."""
    source, target = edge
    step = 1 if rank[target] >= rank[source] else -1
    between = range(rank[source] + step, rank[target], step)
    return [source, *(f"{source}>{target}@{row}" for row in between), target]


def _rows(names: Iterable[str], rank: Mapping[str, int], chains: Mapping[Edge, list[str]]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _row in range(max(rank.values()) + 1)]
    for state in names:
        rows[rank[state]].append(state)
    for chain in chains.values():
        for bend in chain[1:-1]:
            rows[int(bend.rpartition("@")[2])].append(bend)
    return rows


def order(rows: list[list[str]], links: Sequence[Edge]) -> None:
    """Sorts each row in place by the mean place of its neighbours, downwards and upwards in turn."""
    neighbours: dict[str, list[str]] = {}
    for one, other in links:
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    for sweep in range(SWEEPS):
        place = _places_in(rows)
        for row in rows if sweep % 2 else rows[::-1]:
            row.sort(key=lambda node: _mean([place[near] for near in neighbours.get(node, [])], place[node]))
            place |= _places_in([row])


def _places_in(rows: list[list[str]]) -> dict[str, float]:
    """From 0, the left end of the row, to 1."""
    return {node: (index + 0.5) / len(row) for row in rows for index, node in enumerate(row)}


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


STYLE = """
    text { font: 13px system-ui, sans-serif; text-anchor: middle; fill: #1b1b1b }
    .name { font-weight: 600 }
    .label { font-size: 11px; fill: #00508a; paint-order: stroke; stroke: #fff; stroke-width: 4px }
    .before { text-anchor: end } .after { text-anchor: start }
    .note { font-size: 11px; fill: #555 }
    .state { fill: #eef4f9; stroke: #00508a } .end { fill: #f2f2f2; stroke: #666 }
    .arrow { fill: none; stroke: #7a8a99; stroke-width: 1.3px }
"""


TIP = """
    <marker id="tip" viewBox="0 0 8 8" refX="2" refY="4" markerWidth="7" markerHeight="7" orient="auto">
      <path d="M0 0L8 4L0 8z" fill="#7a8a99"/>
    </marker>
"""


def _document(title: str, width: float, height: float, parts: Iterable[str]) -> str:
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    body = "\n  ".join(parts)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">
  <title>{escape(title)}</title>
  <style>{STYLE}  </style>
  <defs>{TIP}  </defs>
  <rect width="100%" height="100%" fill="#fff"/>
  {body}
</svg>
"""
