"""Every event gets exactly one place in the tree, whoever commits late, dies, or writes at once."""

import time
from itertools import count
from random import Random
from threading import Barrier, Thread

import pytest
from django.db import connection

from audit import leaf, merkle, tree
from audit.models import Leaf, Node
from audit.sequencing import COLUMNS, Sequencer
from tests.audit.tree import IN_ORDER, PLACED, apart, drained, rows, step, write
from tests.database.pristine import owner_connection

pytestmark = pytest.mark.django_db(transaction=True)


def assert_whole() -> None:
    """Each event has one leaf, without gap, and the leaves say what the events say."""
    leaves = list(Leaf.objects.order_by("index"))
    assert [each.index for each in leaves] == list(range(len(leaves)))
    assert {each.event_id for each in leaves} == {pk for (pk,) in rows(IN_ORDER)}
    selected = ", ".join("xid::text" if name == "xid" else name for name in COLUMNS)
    events = {row[COLUMNS.index("id")]: row for row in rows(f"SELECT {selected} FROM audit_event")}
    for each in leaves:
        event = dict(zip(COLUMNS, events[each.event_id], strict=True))
        assert bytes(each.commitment) == leaf.commitment_of(event["salt"], event)
        assert bytes(each.hash) == merkle.leaf_hash(leaf.entry_of(bytes(each.commitment)))


def test_the_tree_grows_by_batches_and_stored_nodes_prove_it():
    write(600)
    write(1)
    sequencer = Sequencer(batch=100)
    assert drained(sequencer) == 601
    assert rows(PLACED) == rows(IN_ORDER)
    assert_whole()
    hashes = [bytes(each) for each in Leaf.objects.order_by("index").values_list("hash", flat=True)]
    assert sequencer.tree.root() == merkle.root_of(hashes) == tree.root_at(601)
    assert list(Node.objects.values_list("level", "index").order_by("index")) == [(1, 0), (1, 1)]
    for old in (1, 255, 256, 257, 600):
        proof = tree.consistency_proof(old, 601)
        assert proof == merkle.consistency_proof(old, 601, merkle.nodes_of(hashes))
    pk = Leaf.objects.get(index=300).event_id
    place, proof = tree.inclusion_proof(pk, 601)
    merkle.verify_inclusion(place, 601, hashes[300], proof, sequencer.tree.root())
    with pytest.raises(ValueError, match="A tree of 300 has no leaf 300"):
        tree.inclusion_proof(pk, 300)


def test_a_new_process_goes_on_where_the_former_one_was():
    write(5)
    first = Sequencer()
    drained(first)
    write(3)
    second = Sequencer()
    assert drained(second) == 3
    write(1)
    assert drained(first) == 1  # and the former one sees what the other did
    assert first.tree.root() == tree.root_at(9)
    assert_whole()


def test_who_commits_late_is_waited_for():
    """Its number is the lowest: a watermark on numbers would have passed it."""
    with apart() as late:
        write(using=late)
        write(4)
        sequencer = Sequencer()
        for _round in range(4):
            assert step(sequencer).leaves == 0
        late.commit()
    assert drained(sequencer) == 5
    assert rows(PLACED) == rows(IN_ORDER)


def test_an_event_that_was_rolled_back_holds_nothing_up():
    with apart() as undone:
        write(using=undone)
        write(4)
        undone.rollback()
    assert drained(Sequencer()) == 4


def test_many_who_commit_in_any_order_are_all_placed_once():
    def writer(seed: int) -> None:
        dice = Random(seed)
        with apart() as mine:
            start.wait()
            for _round in range(12):
                for _event in range(dice.randrange(1, 4)):
                    write(using=mine)
                    time.sleep(dice.random() * 0.02)
                mine.commit() if dice.random() < 0.85 else mine.rollback()

    start = Barrier(6)
    threads = [Thread(target=writer, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    sequencer = Sequencer(batch=5)
    while any(thread.is_alive() for thread in threads):
        step(sequencer)
        time.sleep(0.002)
    drained(sequencer)
    assert_whole()


def test_two_sequencers_at_once_double_nothing():
    write(300)

    def sequence() -> None:
        mine = Sequencer(batch=7)
        start.wait()
        until = time.monotonic() + 60
        while Leaf.objects.count() < 300 and time.monotonic() < until:
            step(mine)
        connection.close()

    start = Barrier(2)
    threads = [Thread(target=sequence) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert_whole()


class Killed(Exception):
    pass


def test_killed_before_any_of_its_statements_it_loses_and_doubles_nothing():
    write(300)
    for allowed in count():
        left = iter(range(allowed))

        def until_killed(execute, *rest, left=left):
            if next(left, None) is None:
                raise Killed
            return execute(*rest)

        with connection.execute_wrapper(until_killed):
            try:
                drained(Sequencer(batch=100))
                break
            except Killed:
                pass
    assert allowed > 5
    assert_whole()


def test_after_a_restore_on_another_server_none_is_left_and_none_doubled():
    """There the numbers of transactions begin anew: what was written before has higher ones."""
    ((now,),) = rows("SELECT pg_current_xact_id()::text::bigint")
    write(3, xid=now + 10_000_000)
    first = Sequencer(batch=2)
    assert drained(first) == 3
    write(3, xid=now + 9_000_000)
    write(2, xid=now + 10_000_001)
    write(4)
    assert drained(Sequencer(batch=2)) == 9
    write(2)
    assert drained(Sequencer(batch=2)) == 2
    assert_whole()


def test_an_event_that_was_removed_does_not_stop_the_sequencer(django_db_blocker):
    write(3)
    sequencer = Sequencer()
    drained(sequencer)
    last = Leaf.objects.order_by("-index").first().event_id
    with owner_connection() as owner:
        owner.execute("RESET ROLE")
        if owner.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user").fetchone() != (True,):
            pytest.skip("the login of DATABASE_URL is no superuser")
        owner.execute("SET session_replication_role = replica")
        owner.execute("DELETE FROM audit_event WHERE id = %s", [last])
    write(2)
    again = Sequencer()
    until = time.monotonic() + 60
    while Leaf.objects.count() < 5 and time.monotonic() < until:
        step(again)
    assert Leaf.objects.count() == 5


def test_urgent_events_are_said():
    write(1)
    write(1, verb="breakglass.open")
    sequencer = Sequencer()
    found = []
    until = time.monotonic() + 60
    while Leaf.objects.count() < 2 and time.monotonic() < until:
        found.append(step(sequencer))
    assert any(batch.urgent for batch in found)
    write(1)
    assert not step(sequencer).urgent
