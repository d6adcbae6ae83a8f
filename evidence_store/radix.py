"""A radix Merkle map: for each stream, how many leaves it has and the hash of its last one.

The tree is binary over the bits of the stream, most significant first, and path-compressed: a
node stands only where keys part. A leaf is SHA-256(0x00 ‖ JCS([stream, n, head])), a node
SHA-256(0x01 ‖ JCS([number of bits that its keys share]) ‖ left ‖ right).
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from .merkle import EMPTY_ROOT, HASH_SIZE, ProofError

BITS = 256
_SHARD_BITS = 12
_MARKS = [b"\1[%d]" % bits for bits in range(BITS)]

Head = tuple[int, str]
"""Number of leaves of a stream, and the hash of its last one in hexadecimal."""

Sibling = tuple[int, bytes]
"""Bits shared at a node on the path, and the hash of its other side."""


def leaf_hash(stream: str, head: Head) -> bytes:
    """Hash a stream with its head."""
    return sha256(f'\0["{stream}",{head[0]},"{head[1]}"]'.encode()).digest()


def node_hash(bits: int, left: bytes, right: bytes) -> bytes:
    """Hash a node whose keys share their first `bits` bits."""
    return sha256(_MARKS[bits] + left + right).digest()


def verify(stream: str, head: Head, siblings: Sequence[Sibling], root: bytes) -> None:
    """Check that the map with this root holds exactly this head for the stream.

    Raises:
        ProofError: it does not; the path must go up strictly.
    """
    key, total, below = int(stream, 16), leaf_hash(stream, head), BITS
    for bits, sibling in siblings:
        if not 0 <= bits < below or len(sibling) != HASH_SIZE:
            raise ProofError("the path of a map proof does not go up")
        turn = key >> (BITS - 1 - bits) & 1
        total = node_hash(bits, sibling, total) if turn else node_hash(bits, total, sibling)
        below = bits
    if total != root:
        raise ProofError(f"stream {stream} with {head[0]} leaves leads to another map")


class RadixMap:
    """The map in memory. A change costs hashing its shard, a few hundred streams of a million."""

    def __init__(self) -> None:
        self._shards: dict[int, dict[int, bytes]] = {}
        self._hashes: dict[int, bytes] = {}

    def update(self, heads: Mapping[str, Head] | Iterable[tuple[str, Head]]) -> None:
        """Set the heads of streams."""
        items = heads.items() if isinstance(heads, Mapping) else heads
        for stream, head in items:
            key = int(stream, 16)
            shard = key >> (BITS - _SHARD_BITS)
            self._shards.setdefault(shard, {})[key] = leaf_hash(stream, head)
            self._hashes.pop(shard, None)

    def root(self) -> bytes:
        """Return the root; SHA-256 of nothing for the empty map."""
        return _fold(self._top())

    def prove(self, stream: str) -> list[Sibling]:
        """Return the siblings of a stream from its leaf to the root. Raises KeyError."""
        key = int(stream, 16)
        shard = sorted(self._shards[key >> (BITS - _SHARD_BITS)].items())
        if key not in dict(shard):
            raise KeyError(stream)
        return _path(shard, key) + _path(self._top(), key)

    def _top(self) -> list[tuple[int, bytes]]:
        """Return one node per shard, with any of its keys: shards part above all their keys."""
        top = []
        for shard in sorted(self._shards):
            items = self._shards[shard]
            if shard not in self._hashes:
                self._hashes[shard] = _fold(sorted(items.items()))
            top.append((shard << (BITS - _SHARD_BITS), self._hashes[shard]))
        return top


def _fold(nodes: Sequence[tuple[int, bytes]]) -> bytes:
    """Hash sorted nodes into their root, from left to right with a stack of open left sides."""
    if not nodes:
        return EMPTY_ROOT
    stack: list[tuple[int, bytes]] = []
    for place, (key, lowest) in enumerate(nodes):
        total = lowest
        after = _shared(key, nodes[place + 1][0]) if place + 1 < len(nodes) else -1
        while stack and stack[-1][0] > after:
            bits, left = stack.pop()
            total = node_hash(bits, left, total)
        stack.append((after, total))
    return stack[0][1]


def _path(nodes: Sequence[tuple[int, bytes]], key: int) -> list[Sibling]:
    """Return the siblings of the node that holds `key` within sorted nodes, lowest first."""
    path = []
    while len(nodes) > 1:
        bits = _shared(nodes[0][0], nodes[-1][0])
        border = (nodes[-1][0] >> (BITS - 1 - bits)) << (BITS - 1 - bits)
        middle = bisect_left(nodes, (border, b""))
        left, right = nodes[:middle], nodes[middle:]
        if key >= border:
            path.append((bits, _fold(left)))
            nodes = right
        else:
            path.append((bits, _fold(right)))
            nodes = left
    return path[::-1]


def _shared(first: int, second: int) -> int:
    """Return the number of leading bits that two different keys share."""
    return BITS - (first ^ second).bit_length()
