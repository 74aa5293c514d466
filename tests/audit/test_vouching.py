"""The stored tree and the signer: signed when it grows, refused when it was cut, grown on without a signer."""

import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit import merkle, vouching
from audit.errors import SignerRefused, SignerSilent
from audit.merkle import CompactRange
from audit.models import Checkpoint, Leaf
from audit.notes import Checkpoint as Text
from audit.notes import Signer, verified
from audit.tree import log_verifier, root_at, tree_state
from audit.vouching import Vouching, vouched
from tests.audit.tree import write
from tests.database.sequencer import as_sequencer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acting(transactional_db):
    with as_sequencer():
        yield


def grown(count: int, tree: CompactRange | None = None) -> CompactRange:
    """Leaves as the sequencer stores them."""
    tree = tree or CompactRange()
    rows = []
    for number in range(tree.size, tree.size + count):
        hashed = merkle.leaf_hash(b"%d" % number)
        rows.append(
            Leaf(
                index=number,
                event_id=f"00000000-0000-0000-0000-{number:012d}",
                commitment=bytes(32),
                hash=hashed,
            )
        )
        tree.append(hashed)
    Leaf.objects.bulk_create(rows)
    return tree


def test_what_was_stored_is_signed_in_steps(acting, running):
    tree = grown(3)
    first = vouched(tree, 0)
    second = vouched(grown(20, tree), 3)
    assert (second.size, bytes(second.root)) == (23, root_at(23))
    assert Text.read(verified(second.note, log_verifier())) == Text("cases.example/audit", 23, root_at(23))
    assert list(Checkpoint.objects.all()) == [first, second]
    assert vouched(tree, 0) == second  # the signer says what it signed last


def test_a_tree_that_was_cut_or_rewritten_is_not_signed(acting, running, folder):
    vouched(grown(10), 0)
    cut = CompactRange()
    for number in range(9):
        cut.append(merkle.leaf_hash(b"%d" % number))
    with pytest.raises(SignerRefused, match="signed 10 events, and there are 9"):
        vouched(cut, 0)
    other = CompactRange()
    for _number in range(10):
        other.append(bytes(32))
    with pytest.raises(SignerRefused, match="differ"):
        vouched(other, 10)
    assert Checkpoint.objects.count() == 1


def test_a_signature_of_another_key_is_not_stored(acting, running, settings):
    settings.RELAIS_LOG_KEY = str(Signer.new("cases.example/audit").verifier)
    with pytest.raises(SignerSilent, match="not of the key"):
        vouched(grown(2), 0)
    assert not Checkpoint.objects.exists()


def test_the_signer_is_asked_now_and_then_and_at_once_where_it_is_urgent(acting, running, monkeypatch):
    mine, tree = Vouching(), grown(1)
    assert mine.consider(tree, urgent=False).size == 1
    assert mine.consider(grown(1, tree), urgent=False) is None
    assert mine.consider(tree, urgent=True).size == 2
    assert mine.consider(tree, urgent=True) is None
    monkeypatch.setattr(vouching, "EVERY", 0.0)
    mine = Vouching()
    assert mine.consider(grown(1, tree), urgent=False).size == 3


def test_without_a_signer_the_tree_grows_and_that_is_told(folder):
    write(2)
    out = StringIO()
    until = time.monotonic() + 60
    while Leaf.objects.count() < 2 and time.monotonic() < until:
        with as_sequencer():
            call_command("audit", "sequence", "--once", stdout=out)
    assert "2" in out.getvalue()
    assert not Checkpoint.objects.exists()
    state = tree_state()
    assert (state.size, state.grows, state.signed) == (2, True, False)


def test_an_event_that_waits_is_told():
    assert (tree_state().size, tree_state().lag.total_seconds(), tree_state().signed) == (0, 0.0, True)
    write(1)
    assert tree_state().lag.total_seconds() > 0


def test_the_key_is_printed_for_supervisors(folder, settings):
    out = StringIO()
    call_command("audit", "key", stdout=out)
    assert out.getvalue().strip() == (folder / "vkey").read_text().strip()
    settings.RELAIS_LOG_KEY = ""
    with pytest.raises(CommandError, match="nobody vouches"):
        call_command("audit", "key")
