"""Which cells of a published table are masked, so that no small number can be read or computed? Pure.

A table with its totals is a network: what stands in a row flows in from its total and out into the columns, and what
flows into a column leaves as the column's total. The reader knows the shown cells, and that whatever is masked is 1 or
more. How far a masked cell may lie from its true number, given all that is shown, is then a question of how much more,
or less, can flow in a circle through masked cells alone. This is exact, for whole numbers too, because it is a network
(Gusfield 1988; the circles are shortest paths, as in Castro 2007). See decision 24.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product

#: From here on a number of persons is published (domain §7.9).
SHOWN_FROM = 10
#: Nought is always shown, so whatever is masked is at least one.
LEAST = 1

Cell = tuple[int, int]
#: A row or a column, as a node of the network.
Node = tuple[str, int]
#: How much each cell differs from its true number in the table that is being imagined.
Shift = dict[Cell, int]


@dataclass(frozen=True)
class Margins:
    """A table with its totals: the last row holds those of the columns, the last column those of the rows."""

    counts: Sequence[Sequence[int]]

    @classmethod
    def of(cls, inner: Sequence[Sequence[int]]) -> "Margins":
        rows = [[*row, sum(row)] for row in inner]
        return cls([*rows, [sum(column) for column in zip(*rows, strict=True)]])

    def cells(self) -> Iterator[Cell]:
        return product(range(len(self.counts)), range(len(self.counts[0]) if self.counts else 0))

    def __getitem__(self, cell: Cell) -> int:
        return self.counts[cell[0]][cell[1]]

    def least(self, cell: Cell) -> int:
        """What a masked cell is at least: nought would be shown, here and in what a total is the sum of."""
        row, column = cell
        rows = self.counts[:-1] if row == len(self.counts) - 1 else [self.counts[row]]
        is_total = column == len(self.counts[0]) - 1
        summed = [number for each in rows for number in (each[:-1] if is_total else [each[column]])]
        return sum(LEAST for number in summed if number)

    def ends(self, cell: Cell) -> tuple[Node, Node]:
        """From where to where a cell flows; a total flows the other way."""
        row, column = cell
        is_margin = (row == len(self.counts) - 1) != (column == len(self.counts[0]) - 1)
        ends = (("row", row), ("column", column))
        return ends[::-1] if is_margin else ends


def is_small(number: int) -> bool:
    return LEAST <= number < SHOWN_FROM


def masked(inner: Sequence[Sequence[int]]) -> frozenset[Cell]:
    """The cells not to publish, totals among them (see `Margins`), of a table of numbers of persons.

    Every number from 1 to 9 is masked, and as many others as it takes: with what remains, each of those may as well be
    1 as 10 or more; a total, as little as the number of its cells that are not nought. Nought is never masked.
    """
    table = Margins.of(inner)
    hidden = {cell for cell in table.cells() if is_small(table[cell])}
    for cell in sorted(hidden, key=lambda each: (table[each], each)):
        _free(table, hidden, cell, SHOWN_FROM - table[cell], more=True)
        _free(table, hidden, cell, table[cell] - table.least(cell), more=False)
    return frozenset(hidden)


def _free(table: Margins, hidden: set[Cell], cell: Cell, amount: int, *, more: bool) -> None:
    """Masks what it takes for `cell` to be imagined greater, or less, by `amount`."""
    tail, head = table.ends(cell)
    start, goal = (head, tail) if more else (tail, head)
    shift: Shift = {}
    while amount > 0:
        circle = _cheapest(table, hidden, shift, start, goal, without=cell)
        step = min([amount, *(_room(table, shift, each, up) for each, up in circle if not up)])
        for each, up in circle:
            hidden.add(each)
            shift[each] = shift.get(each, 0) + (step if up else -step)
        amount -= step


def _room(table: Margins, shift: Shift, cell: Cell, up: bool) -> int:
    """By how much a cell may still be imagined less; greater, without end."""
    return SHOWN_FROM if up else table[cell] + shift.get(cell, 0) - LEAST


def _cheapest(
    table: Margins, hidden: set[Cell], shift: Shift, start: Node, goal: Node, *, without: Cell
) -> list[tuple[Cell, bool]]:
    """The way from `start` to `goal` that masks the fewest persons more; there is one over the totals always."""
    order = count()
    queue: list[tuple[int, int, Node]] = [(0, next(order), start)]
    came: dict[Node, tuple[Node, Cell, bool]] = {}
    best = {start: 0}
    edges = [(cell, *table.ends(cell)) for cell in table.cells() if table[cell] and cell != without]
    while queue:
        cost, _order, node = heapq.heappop(queue)
        if node == goal:
            break
        if cost > best[node]:
            continue
        for cell, tail, head in edges:
            if node not in (tail, head):
                continue
            up, other = (True, head) if node == tail else (False, tail)
            if _room(table, shift, cell, up) <= 0:
                continue
            further = cost + 1 + (0 if cell in hidden else 10 * table[cell])
            if further < best.get(other, further + 1):
                best[other], came[other] = further, (node, cell, up)
                heapq.heappush(queue, (further, next(order), other))
    way = []
    while goal != start:
        goal, cell, up = came[goal]
        way.append((cell, up))
    return way
