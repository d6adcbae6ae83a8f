"""The store: objects, the log over them, its signed heads and proofs."""

import os
import secrets
import stat
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from . import commitment, keys, leaves, merkle, note, private, proof
from .keys import KeyRing, RingKey
from .leaves import Entry, Leaf
from .log import Heads, Log
from .note import NoteError, Signer
from .private import Opening
from .proof import Checkpoint, TlogProof
from .radix import RadixMap
from .storage import GROUP, ObjectInfo, Storage, StoreError, connect, object_path
from .tiles import TileReader
from .verify import Finding, verify_store

KEY_VARIABLE = "EVIDENCE_STORE_KEY"
"""A reference in it (see `keys`) comes before the one that the store remembers."""

MAP_STREAM = sha256(b"map").hexdigest()
"""The stream of the map leaves of every log."""

SYSTEM = "evidence_store"
"""Actor of what the store registers by itself."""

Source = str | os.PathLike[str] | BinaryIO


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


class Store:
    """An evidence store. Safe for several threads; any number of processes may write to it."""

    def __init__(self, storage: Storage, ring: KeyRing, skey: str | None = None) -> None:
        self.storage = storage
        self.ring = ring
        self._skey = skey
        self._lock = threading.RLock()
        self._log: Log | None = None
        self._map: tuple[int, RadixMap, Heads] | None = None

    @classmethod
    def create(cls, url: str, origin: str, skey: str) -> "Store":
        """Make a store in a folder or bucket that has none and sign its empty head.

        `skey` is a reference to the log's private key, see `keys`. A key given literally is kept
        in `private/log.key` of a local store; refer to a file, a variable or a token instead
        when it should be kept apart.

        Raises:
            StoreError: there is a store already.
            NoteError: the key or the origin is malformed.
        """
        storage, signer = connect(url), keys.load(skey)
        proof.parse_checkpoint(str(Checkpoint(origin, 0, merkle.EMPTY_ROOT)))
        ring = KeyRing(origin, (RingKey(str(signer.vkey), datetime.now(UTC).date(), 0),))
        if not storage.create("keys", note.sign_with(str(ring), signer).encode()):
            raise StoreError(f"{url} holds a store already")
        if skey.startswith("PRIVATE+KEY+") and not url.startswith("s3://"):
            path = Path(url.removeprefix("file://")) / "private"
            path.mkdir(mode=0o700, exist_ok=True)
            keys.write(path / "log.key", note.parse_skey(skey), os.environ.get(keys.PASSPHRASE))
        elif not skey.startswith("PRIVATE+KEY+"):
            storage.create("private/key-reference", skey.encode())
        store = cls(storage, ring, skey)
        store.checkpoint()
        return store

    @classmethod
    def open(cls, url: str, skey: str | None = None) -> "Store":
        """Open a store; `skey` refers to its private key where the store does not know it.

        Raises:
            StoreError: there is none.
            NoteError: its ring of keys is malformed.
        """
        storage = connect(url)
        data = storage.read("keys")
        if data is None:
            raise StoreError(f"{url} holds no evidence store")
        return cls(storage, keys.parse_ring(data.decode()), skey)

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self.ring.origin

    @property
    def size(self) -> int:
        """Number of leaves registered, by whomever."""
        with self._lock:
            log = self._opened()
            log.catch_up()
            return log.size

    # Objects

    def put_objects(self, sources: Sequence[BinaryIO]) -> list[ObjectInfo]:
        """Store streams durably under their SHA-256; those that are there stay as they are.

        Local groups of 64 share their syncs. Nothing is registered: append leaves for that.

        Raises:
            StoreError, OSError: the store refuses or is down; nothing is half stored.
        """
        return self.storage.put_objects(sources)

    def open_object(self, digest: str) -> BinaryIO:
        """Open an object for reading. Raises FileNotFoundError."""
        return self.storage.open(object_path(digest))

    def has_object(self, digest: str) -> bool:
        """Tell whether there is such an object; its content is not read."""
        return self.storage.size(object_path(digest)) is not None

    def erase_object(self, digest: str) -> None:
        """Destroy an object: only under an erasure that two persons approved and the log names."""
        self.storage.delete(object_path(digest))

    def replace_object(self, digest: str, source: BinaryIO) -> None:
        """Put a copy in the place of a damaged object.

        Raises:
            StoreError: the copy does not have this SHA-256.
        """
        data = source.read()
        if sha256(data).hexdigest() != digest:
            raise StoreError("the copy is not the object: its SHA-256 differs")
        self.storage.replace(object_path(digest), data)

    # The log

    def append(self, wanted: Sequence[Leaf], now: datetime | None = None) -> list[Entry]:
        """Register leaves, of any streams, in one durable commit; entries in the order given.

        The log assigns index, `seq`, `prev` and `registered_at` (`now`, by default the clock).
        When it returns, all are registered; when it raises, look with `leaves_from` before
        concluding that none is. See the package's docstring for how a sequencer uses it.

        Raises:
            LeafError: a leaf is malformed or an id is given twice; none is registered.
            ClockError: the clock went back by more than five minutes; none is registered.
            OSError: the medium failed.
        """
        if not wanted:
            return []
        with self._lock:
            return self._opened().append(wanted, leaves.moment(now or datetime.now(UTC)))

    def leaves_from(self, index: int = 0) -> Iterator[Entry]:
        """Yield every entry from `index` on, also those that other processes registered."""
        with self._lock:
            log = self._opened()
            log.catch_up()
            return log.leaves_from(index)

    def entry(self, index: int) -> Entry:
        """Return one entry.

        Raises:
            StoreError: the log has no such leaf.
        """
        entry = next(self.leaves_from(index), None) if index >= 0 else None
        if entry is None:
            raise StoreError(f"the log has no leaf {index}")
        return entry

    def add_file(self, stream: str, source: Source, meta: Mapping[str, str]) -> list[Entry]:
        """Store one file and register it; see `add_files`."""
        return self.add_files(stream, [(source, meta)])

    def add_files(
        self, stream: str, sources: Iterable[tuple[Source, Mapping[str, str]]]
    ) -> list[Entry]:
        """Store files (path or stream, with their further fields) and register each.

        The record of a file has the fields `sha256` and `size`, for a path `name`, and what
        `meta` adds. Files are stored and registered in groups of 64. `stream` is a name or 64
        hexadecimal digits, see `stream_of`.
        """
        place, entries = self.stream_of(stream), []
        items = list(sources)
        for start in range(0, len(items), GROUP):
            group = items[start : start + GROUP]
            with ExitStack() as stack:
                streams = [_readable(source, stack) for source, _ in group]
                infos = self.put_objects(streams)
            records = [
                {"sha256": info.sha256, "size": str(info.size), **_named(source), **meta}
                for info, (source, meta) in zip(infos, group, strict=True)
            ]
            entries += self._register(place, ["file"] * len(records), records)
        return entries

    def add_records(self, stream: str, records: Sequence[Mapping[str, str]]) -> list[Entry]:
        """Commit to records (fields of text) and register each, in one commit.

        The field `kind` names the leaf's kind, by default `record`. What opens the commitments
        is kept in `private/openings`; see `opening`.
        """
        kinds = [record.get("kind", "record") for record in records]
        return self._register(self.stream_of(stream), kinds, records)

    def opening(self, entry: Entry) -> tuple[dict[str, str], bytes]:
        """Return the fields and the secret of what `add_file` or `add_records` registered.

        Raises:
            StoreError: the store does not hold them.
        """
        for path in self.storage.names("private/openings"):
            for opening in private.read_openings(self.storage.read(path) or b""):
                if opening.id == entry.id:
                    return dict(opening.fields), opening.secret
        raise StoreError(f"the store holds no opening of leaf {entry.index}")

    def stream_of(self, name: str) -> str:
        """Return the stream of a name, giving it a random salt at first; hexadecimal as it is."""
        if len(name) == 64 and not set(name) - set("0123456789abcdef"):
            return name
        path = f"private/streams/{sha256(name.encode()).hexdigest()}"
        data = self.storage.read(path)
        if data is None:
            fresh = private.write_salt(secrets.token_bytes(leaves.SALT_SIZE), name)
            data = fresh if self.storage.create(path, fresh) else self.storage.read(path)
        return leaves.stream_id(private.read_salt(data or b"")[0], name)

    # Heads and proofs

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
        names = self.storage.names("checkpoints")
        return sorted(int(path.rpartition("/")[2]) for path in names)

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
        """Return a head with the cosignatures that witnesses gave it."""
        signed = self.head(size)
        place = proof.parse_checkpoint(note.split(signed)[0]).size
        for path in sorted(self.storage.names(f"cosignatures/{place}")):
            _, _, line = (self.storage.read(path) or b"").decode().partition("\n")
            signed += line
        return signed

    def add_cosignature(self, cosigned: str, witness_vkey: str) -> int:
        """Keep a witness's cosignature of one of our heads; return the size of that head.

        Raises:
            NoteError: the witness did not sign it.
            StoreError: it is no head of this log.
        """
        text, lines = note.split(cosigned)
        note.verify(cosigned, [witness_vkey])
        key, head = note.parse_vkey(witness_vkey), proof.parse_checkpoint(text)
        if note.split(self.head(head.size))[0] != text:
            raise StoreError("the witness signed another head than ours")
        for line in lines:
            if note.parse_line(line)[0] == key.name:
                path = f"cosignatures/{head.size}/{key.key_id.hex()}"
                self.storage.create(path, f"{witness_vkey}\n{line}\n".encode())
        return head.size

    def prove(self, index: int, size: int | None = None) -> str:
        """Return the tlog-proof of a leaf under the latest head or that of `size`.

        The leaf itself travels as the proof's extra data.

        Raises:
            ProofError: that head does not cover the leaf.
        """
        signed = self.cosigned_head(size)
        head = proof.parse_checkpoint(note.split(signed)[0])
        reader = TileReader(self.storage, head.size)
        hashes = reader.inclusion(index)
        _, data = next(reader.entries(index))
        return str(TlogProof(index, tuple(hashes), signed, data))

    def prove_consistency(self, size1: int, size2: int) -> list[bytes]:
        """Return the proof that the first `size1` leaves are a prefix of the first `size2`."""
        return TileReader(self.storage, size2).consistency(size1)

    def prove_stream(self, stream: str, size: int | None = None) -> MapProof:
        """Return the proof of a stream's head under the last map leaf that a head covers.

        Raises:
            StoreError: no map covers the stream yet.
        """
        with self._lock:
            self._opened().catch_up()
            head = proof.parse_checkpoint(note.split(self.head(size))[0])
            entry = self._map_leaf(head.size)
            built, heads = self._map_at(entry.index)
            if stream not in heads.streams:
                raise StoreError("the map does not cover this stream yet")
            count, last = heads.streams[stream]
            siblings = tuple(built.prove(stream))
        return MapProof(stream, count, last, siblings, entry.index, entry.commitment)

    def verify(self, full: bool = False) -> list[Finding]:
        """Check the store; no finding means that nothing is missing, altered or out of order.

        Heads, tiles, commits and leaves are always read; `full` also hashes every object, follows
        every stream, rebuilds every map and opens every commitment whose secret is here.
        """
        return verify_store(self.storage, self.ring, full=full)

    # Keys

    def sign(self, text: str) -> str:
        """Sign a text of another kind than a head, such as the manifest of a dossier.

        Raises:
            StoreError: it could be taken for a head of this log.
            NoteError: there is no private key, or the text is malformed.
        """
        if text.partition("\n")[0] == self.origin:
            raise StoreError("heads are signed by checkpoint() only")
        return note.sign_with(text, self._signer())

    def rotate_key(self, skey: str, on: date) -> None:
        """Let another key sign from the next head on; both sign the ring that says so."""
        with self._lock:
            self.checkpoint()
            old, new = self._signer(), keys.load(skey)
            first = self.checkpoint_sizes()[-1] + 1
            ring = self.ring.rotated(RingKey(str(new.vkey), on, first), "rotated")
            lines = [note.split(note.sign_with(str(ring), signer))[1][0] for signer in (new, old)]
            self._keep_ring(ring, f"{ring}\n" + "".join(f"{line}\n" for line in lines))
            self.storage.replace("private/key-reference", skey.encode())
            self._skey = skey

    def revoke_key(self, vkey: str, on: date, last_size: int) -> None:
        """Declare that a key that is no longer in use counts only for heads up to `last_size`.

        Raises:
            StoreError: it is the key in use: rotate first.
            NoteError: the log never had it.
        """
        if vkey == self.ring.keys[-1].vkey:
            raise StoreError("the key in use cannot be revoked; rotate to another one first")
        ring = self.ring.revoked(vkey, on, last_size)
        self._keep_ring(ring, note.sign_with(str(ring), self._signer()))

    # Inside

    def _register(
        self, place: str, kinds: Sequence[str], records: Sequence[Mapping[str, str]]
    ) -> list[Entry]:
        """Write what opens the commitments first: a leaf without it could not be shown."""
        wanted, openings = [], []
        for kind, record in zip(kinds, records, strict=True):
            secret = secrets.token_bytes(commitment.SECRET_SIZE)
            root = commitment.commit(record, secret).root
            leaf = Leaf(leaves.new_id(), kind, place, root.hex(), SYSTEM)
            wanted.append(leaf)
            openings.append(Opening(leaf.id, record, secret))
        if wanted:
            data = private.write_openings(openings)
            self.storage.create(f"private/openings/{wanted[0].id}", data)
        return self.append(wanted)

    def _opened(self) -> Log:
        if self._log is None:
            data = self.storage.read("checkpoint")
            size = 0
            if data is not None:
                size = proof.parse_checkpoint(note.split(data.decode())[0]).size
            self._log = Log(self.storage, size)
        return self._log

    def _signer(self) -> Signer:
        reference = self._skey or os.environ.get(KEY_VARIABLE)
        if reference is None:
            data = self.storage.read("private/key-reference")
            reference = data.decode() if data is not None else self._local_key()
        signer = keys.load(reference)
        if str(signer.vkey) != self.ring.keys[-1].vkey:
            raise NoteError("the private key is not the one in use by this log")
        return signer

    def _local_key(self) -> str:
        data = self.storage.read("private/log.key")
        if data is None:
            raise NoteError(f"no private key: name one in {KEY_VARIABLE}")
        return data.decode().strip()

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

    def _keep_ring(self, ring: KeyRing, signed: str) -> None:
        self.storage.replace("keys", signed.encode())
        self.ring = ring


def _readable(source: Source, stack: ExitStack) -> BinaryIO:
    if isinstance(source, (str, os.PathLike)):
        return stack.enter_context(_open_regular(Path(source)))
    return source


def _open_regular(path: Path) -> BinaryIO:
    """Open a regular file; a FIFO, device, folder or symbolic link is refused, never waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise StoreError(f"{path} is not a regular file")
    return os.fdopen(handle, "rb")


def _named(source: Source) -> dict[str, str]:
    return {"name": Path(source).name} if isinstance(source, (str, os.PathLike)) else {}


__all__ = ["MapProof", "Store"]
