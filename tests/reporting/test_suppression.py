"""No small number can be read or computed: attacked with a pencil, with linear algebra, and by trying everything."""

import os
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reporting.suppression import SHOWN_FROM, Margins, is_small, masked

FULL = os.environ.get("FULL") == "1"
Table = list[list[int]]
Cell = tuple[int, int]
MANY = 10**9

numbers = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 60))
tables = st.tuples(st.integers(1, 6), st.integers(1, 5)).flatmap(
    lambda size: st.lists(
        st.lists(numbers, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)


def lines_of(table: Margins) -> list[list[tuple[int, Cell]]]:
    """Every row and column as an equation that adds up to nought: its cells, less its total."""
    rows, columns = len(table.counts), len(table.counts[0])
    across = [[(-1 if c == columns - 1 else 1, (r, c)) for c in range(columns)] for r in range(rows)]
    down = [[(-1 if r == rows - 1 else 1, (r, c)) for r in range(rows)] for c in range(columns)]
    return across + down


def with_a_pencil(table: Margins, hidden: frozenset[Cell]) -> dict[Cell, tuple[int, int]]:
    """From and to which number a masked cell may be, tightened line by line as often as a patient reader would."""
    bounds = {cell: (1, MANY) if cell in hidden else (table[cell], table[cell]) for cell in table.cells()}
    for _again in range(20):
        before = dict(bounds)
        for line in lines_of(table):
            for sign, cell in line:
                others = [(s * sign, bounds[each]) for s, each in line if each != cell]
                low = sum(-s * (most if s > 0 else least) for s, (least, most) in others)
                high = sum(-s * (least if s > 0 else most) for s, (least, most) in others)
                new = (max(bounds[cell][0], low), min(bounds[cell][1], high))
                bounds[cell] = new
        if bounds == before:
            break
    return bounds


def computed(table: Margins, hidden: frozenset[Cell]) -> set[Cell]:
    """Masked cells that the equations alone determine: their unit vectors lie in the space of the equations."""
    order = sorted(hidden)
    rows = [
        [Fraction(sum(sign for sign, each in line if each == cell)) for cell in order]
        for line in lines_of(table)
    ]
    solved: set[Cell] = set()
    pivots: list[tuple[int, list[Fraction]]] = []
    for row in rows:
        for place, pivot in pivots:
            row = [a - row[place] * b for a, b in zip(row, pivot, strict=True)]
        lead = next((place for place, value in enumerate(row) if value), None)
        if lead is not None:
            row = [value / row[lead] for value in row]
            pivots = [
                (place, [a - pivot[lead] * b for a, b in zip(pivot, row, strict=True)])
                for place, pivot in pivots
            ]
            pivots.append((lead, row))
    for place, row in pivots:
        if sum(value != 0 for value in row) == 1:
            solved.add(order[place])
    return solved


@settings(max_examples=500 if FULL else 60, deadline=None)
@given(tables)
@example([[3, 40, 12], [0, 50, 20], [11, 15, 70]])
@example([[1, 1, 1, 1, 1]])
@example([[9], [1]])
def test_no_masked_cell_can_be_computed_from_what_is_shown(inner: Table) -> None:
    table, hidden = Margins.of(inner), masked(inner)
    assert {cell for cell in table.cells() if is_small(table[cell])} <= hidden
    assert not any(table[cell] == 0 for cell in hidden)
    assert computed(table, hidden) == set()
    bounds = with_a_pencil(table, hidden)
    for cell in hidden:
        least, most = bounds[cell]
        assert least < most
        if is_small(table[cell]):
            # A total is known to be at least the number of its cells that are not nought: those are shown.
            assert least <= table.least(cell)
            assert most >= SHOWN_FROM


@settings(max_examples=60 if FULL else 5, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0, 1, 2, 9, 10, 11]), min_size=2, max_size=2), min_size=2, max_size=2)
)
@example([[9, 11], [11, 9]])
def test_every_small_cell_may_as_well_be_one_or_ten(inner: Table) -> None:
    """All tables of the same size with the same shown cells are tried: some say 1, some say 10."""
    table, hidden = Margins.of(inner), masked(inner)
    found: dict[Cell, set[int]] = {cell: set() for cell in hidden}
    free = [range(1, 22) if (r, c) in hidden else [inner[r][c]] for r, c in product(range(2), range(2))]
    for a, b, c, d in product(*free):
        other = Margins.of([[a, b], [c, d]])
        if all(other[cell] == table[cell] for cell in table.cells() if cell not in hidden):
            for cell in hidden:
                found[cell].add(other[cell])
    for (row, column), values in found.items():
        if is_small(table[row, column]) and row < 2 and column < 2:
            assert {1, SHOWN_FROM} <= values, (inner, row, column)


@pytest.mark.parametrize(
    ("inner", "hidden"),
    [
        ([[0, 0], [0, 0]], set()),
        ([[10, 20], [30, 40]], set()),
        # One small cell costs the cheapest rectangle.
        ([[3, 40, 12], [0, 50, 20], [11, 15, 70]], {(0, 0), (0, 1), (2, 0), (2, 1)}),
        # A country of which one region alone has a few: its totals go too, for they are the same number.
        ([[4, 0], [0, 0]], {(0, 0), (0, 2), (2, 0), (2, 2)}),
    ],
)
def test_no_more_is_masked_than_it_takes(inner: Table, hidden: set[Cell]) -> None:
    assert masked(inner) == hidden
