"""A reader of transparency logs of its own: written from the C2SP texts and RFC 6962, for tests.

It shares no line with `evidence_store`; only the Ed25519 of `cryptography` is not its own.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(frozen=True)
class Head:
    """A signed head whose signature was checked."""

    origin: str
    size: int
    root: bytes


def opened(signed: str, vkey: str) -> Head:
    """Check a checkpoint's signature by `vkey` and read it; AssertionError where it fails."""
    body, _, signatures = signed.rpartition("\n\n")
    body += "\n"
    name, key_id, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded)
    assert key[0] == 1, "an Ed25519 key of a log"
    assert hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] == key_id
    found = [line.split(" ") for line in signatures.splitlines()]
    [data] = [
        raw
        for dash, signer, text in found
        if dash == "\N{EM DASH}" and signer == name
        for raw in [base64.b64decode(text)]
        if raw[:4].hex() == key_id
    ]
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(data[4:], body.encode())
    origin, size, root = body.splitlines()[:3]
    return Head(origin, int(size), base64.b64decode(root))


def tree_hash(leaves: list[bytes]) -> bytes:
    """Return MTH of RFC 6962 §2.1 by its definition."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    parts = tree_hash(leaves[:split]) + tree_hash(leaves[split:])
    return hashlib.sha256(b"\x01" + parts).digest()


def entries(folder: Path, size: int) -> list[bytes]:
    """Return the entries of a log of tlog-tiles in `folder`."""
    found: list[bytes] = []
    for number in range(-(-size // 256)):
        width = min(256, size - 256 * number)
        place = folder / "tile" / "entries" / spelt(number)
        whole = place if place.is_file() else Path(f"{place}.p") / str(width)
        data = whole.read_bytes()
        for _ in range(width):
            length = int.from_bytes(data[:2], "big")
            found.append(data[2 : 2 + length])
            data = data[2 + length :]
        assert place.is_file() or not data, "nothing stands after the last entry"
    return found


def spelt(number: int) -> str:
    """Spell the number of a tile: 1234067 is x001/x234/067."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    return "/".join(groups)


def read_log(folder: Path, vkey: str) -> list[bytes]:
    """Return the entries of a whole log, which lead to its signed root; AssertionError else."""
    head = opened((folder / "checkpoint").read_text("utf-8"), vkey)
    found = entries(folder, head.size)
    assert tree_hash(found) == head.root, "the entries do not lead to the signed root"
    return found


def included(leaf: bytes, proof: str, vkey: str) -> int:
    """Check a tlog-proof of `leaf` and return its index; AssertionError where it fails."""
    top, _, checkpoint = proof.partition("\n\n")
    lines = top.splitlines()
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    rest = [line for line in lines[1:] if not line.startswith("extra ")]
    index = int(rest[0].removeprefix("index "))
    path = [base64.b64decode(line) for line in rest[1:]]
    head = opened(checkpoint, vkey)
    assert _root(index, head.size, hashlib.sha256(b"\x00" + leaf).digest(), path) == head.root
    return index


def _root(index: int, size: int, node: bytes, path: list[bytes]) -> bytes:
    """Return the root that a path leads to, from the tree's top down (RFC 6962 §2.1.1)."""
    if size == 1:
        assert not path
        return node
    split = 1
    while split * 2 < size:
        split *= 2
    sibling = path[-1]
    if index < split:
        parts = _root(index, split, node, path[:-1]) + sibling
    else:
        parts = sibling + _root(index - split, size - split, node, path[:-1])
    return hashlib.sha256(b"\x01" + parts).digest()
