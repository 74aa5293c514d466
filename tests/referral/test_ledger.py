"""The ledger of places: in every history free + held + occupied = capacity + over, and nobody is lost between rows."""

import os
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit import clock
from partners.models import Overflow, Places
from partners.services import provision
from partners.services.guard import Refusal
from partners.services.ledger import (
    Above,
    hold_place,
    keep_place,
    leave_place,
    move_place,
    occupy_place,
    release_place,
)
from referral.models import WalkIn
from referral.services import walk_ins
from tests import cast as c

FULL = os.environ.get("FULL") == "1"

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

WHICH = st.booleans()
SAID = st.booleans()


def machine(cast: c.Cast) -> type[RuleBasedStateMachine]:
    class House(RuleBasedStateMachine):
        """Two rows of one house, and what a bookkeeper with a pencil would have of them."""

        def __init__(self) -> None:
            super().__init__()
            self.savepoint = transaction.atomic()
            self.savepoint.__enter__()

        def teardown(self) -> None:
            self.in_every_version()
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

        @initialize(capacities=st.tuples(st.integers(0, 3), st.integers(0, 3)))
        def open(self, capacities: tuple[int, int]) -> None:
            women = Places.objects.get(site=cast.girls.site, group="women")
            self.pks = [cast.girls.pk, women.pk]
            for pk, capacity in zip(self.pks, capacities, strict=True):
                self.change(pk, capacity, 0)
            self.walked: list[UUID] = []

        def of(self, second: bool) -> Places:
            return Places.objects.get(pk=self.pks[second])

        def above(self, said: bool) -> Above | None:
            return Above("night", cast.codou.pk, clock.now()) if said else None

        def attempt(self, act: Callable[[], object], heads: int) -> bool:
            """Done as a whole or not at all; `heads`: by how many all held and occupied places change."""
            before = self.heads()
            try:
                with c.acting(cast.codou), transaction.atomic():
                    act()
                    connection.check_constraints()
            except Refusal:
                assert self.heads() == before
                return False
            assert self.heads() == before + heads
            return True

        def heads(self) -> int:
            return sum(row.held + row.occupied for row in Places.objects.filter(pk__in=self.pks))

        def change(self, pk: UUID, capacity: int, occupied: int, said: bool = True) -> None:
            row = Places.objects.get(pk=pk)
            numbers = {"capacity": capacity, "occupied": occupied, "above": self.above(said)}
            with c.acting(cast.codou) as actor:
                act = lambda: provision.edit_places(actor, pk, row.version, **numbers, at=clock.now())  # noqa: E731
                self.attempt(act, occupied - row.occupied)

        @rule(second=WHICH, said=SAID)
        def somebody_is_promised_a_place(self, second: bool, said: bool) -> None:
            row = self.of(second)
            done = self.attempt(lambda: hold_place(row.pk, above=self.above(said)), 1)
            assert done == (said or row.free > 0)

        @rule(second=WHICH)
        def a_promise_ends(self, second: bool) -> None:
            if self.of(second).held:
                assert self.attempt(lambda: release_place(self.pks[second]), -1)

        @rule(second=WHICH)
        def somebody_arrives(self, second: bool) -> None:
            if self.of(second).held:
                assert self.attempt(lambda: occupy_place(self.pks[second]), 0)

        @rule(second=WHICH)
        def somebody_leaves(self, second: bool) -> None:
            if self.of(second).occupied:
                assert self.attempt(lambda: leave_place(self.pks[second]), -1)

        @rule(second=WHICH)
        def somebody_goes_on_leave(self, second: bool) -> None:
            if self.of(second).occupied:
                assert self.attempt(lambda: keep_place(self.pks[second]), 0)

        @rule(second=WHICH, held=WHICH, said=SAID)
        def somebody_moves(self, second: bool, held: bool, said: bool) -> None:
            origin = self.of(second)
            if origin.held if held else origin.occupied:
                free = self.of(not second).free
                goal = self.pks[not second]
                done = self.attempt(lambda: move_place(origin.pk, goal, held=held, above=self.above(said)), 0)
                assert done == (said or free > 0)

        @rule(second=WHICH, said=SAID)
        def somebody_walks_in(self, second: bool, said: bool) -> None:
            who = {"sex": "female", "age_band": "18-20", "above": self.above(said)}
            with c.acting(cast.codou) as actor:
                act = lambda: walk_ins.enter_walk_in(actor, self.pks[second], **who, at=clock.now())  # noqa: E731
                self.attempt(act, 1)

        @rule(mistaken=st.booleans())
        def who_walked_in_goes(self, mistaken: bool) -> None:
            row = WalkIn.objects.filter(left_at=None).order_by("arrived_at").first()
            if row is None:
                return
            with c.acting(cast.codou) as actor, transaction.atomic():
                if mistaken:
                    walk_ins.strike_walk_in(actor, row.pk, row.version)
                else:
                    walk_ins.end_walk_in(actor, row.pk, row.version, at=clock.now())

        @rule(second=WHICH, counted=st.integers(0, 6), said=SAID)
        def the_house_counts(self, second: bool, counted: int, said: bool) -> None:
            row = self.of(second)
            with c.acting(cast.codou) as actor:
                said_of = {"counted": counted, "above": self.above(said)}
                act = lambda: provision.count_heads(actor, row.pk, row.version, **said_of, at=clock.now())  # noqa: E731
                done = self.attempt(act, counted - row.occupied)
            assert done == (said or row.held + counted <= row.capacity + row.over)

        @rule(second=WHICH, capacity=st.integers(0, 5), said=SAID)
        def beds_come_and_go(self, second: bool, capacity: int, said: bool) -> None:
            self.change(self.pks[second], capacity, self.of(second).occupied, said)

        @invariant()
        def the_books_balance(self) -> None:
            for row in Places.objects.filter(pk__in=getattr(self, "pks", [])):
                self.balanced(row)

        def balanced(self, row: Places) -> None:
            assert row.free + row.held + row.occupied == row.capacity + row.over
            assert min(row.free, row.held, row.occupied, row.over) >= 0
            assert not (row.over and row.free), "above capacity while a place is free"

        def in_every_version(self) -> None:
            for pk in getattr(self, "pks", []):
                grown = last = 0
                for past in Places.history.filter(id=pk).order_by("version"):
                    self.balanced(past.instance)
                    grown, last = grown + max(0, past.over - last), past.over
                # Nobody is above capacity without an act of somebody by name.
                said = Overflow.objects.filter(places=pk).values_list("persons", flat=True)
                assert sum(said) == grown

    return House


@pytest.mark.no_cover  # long under FULL=1; each act is measured where it is tested
def test_the_books_balance_whatever_happens(cast: c.Cast) -> None:
    run_state_machine_as_test(
        machine(cast),
        settings=settings(
            max_examples=200 if FULL else 5,
            stateful_step_count=40 if FULL else 15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
