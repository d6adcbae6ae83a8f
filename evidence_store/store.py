"""The store: signed heads and proofs over what was registered."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Self

from . import keys, leaves, note, proof
from .base import _NEXT, _REFERENCE, KEY_VARIABLE
from .findings import Finding
from .keys import RingKey
from .leaves import Entry, Leaf
from .log import Heads, Log
from .note import NoteError
from .proof import Checkpoint, TlogProof
from .radix import RadixMap
from .registry import SYSTEM, Registry
from .storage import Storage, StoreError, numbered
from .tiles import TileReader
from .verify import verify_store

MAP_STREAM = sha256(b"map").hexdigest()
"""The stream of the map leaves of every log."""


@dataclass(frozen=True, slots=True)
class MapProof:
    """What shows that a stream is whole: its head under the root that a map leaf registered."""

    stream: str
    count: int
    head: str
    siblings: tuple[tuple[int, bytes], ...]
    map_index: int
    """Index of the map leaf, whose commitment is the root of the map."""

    root: str

    def to_json(self) -> dict[str, Any]:
        """Return what `map-proof.json` holds for the stream."""
        siblings = [{"bits": bits, "hash": value.hex()} for bits, value in self.siblings]
        return {
            "v": 1,
            "stream": self.stream,
            "n": self.count,
            "head": self.head,
            "siblings": siblings,
            "map_index": self.map_index,
            "root": self.root,
        }


class Store(Registry):
    """An evidence store. Safe for several threads; any number of processes may write to it."""

    def __init__(self, storage: Storage, origin: str, skey: str | None = None) -> None:
        super().__init__(storage, origin, skey)
        self._map: tuple[int, RadixMap, Heads] | None = None

    @classmethod
    def create(cls, url: str | os.PathLike[str], origin: str, skey: str) -> Self:
        """Make a store where there is none, see `StoreBase.create`, and sign its empty head."""
        store = super().create(url, origin, skey)
        store.checkpoint()
        return store

    def checkpoint(self) -> str:
        """Write the tiles, sign the present head and return the signed note.

        Raises:
            StoreError: a head was signed before that the log does not continue.
            NoteError: there is no private key.
        """
        with self._lock, self.storage.exclusive("checkpoint"):
            log = self._opened()
            log.catch_up()
            return self._sign(log)

    def checkpoint_with_map(self, now: datetime | None = None) -> str:
        """Register the root of the map over all streams as the last leaf and sign that head."""
        with self._lock, self.storage.exclusive("checkpoint"):
            log = self._opened()
            while True:
                log.catch_up()
                covered, root = log.size, self._map_at(log.size)[0].root().hex()
                leaf = Leaf(leaves.new_id(), "map", MAP_STREAM, root, SYSTEM)
                [entry] = log.append([leaf], leaves.moment(now or datetime.now(UTC)))
                if entry.index != covered:
                    continue  # another writer came between: this map misses its leaves
                signed = self._sign(log)
                if log.size == covered + 1:
                    break
            self._snapshot_if_due(log)
            return signed

    def checkpoint_sizes(self) -> list[int]:
        """Return the sizes of all signed heads, ascending."""
        return list(numbered(self.storage, "checkpoints"))

    def head(self, size: int | None = None) -> str:
        """Return the log's signed head, the latest or that of `size`, byte for byte as signed.

        Raises:
            StoreError: there is no such head.
        """
        data = self.storage.read("checkpoint" if size is None else f"checkpoints/{size}")
        if data is None:
            raise StoreError("there is no such checkpoint")
        return data.decode()

    def cosigned_head(self, size: int | None = None) -> str:
        """Return a head with the cosignatures that witnesses gave it, none of the log's own."""
        signed = self.head(size)
        place = proof.parse_checkpoint(note.split(signed)[0]).size
        for path in sorted(self.storage.names(f"cosignatures/{place}")):
            vkey, _, line = (self.storage.read(path) or b"").decode().partition("\n")
            if self.may_witness(vkey):
                signed += line
        return signed

    def may_witness(self, vkey: str) -> bool:
        """Tell whether a key is one of a witness, and the log never had it itself."""
        try:
            key = note.parse_vkey(vkey)
        except NoteError:
            return False
        own = {note.parse_vkey(one.vkey).public for one in self.ring.keys}
        return key.kind == note.COSIGNATURE and key.public not in own

    def add_cosignature(self, cosigned: str, witness_vkey: str) -> int:
        """Keep a witness's cosignature of one of our heads; return the size of that head.

        Raises:
            NoteError: the witness did not sign it, or the key is malformed.
            StoreError: it is no head of this log, or no key of a witness.
        """
        text, lines = note.split(cosigned)
        key, head = note.parse_vkey(witness_vkey), proof.parse_checkpoint(text)
        if not self.may_witness(witness_vkey):
            raise StoreError(f"{key.name} is a key of a log or of this log itself, no witness's")
        note.verify(cosigned, [witness_vkey])
        if note.split(self.head(head.size))[0] != text:
            raise StoreError("the witness signed another head than ours")
        for line in lines:
            name, data = note.parse_line(line)
            if (name, data[:4]) == (key.name, key.key_id):
                path = f"cosignatures/{head.size}/{key.key_id.hex()}"
                self.storage.create(path, f"{witness_vkey}\n{line}\n".encode())
        return head.size

    def prove(self, index: int, size: int | None = None) -> str:
        """Return the tlog-proof of a leaf under the latest head or that of `size`.

        The leaf itself travels as the proof's extra data.

        Raises:
            ProofError: that head does not cover the leaf.
        """
        return next(self.prove_all([index], size))

    def prove_all(self, indexes: Iterable[int], size: int | None = None) -> Iterator[str]:
        """Yield the tlog-proof of each leaf, see `prove`; ascending indexes read each tile once."""
        signed = self.cosigned_head(size)
        head = proof.parse_checkpoint(note.split(signed)[0])
        reader = TileReader(self.storage, head.size)
        for index in indexes:
            hashes = reader.inclusion(index)
            yield str(TlogProof(index, tuple(hashes), signed, reader.entry(index)))

    def prove_consistency(self, size1: int, size2: int) -> list[bytes]:
        """Return the proof that the first `size1` leaves are a prefix of the first `size2`."""
        return TileReader(self.storage, size2).consistency(size1)

    def prove_stream(self, stream: str, size: int | None = None) -> MapProof:
        """Return the proof of a stream's head under the last map leaf that a head covers.

        Raises:
            StoreError: no map covers the stream yet.
        """
        return next(self.prove_streams([stream], size))

    def prove_streams(self, streams: Iterable[str], size: int | None = None) -> Iterator[MapProof]:
        """Yield the proof of each stream's head, see `prove_stream`; the map is made once."""
        with self._lock:
            self._opened().catch_up()
            entry = self._map_leaf(proof.parse_checkpoint(note.split(self.head(size))[0]).size)
            built, heads = self._map_at(entry.index)
            for stream in streams:
                if stream not in heads.streams:
                    raise StoreError("the map does not cover this stream yet")
                count, last = heads.streams[stream]
                siblings = tuple(built.prove(stream))
                yield MapProof(stream, count, last, siblings, entry.index, entry.commitment)

    def map_index(self, size: int) -> int:
        """Return the index of the last map leaf that the head of `size` covers.

        Raises:
            StoreError: it covers none.
        """
        with self._lock:
            self._opened().catch_up()
            return self._map_leaf(size).index

    def verify(self, full: bool = False) -> list[Finding]:
        """Check the store; no finding means that nothing is missing, altered or out of order.

        Every file is read: objects are hashed; commits, tiles and heads compared; commitments
        whose secret is here, tokens and cosignatures opened. `full` also follows every stream
        from its first leaf and makes every map again.
        """
        return verify_store(self.storage, self.ring, full=full)

    def rotate_key(self, skey: str, on: date) -> None:
        """Let another key sign from the next head on; both sign the ring that says so.

        In a bucket, which knows no locks, nobody else may sign a head at that moment. One that
        was cut off is finished by the same call.

        Raises:
            StoreError: another process rotated or revoked a key at the same moment.
            NoteError: the log has or had that key, or it is given literally: the store remembers
                where a key is, not the key.
        """
        if keys.is_literal(skey):
            raise NoteError("name a file, a variable or a token that holds the new key")
        with self._lock, self.storage.exclusive("checkpoint"):
            log = self._opened()
            log.catch_up()
            self._sign(log)
            ring, before = self._read_ring()
            (old, reference), new = self._in_use(), keys.load(skey)
            if reference == self._remembered(_NEXT) != self._remembered(_REFERENCE):
                self.storage.replace(_REFERENCE, reference.encode())  # the one before was cut off
                if reference == skey:
                    return
            first = self.checkpoint_sizes()[-1] + 1
            ring = ring.rotated(RingKey(str(new.vkey), on, first), "rotated")
            lines = [note.split(note.sign_with(str(ring), signer))[1][0] for signer in (new, old)]
            self.storage.replace(_NEXT, skey.encode())
            self._keep_ring(f"{ring}\n" + "".join(f"{line}\n" for line in lines), before)
            self.storage.replace(_REFERENCE, skey.encode())
            self._skey = skey

    def revoke_key(self, vkey: str, on: date, last_size: int) -> None:
        """Declare that a key that is no longer in use counts only for heads up to `last_size`.

        This cannot be taken back: the key never counts for more again.

        Raises:
            StoreError: it is the key in use: rotate first; or somebody else changed the keys.
            NoteError: the log never had it, or it never counted for so many leaves.
        """
        with self._lock, self.storage.exclusive("checkpoint"):
            ring, before = self._read_ring()
            if vkey == ring.keys[-1].vkey:
                raise StoreError("the key in use cannot be revoked; rotate to another one first")
            revoked = ring.revoked(vkey, on, last_size)
            self._keep_ring(note.sign_with(str(revoked), self._signer()), before)

    def _sign(self, log: Log) -> str:
        """Write the tiles and the head of what `log` holds, unless a head covers it already."""
        while True:
            before = self.storage.read("checkpoint")
            previous = self._previous(before, log)
            if previous is not None and previous.size == log.size:
                assert before is not None
                return before.decode()
            log.write_tiles()
            head = Checkpoint(self.origin, log.size, log.root())
            if previous is not None:
                self._check_continues(previous, head)
            signed = note.sign_with(str(head), self._signer())
            if not self.storage.create(f"checkpoints/{head.size}", signed.encode()):
                signed = self.head(head.size)
            if self.storage.replace_if("checkpoint", signed.encode(), before):
                return signed

    def _previous(self, before: bytes | None, log: Log) -> Checkpoint | None:
        """Verify the head signed last; the log must hold all that it covers."""
        if before is None:
            return None
        head = proof.open_checkpoint(before.decode(), self.ring.vkeys(), self.origin)
        if head.size > log.size:
            log.catch_up()
        if head.size > log.size:
            raise StoreError(
                f"a head of {head.size} leaves was signed, but only {log.size} are here: "
                "leaves were lost, or an old copy was restored"
            )
        return head

    def _check_continues(self, old: Checkpoint, new: Checkpoint) -> None:
        reader = TileReader(self.storage, new.size)
        if reader.root() != new.root or reader.root(old.size) != old.root:
            raise StoreError(f"the log does not continue the head signed at {old.size} leaves")

    def _map_at(self, size: int) -> tuple[RadixMap, Heads]:
        """Return the map over the first `size` leaves, carrying on from the last one built."""
        if self._map is None or self._map[0] > size:
            heads = self._opened().heads_at(size)
            built = RadixMap()
            built.update(heads.streams)
            self._map = (size, built, heads)
        at, built, heads = self._map
        touched = set()
        for entry in self._opened().leaves_from(at):
            if heads.size == size:
                break
            heads.follow(entry)
            touched.add(entry.stream)
        built.update((stream, heads.streams[stream]) for stream in touched)
        self._map = (size, built, heads)
        return built, heads

    def _map_leaf(self, size: int) -> Entry:
        """Return the last map leaf among the first `size` leaves."""
        for number in reversed(self.checkpoint_sizes()):
            if 0 < number <= size:
                entry = self.entry(number - 1)
                if entry.kind == "map" and entry.stream == MAP_STREAM:
                    return entry
        raise StoreError("no head has a map yet; make one with checkpoint_with_map")

    def _snapshot_if_due(self, log: Log) -> None:
        """Keep the work of reading the log at opening in proportion to what is written."""
        last = (log.snapshot_sizes() or [0])[-1]
        if log.size - last > max(4096, len(log.heads().streams) // 4):
            log.write_snapshot()


__all__ = ["KEY_VARIABLE", "MAP_STREAM", "MapProof", "Store"]
