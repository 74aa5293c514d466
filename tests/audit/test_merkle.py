"""The tree hashes as RFC 6962 says, by an independent reckoning too; and a proof proves nothing else."""

from hashlib import sha256

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import merkle
from audit.errors import ProofRefused

#: The leaves and roots that the RFC's reference implementation tests with.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 70)


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(size)]


def other_tree(size: int) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(size):
        tree.append_entry(b"%d" % number)
    return tree


def test_the_known_roots():
    assert merkle.root_of([]) == sha256().digest()
    hashes = [merkle.leaf_hash(each) for each in LEAVES]
    assert [merkle.root_of(hashes[:size]).hex() for size in range(1, 9)] == ROOTS


def test_the_known_proofs():
    hashes = [merkle.leaf_hash(each) for each in LEAVES]
    nodes = merkle.nodes_of(hashes)
    assert [each.hex() for each in merkle.inclusion_proof(5, 8, nodes)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [each.hex() for each in merkle.consistency_proof(6, 8, nodes)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(SIZES)
def test_the_root_is_another_implementations(size):
    assert merkle.root_of(leaves(size)) == other_tree(size).get_root()


@given(SIZES, st.data())
def test_an_inclusion_proof_proves_its_leaf_and_no_other(size, data):
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    root, nodes = merkle.root_of(hashes), merkle.nodes_of(hashes)
    proof = merkle.inclusion_proof(index, size, nodes)
    merkle.verify_inclusion(index, size, hashes[index], proof, root)
    theirs = other_tree(size).prove_inclusion(index + 1)
    assert theirs.path == [hashes[index], *proof]
    wrong = data.draw(st.sampled_from(["leaf", "place", "proof", "longer", "shorter", "root", "size"]))
    other = data.draw(st.integers(-1, size).filter(lambda number: number != index))
    changed = {
        "leaf": (index, size, sha256(b"no").digest(), proof, root),
        "place": (other, size, hashes[index], proof, root),
        "proof": (index, size, hashes[index], [bytes(32), *proof[1:]], root),
        "longer": (index, size, hashes[index], [*proof, root], root),
        "shorter": (index, size, hashes[index], proof[:-1], root),
        "root": (index, size, hashes[index], proof, bytes(32)),
        "size": (index, 4 * size, hashes[index], proof, root),
    }[wrong]
    if proof or wrong not in ("proof", "shorter"):
        with pytest.raises(ProofRefused):
            merkle.verify_inclusion(*changed)


@given(SIZES, st.data())
def test_a_consistency_proof_proves_a_beginning_and_nothing_else(size, data):
    hashes = leaves(size)
    old = data.draw(st.integers(1, size))
    roots = merkle.root_of(hashes[:old]), merkle.root_of(hashes)
    proof = merkle.consistency_proof(old, size, merkle.nodes_of(hashes))
    merkle.verify_consistency(old, roots[0], size, roots[1], proof)
    rewritten = merkle.root_of([bytes(32), *hashes[1:]])
    for changed in (
        (old, bytes(32), size, roots[1], proof),
        (old, roots[0], size, rewritten, proof),
        (old, roots[0], size, roots[1], [*proof, bytes(32)]),
        (size + 1, roots[0], size, roots[1], proof),
        *([(old, roots[0], size, roots[1], proof[:-1])] if proof else []),
        *([(old, roots[0], size, roots[1], [bytes(32), *proof[1:]])] if proof else []),
    ):
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(*changed)


def test_everything_follows_from_the_empty_tree_and_only_that():
    assert merkle.consistency_proof(0, 5, merkle.nodes_of(leaves(5))) == []
    merkle.verify_consistency(0, merkle.EMPTY_ROOT, 5, merkle.root_of(leaves(5)), [])
    with pytest.raises(ProofRefused):
        merkle.verify_consistency(0, bytes(32), 5, merkle.root_of(leaves(5)), [])


@given(SIZES, SIZES)
@settings(max_examples=40)
def test_a_range_goes_on_where_it_was_left(first, second):
    hashes = leaves(first + second)
    begun = merkle.CompactRange.of(first, merkle.nodes_of(hashes))
    found = {}
    kept = begun.copy()
    for each in hashes[first:]:
        begun.append(each, lambda level, index, hashed: found.update({(level, index): hashed}))
    assert begun.root() == merkle.root_of(hashes)
    assert kept.root() == merkle.root_of(hashes[:first])
    nodes = merkle.nodes_of(hashes)
    assert all(nodes(*place) == hashed for place, hashed in found.items())


def test_what_no_tree_has_is_refused():
    for wrong in (
        lambda: merkle.CompactRange(3, [bytes(32)]),
        lambda: merkle.inclusion_proof(3, 3, merkle.nodes_of(leaves(3))),
        lambda: merkle.consistency_proof(4, 3, merkle.nodes_of(leaves(3))),
    ):
        with pytest.raises(ValueError, match="A tree of 3"):
            wrong()
