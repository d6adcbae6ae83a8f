"""Leaves of the log: what is asked to be registered, and what the log made of it.

A leaf is canonical JSON (RFC 8785) with ten members, all of them text, numbers or null; it holds
no personal data and no amounts, only a salted commitment to the record.
"""

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring
from typing import NamedTuple

VERSION = 1
SALT_SIZE = 16
LARGEST = 65_535
"""Bytes of a leaf: entry bundles carry a length of 16 bits."""

_SHAPE = re.compile(
    r"[0-9a-f]{32} [a-z][a-z0-9_.-]{0,39} [0-9a-f]{64} [0-9a-f]{64} (?:[0-9a-f]{64}|-)"
)
_LEAF = re.compile(
    r'\{"actor":("(?:[^"\\]|\\.)*"),"commitment":"([0-9a-f]{64})",'
    r'"generation":(null|"[0-9a-f]{64}"),"id":"([0-9a-f]{32})",'
    r'"kind":"([a-z][a-z0-9_.-]{0,39})","prev":(null|"[0-9a-f]{64}"),'
    r'"registered_at":"([0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]{6}Z)",'
    r'"seq":([1-9][0-9]{0,15}),"stream":"([0-9a-f]{64})","v":1\}'
)
_ACTOR = 200


class LeafError(ValueError):
    """A leaf is not of the form that this log has."""


class Leaf(NamedTuple):
    """A registration that is asked for."""

    id: str
    """Random 128 bits, 32 hexadecimal digits; the same intent always has the same."""

    kind: str
    """file, transaction, event, batch, map, erasure …: lower case, up to 40 characters."""

    stream: str
    """64 hexadecimal digits, see `stream_id`."""

    commitment: str
    """Root of the record's commitment, 64 hexadecimal digits."""

    actor: str
    """Pseudonymous id of who did it, up to 200 characters."""

    generation: str | None = None
    """SHA-256 of the generation record, 64 hexadecimal digits; None when there is none."""


class Entry(NamedTuple):
    """A leaf that is in the log. A tuple, because a batch makes a hundred thousand of them."""

    index: int  # type: ignore[assignment]  # hides the method of tuples
    id: str
    kind: str
    stream: str
    seq: int
    """1 for the first of its stream, without gaps."""

    prev: str | None
    """Leaf hash of the stream's previous leaf, hexadecimal; None for the first."""

    commitment: str
    registered_at: str
    """The lender's clock, UTC, to the microsecond: 2026-01-05T08:30:00.000000Z."""

    actor: str
    generation: str | None
    data: bytes
    """The leaf itself, byte for byte."""

    leaf_hash: bytes


def new_id() -> str:
    """Return a random id."""
    return secrets.token_hex(16)


def stream_id(salt: bytes, name: str) -> str:
    """Return the stream of a name (a loan number): SHA-256(salt ‖ name), hexadecimal."""
    return sha256(salt + name.encode()).hexdigest()


def moment(at: datetime) -> str:
    """Spell an aware moment as leaves do."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_between(earlier: str, later: str) -> float:
    """Return the seconds from one spelt moment to another."""
    first, second = (datetime.fromisoformat(value) for value in (earlier, later))
    return (second - first).total_seconds()


def check(leaf: Leaf) -> None:
    """Refuse a leaf whose members are malformed.

    Raises:
        LeafError: with the member's name.
    """
    joined = f"{leaf.id} {leaf.kind} {leaf.stream} {leaf.commitment} {leaf.generation or '-'}"
    if not _SHAPE.fullmatch(joined):
        raise LeafError(f"malformed id, kind, stream, commitment or generation: {joined[:300]}")
    if len(leaf.actor) > _ACTOR:
        raise LeafError(f"an actor of {len(leaf.actor)} characters")


def seal(leaf: Leaf, index: int, place: tuple[int, str | None], registered_at: str) -> Entry:
    """Return the entry of a checked leaf at `index`; `place` is its seq and prev."""
    seq, prev = place
    data = _encode(leaf, seq, prev, registered_at)
    if len(data) > LARGEST:
        raise LeafError(f"a leaf of {len(data)} bytes")
    return Entry(
        index,
        leaf.id,
        leaf.kind,
        leaf.stream,
        seq,
        prev,
        leaf.commitment,
        registered_at,
        leaf.actor,
        leaf.generation,
        data,
        sha256(b"\0" + data).digest(),
    )


def read(index: int, data: bytes) -> Entry:
    """Read a leaf of this log.

    Raises:
        LeafError: not canonical, or not of the form that `seal` makes.
    """
    try:
        match = _LEAF.fullmatch(str(data, "utf-8"))
        if match is None:
            raise LeafError(f"leaf {index} is not of this log's form: {data[:80]!r}")
        quoted, commitment, generation, id_, kind, prev, at, seq, stream = match.groups()
        actor = json.loads(quoted) if "\\" in quoted else quoted[1:-1]
        datetime.fromisoformat(at)  # refuses a day or hour that does not exist
    except ValueError as error:
        raise LeafError(f"leaf {index} is malformed: {error}") from error
    if encode_basestring(actor) != quoted or len(actor) > _ACTOR:
        raise LeafError(f"leaf {index} is not in its canonical form")
    return Entry(
        index,
        id_,
        kind,
        stream,
        int(seq),
        None if prev == "null" else prev[1:-1],
        commitment,
        at,
        actor,
        None if generation == "null" else generation[1:-1],
        data,
        sha256(b"\0" + data).digest(),
    )


def _encode(leaf: Leaf, seq: int, prev: str | None, registered_at: str) -> bytes:
    """Write JCS directly: members in order, of which only the actor may need escapes."""
    generation = f'"{leaf.generation}"' if leaf.generation else "null"
    before = f'"{prev}"' if prev else "null"
    return (
        f'{{"actor":{encode_basestring(leaf.actor)},"commitment":"{leaf.commitment}",'
        f'"generation":{generation},"id":"{leaf.id}","kind":"{leaf.kind}","prev":{before},'
        f'"registered_at":"{registered_at}","seq":{seq},"stream":"{leaf.stream}","v":{VERSION}}}'
    ).encode()


def bundle(leaves: Sequence[bytes]) -> bytes:
    """Join leaves as an entry bundle of c2sp.org/tlog-tiles: each after its 16-bit length."""
    return b"".join([len(data).to_bytes(2, "big") + data for data in leaves])


def unbundle(data: bytes) -> Iterator[bytes]:
    """Split an entry bundle.

    Raises:
        LeafError: it ends inside an entry.
    """
    place = 0
    while place < len(data):
        end = place + 2 + int.from_bytes(data[place : place + 2], "big")
        if place + 2 > len(data) or end > len(data):
            raise LeafError(f"the bundle ends inside an entry, at byte {place}")
        yield data[place + 2 : end]
        place = end
