"""Where does which part of the tree lie in an exported folder? https://c2sp.org/tlog-tiles"""

from collections.abc import Iterable, Iterator

WIDTH = 256
CHECKPOINT = "checkpoint"


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Of 256 hashes, or of the `width` that there are yet; on level n each stands for 256**n leaves."""
    return f"tile/{level}/{_place(index, width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    return f"tile/entries/{_place(index, width)}"


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Of a tree of `size`: (level, index, width) of every tile, level by level from the leaves up."""
    level, count = 0, size
    while count:
        for index in range(count // WIDTH):
            yield level, index, WIDTH
        if count % WIDTH:
            yield level, count // WIDTH, count % WIDTH
        level, count = level + 1, count // WIDTH


def bundle(entries: Iterable[bytes]) -> bytes:
    """Raises OverflowError for an entry of 65536 bytes or more."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundled(data: bytes) -> list[bytes]:
    """Raises ValueError when the bundle is cut off."""
    entries, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise ValueError("The bundle of entries is cut off.")
        entries.append(data[at + 2 : end])
        at = end
    return entries


def _place(index: int, width: int) -> str:
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return path if width == WIDTH else f"{path}.p/{width}"
