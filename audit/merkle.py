"""What does a list of entries hash to, and what proves that? RFC 6962 §2.1 and RFC 9162 §2.1. Knows no database.

A *node* (level, index) is the subtree over the 2**level leaves from index * 2**level on, complete.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from audit.errors import ProofRefused

EMPTY_ROOT = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]
"""Gives the hash of a complete node; asked only for such."""


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class CompactRange:
    """All of a tree that is needed to go on with it: its complete subtrees, the largest and leftmost first."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Raises ValueError when a tree of this size has not as many subtrees."""
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError(f"A tree of {size} has {size.bit_count()} subtrees, not {len(self.hashes)}.")

    @classmethod
    def of(cls, size: int, nodes: Nodes) -> "CompactRange":
        return cls(size, [nodes(level, index) for level, index in _cover(0, size)])

    def copy(self) -> "CompactRange":
        return CompactRange(self.size, self.hashes)

    def append(self, leaf: bytes, complete: Callable[[int, int, bytes], None] | None = None) -> None:
        """
        Args:
            leaf: a leaf's hash.
            complete: is told (level, index, hash) of each node that this leaf completes, from level 1 on.
        """
        level, index, hashed = 0, self.size, leaf
        while index & 1:
            level, index, hashed = level + 1, index >> 1, node_hash(self.hashes.pop(), hashed)
            if complete is not None:
                complete(level, index, hashed)
        self.hashes.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        return _fold(self.hashes)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Of leaf hashes, in a stream: memory does not grow with them."""
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def nodes_of(leaves: Sequence[bytes]) -> Nodes:
    """Of leaf hashes at hand."""
    return lambda level, index: root_of(leaves[index << level : (index + 1) << level])


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """RFC 9162 §2.1.3.1. Raises ValueError when the tree has no such leaf."""
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} has no leaf {index}.")
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_root_between(middle, end, nodes))
            end = middle
        else:
            proof.append(_root_between(start, middle, nodes))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """RFC 9162 §2.1.4.1; empty from the empty tree. Raises ValueError when `old` is larger than `new`."""
    if not 0 <= old <= new:
        raise ValueError(f"A tree of {new} holds none of {old}.")
    if old == 0:
        return []
    start, end, known, proof = 0, new, True, []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_root_between(middle, end, nodes))
            end = middle
        else:
            proof.append(_root_between(start, middle, nodes))
            start, known = middle, False
    # The verifier knows the old root, but not a subtree of it.
    return [*([] if known else [_root_between(start, end, nodes)]), *proof[::-1]]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 §2.1.3.2. Raises ProofRefused."""
    if not 0 <= index < size:
        raise ProofRefused(f"A tree of {size} has no leaf {index}.")
    place, last, hashed = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise ProofRefused("The proof is too long.")
        if place & 1 or place == last:
            hashed = node_hash(each, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, each)
        place, last = place >> 1, last >> 1
    if last != 0 or hashed != root:
        raise ProofRefused(f"The leaf {index} is not in this tree.")


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """That the old tree is the beginning of the new one. RFC 9162 §2.1.4.2. Raises ProofRefused."""
    if not 0 <= old <= new:
        raise ProofRefused(f"A tree of {new} holds none of {old}.")
    if old in (0, new):
        if proof or old_root != (new_root if old else EMPTY_ROOT):
            raise ProofRefused(
                "Two trees of one size differ." if old else "Nothing follows from the empty tree."
            )
        return
    path = list(proof)
    if old.bit_count() == 1:
        path.insert(0, old_root)
    if not path:
        raise ProofRefused("The proof is too short.")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for each in path[1:]:
        if last == 0:
            raise ProofRefused("The proof is too long.")
        if place & 1 or place == last:
            before, after = node_hash(each, before), node_hash(each, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, each)
        place, last = place >> 1, last >> 1
    if last != 0 or before != old_root or after != new_root:
        raise ProofRefused(f"The tree of {old} is not the beginning of the tree of {new}.")


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _cover(start: int, end: int) -> Iterable[tuple[int, int]]:
    """The largest complete nodes that make up the leaves from `start` to `end`."""
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def _root_between(start: int, end: int, nodes: Nodes) -> bytes:
    return _fold([nodes(level, index) for level, index in _cover(start, end)])


def _fold(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    hashed = hashes[-1]
    for each in reversed(hashes[:-1]):
        hashed = node_hash(each, hashed)
    return hashed
