"""Merkle trees as RFC 6962 section 2.1 hashes them, with proofs of inclusion and consistency."""

from collections.abc import Callable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
HASH_SIZE = 32

Subtree = Callable[[int, int], bytes]
"""Hash of the complete subtree at (level, index): leaves index·2^level up to (index+1)·2^level."""


class ProofError(ValueError):
    """A proof does not show what it claims."""


def leaf_hash(data: bytes) -> bytes:
    """Hash the content of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; the empty tree has SHA-256 of nothing."""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        level = parents(level)
    return level[0]


def parents(level: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours in pairs; an odd last one moves up unchanged."""
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    if len(level) % 2:
        above.append(level[-1])
    return above


def range_nodes(start: int, end: int) -> list[tuple[int, int]]:
    """Split leaves start (inclusive) to end (exclusive) into complete subtrees, left to right."""
    nodes = []
    while start < end:
        aligned = (start & -start).bit_length() - 1 if start else 63
        level = min(aligned, (end - start).bit_length() - 1)
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def range_hash(start: int, end: int, subtree: Subtree) -> bytes:
    """Hash leaves start to end, where start is aligned as RFC 6962 splits its trees."""
    hashes = [subtree(level, index) for level, index in range_nodes(start, end)]
    if not hashes:
        return EMPTY_ROOT
    total = hashes.pop()
    while hashes:
        total = node_hash(hashes.pop(), total)
    return total


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the siblings from the leaf at `index` to the root of the tree of `size` leaves.

    Raises:
        ProofError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, subtree))
            end = middle
        else:
            path.append(range_hash(start, middle, subtree))
            start = middle
    return path[::-1]


def consistency_path(size1: int, size2: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the tree of `size1` leaves is a prefix of that of `size2`.

    Raises:
        ProofError: `size1` is above `size2` or below zero.
    """
    if not 0 <= size1 <= size2:
        raise ProofError(f"a tree of {size1} leaves is no prefix of one of {size2}")
    if size1 in (0, size2):
        return []
    start, end, path = 0, size2, []
    while size1 != end:
        middle = start + _split(end - start)
        if size1 <= middle:
            path.append(range_hash(middle, end, subtree))
            end = middle
        else:
            path.append(range_hash(start, middle, subtree))
            start = middle
    if start:
        path.append(range_hash(start, end, subtree))
    return path[::-1]


def inclusion_proof(index: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Return the inclusion proof of one of the leaves given whole."""
    return inclusion_path(index, len(leaf_hashes), _from_leaves(leaf_hashes))


def consistency_proof(size1: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Return the proof that the first `size1` of the leaves given whole are a prefix of all."""
    return consistency_path(size1, len(leaf_hashes), _from_leaves(leaf_hashes))


def verify_inclusion(
    index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf stands at `index` in the tree with this size and root.

    Raises:
        ProofError: it does not, or the proof is not exactly of the form for this place.

    Source: RFC 9162 section 2.1.3.2, which gives the check for RFC 6962's trees.
    """
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    _check_hashes((leaf_hash, root, *proof))
    inner = (index ^ (size - 1)).bit_length()
    if len(proof) != inner + (index >> inner).bit_count():
        raise ProofError(f"{len(proof)} hashes are not a proof for leaf {index} of {size}")
    total, digest = leaf_hash, sha256
    for height in range(inner):
        if index >> height & 1:
            total = digest(b"\x01" + proof[height] + total).digest()
        else:
            total = digest(b"\x01" + total + proof[height]).digest()
    for sibling in proof[inner:]:
        total = digest(b"\x01" + sibling + total).digest()
    if total != root:
        raise ProofError(f"leaf {index} of {size} leads to another root")


def verify_consistency(
    size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree (size1, root1) is a prefix of (size2, root2).

    Raises:
        ProofError: it is not, or the proof is not exactly of the form for these sizes.

    Source: RFC 9162 section 2.1.4.2. The empty tree is a prefix of every tree.
    """
    if not 0 <= size1 <= size2:
        raise ProofError(f"a tree of {size1} leaves is no prefix of one of {size2}")
    _check_hashes((root1, root2, *proof))
    if size1 in (0, size2):
        _verify_trivial(size1, size2, (root1, root2), proof)
        return
    level = (size1 & -size1).bit_length() - 1
    path = list(proof) if size1 != 1 << level else [root1, *proof]
    index, last = (size1 - 1) >> level, (size2 - 1) >> level
    inner = (index ^ last).bit_length()
    if len(path) != 1 + inner + (index >> inner).bit_count():
        raise ProofError(f"{len(proof)} hashes are not a proof from {size1} to {size2}")
    old = new = path[0]
    for height, sibling in enumerate(path[1:]):
        if height >= inner or index >> height & 1:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if old != root1:
        raise ProofError(f"the proof leads to another root for size {size1}")
    if new != root2:
        raise ProofError(f"the proof leads to another root for size {size2}")


def _verify_trivial(
    size1: int, size2: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]
) -> None:
    if proof:
        raise ProofError("nothing is to be proved, yet hashes are given")
    if size1 == 0 and roots[0] != EMPTY_ROOT:
        raise ProofError("the empty tree has another root")
    if size1 == size2 and roots[0] != roots[1]:
        raise ProofError(f"two roots for size {size1}")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofError(f"a hash of {len(value)} bytes")


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _from_leaves(leaf_hashes: Sequence[bytes]) -> Subtree:
    def subtree(level: int, index: int) -> bytes:
        return root(leaf_hashes[index << level : (index + 1) << level])

    return subtree
