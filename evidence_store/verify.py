"""Verification of a whole store: every file in it is checked against what the log signed."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from hashlib import sha256

from . import commitment, keys, leaves, merkle, note, proof, tiles
from .findings import Finding
from .fixity import check_paths
from .keys import KeyRing
from .leaves import Entry, LeafError
from .note import NoteError
from .private import Opening, read_openings, read_salt
from .proof import Checkpoint
from .registry import SYSTEM
from .replay import Replay
from .stamped import check_tokens, stamped_before
from .storage import Storage, StoreError, numbered
from .tiles import WIDTH
from .tree import HashTree, rows


def verify_store(storage: Storage, ring: KeyRing, *, full: bool) -> list[Finding]:
    """Return everything that is wrong with a store; see `Store.verify`."""
    objects = list(storage.names("objects"))
    check = _Check(storage, ring, Replay() if full else None, objects)
    # Hashing lets go of Python's lock, so the objects go on beside everything else.
    with ThreadPoolExecutor(1) as pool:
        hashed = pool.submit(lambda: list(check_paths(storage, objects)))
        return [*check.secrets(), *check.log(), *check.kept(), *sorted(hashed.result())]


def verify_log(storage: Storage, ring: KeyRing) -> list[Finding]:
    """Return what is wrong with everything but the content of objects; every stream is followed."""
    check = _Check(storage, ring, Replay(), storage.names("objects"))
    return [*check.secrets(), *check.log(), *check.kept()]


class _Check:
    """One verification: what the commits hold, compared with what was derived and signed."""

    def __init__(
        self, storage: Storage, ring: KeyRing, replay: Replay | None, objects: Iterable[str]
    ) -> None:
        self.storage = storage
        self.ring = ring
        self.replay = replay
        self.commits: list[int] = []
        self.tree = HashTree()
        self.openings: dict[str, tuple[str, Opening]] = {}
        self.opened: set[str] = set()
        self.streams: set[str] = set()
        self.named: set[str] = set()
        self.objects = set(objects)
        self.snapshots: dict[int, str] = {}
        self.heads: dict[int, str] = {}
        self.stamped: dict[date, int] = {}

    def secrets(self) -> Iterator[Finding]:
        """Read what the store keeps for itself, to be compared with the leaves as they come."""
        yield from self._read_openings()
        yield from self._keys()

    def log(self) -> Iterator[Finding]:
        """Check commits leaf by leaf, then heads and tiles."""
        self.snapshots = numbered(self.storage, "map")
        self.heads = numbered(self.storage, "checkpoints")
        for folder, known in (("map", self.snapshots), ("checkpoints", self.heads)):
            for path in sorted(set(self.storage.names(folder)) - set(known.values())):
                yield Finding("file out of place", path, "no size of the log is spelt like this")
        yield from self._commits()
        yield from self._heads()
        yield from self._tiles()

    def kept(self) -> Iterator[Finding]:
        """Check what no leaf answered to, cosignatures and tokens."""
        yield from self._unanswered()
        yield from self._salts()
        yield from self._cosignatures()
        yield from check_tokens(self.storage)

    def _commits(self) -> Iterator[Finding]:
        left = {path.removeprefix("commits/") for path in self.storage.names("commits")}
        while (name := str(self.tree.size)) in left:
            left.remove(name)
            try:
                found = self._take(self.storage.read(f"commits/{name}") or b"")
            except LeafError as error:
                meaning = "the leaves from here on cannot be read from the commits"
                yield Finding("commit torn or altered", f"commits/{name}", f"{error}; {meaning}")
                return
            for entry in found:
                yield from self._see(entry)
        for name in sorted(left):
            meaning = "leaves between it and the commit before are missing, or it was put here"
            yield Finding("commit out of order", f"commits/{name}", meaning)

    def _take(self, data: bytes) -> list[Entry]:
        size = self.tree.size
        found = [leaves.read(index, leaf) for index, leaf in enumerate(leaves.unbundle(data), size)]
        if not found:
            raise LeafError("an empty commit")
        self.commits.append(size)
        self.tree.extend([entry.leaf_hash for entry in found])
        return found

    def _see(self, entry: Entry) -> list[Finding]:
        """Check one leaf against what is kept for it and, in a replay, those before it."""
        findings: list[Finding] = []
        self.streams.add(entry.stream)
        if entry.actor == SYSTEM and entry.kind != "map":
            self.named.add(entry.stream)
        if entry.id in self.openings:
            path, opening = self.openings[entry.id]
            self.opened.add(entry.id)
            findings += self._opening(f"{path}: {entry.id}", opening, entry)
        if self.replay is not None:
            findings += self.replay.feed(entry)
            if (size := self.replay.heads.size) in self.snapshots:
                findings += self._snapshot(self.snapshots.pop(size), self.replay.heads.encode())
        return findings

    def _snapshot(self, path: str, expected: bytes) -> Iterator[Finding]:
        if self.storage.read(path) != expected:
            meaning = "the heads of streams in it are not those of the log"
            yield Finding("snapshot altered", path, meaning)

    def _heads(self) -> Iterator[Finding]:
        for size, path in self.heads.items():
            yield from self._head(path, self.storage.read(path) or b"", size)
        latest = self.storage.read("checkpoint")
        if latest is None or not self.heads:
            yield Finding("checkpoint missing", "checkpoint", "nothing shows what was signed")
        elif latest != self.storage.read(f"checkpoints/{max(self.heads)}"):
            meaning = "it is not the last head signed: altered, or an old one was put back"
            yield Finding("checkpoint altered", "checkpoint", meaning)

    def _head(self, path: str, data: bytes, size: int) -> Iterator[Finding]:
        try:
            vkeys = [*self.ring.vkeys(size), *self._stamped_in_time(size)]
            head = proof.open_checkpoint(data.decode(), vkeys, self.ring.origin)
        except (NoteError, UnicodeDecodeError) as error:
            meaning = f"{error}: altered, or signed by a key that may not sign a head of {size}"
            yield Finding("checkpoint refused", path, meaning)
            return
        if head.size != size:
            yield Finding("checkpoint misplaced", path, f"it is a head of {head.size} leaves")
        elif head.size > self.tree.size:
            meaning = f"{head.size} leaves were signed, {self.tree.size} are here: leaves were lost"
            yield Finding("log shortened", path, meaning)
        elif self.tree.root(head.size) != head.root:
            yield Finding("log altered", path, "the leaves do not lead to the root signed")
            yield from self._altered(head)

    def _stamped_in_time(self, size: int) -> Iterator[str]:
        """Yield revoked keys with which a head counts: a token from before the day covers it.

        The last head cannot: some key that counts must have signed that it was this log.
        """
        for key in self.ring.keys:
            if key.reason == "revoked" and key.until and size < max(self.heads):
                if key.until not in self.stamped:
                    self.stamped[key.until] = stamped_before(self.storage, key.until)
                if key.first_size <= size <= self.stamped[key.until]:
                    yield key.vkey

    def _altered(self, head: Checkpoint) -> Iterator[Finding]:
        """Name the first leaf that differs from its tile, where the tiles are those signed."""
        reader = tiles.TileReader(self.storage, head.size)
        try:
            if reader.root() != head.root:
                return
            for tile in (place for place in tiles.tiles_of(head.size) if place.level == 0):
                pairs = zip(rows(reader.hashes(tile)), rows(self.tree.tile(tile)), strict=True)
                for offset, (signed, ours) in enumerate(pairs):
                    if signed != ours:
                        index = tile.number * WIDTH + offset
                        meaning = "it is not the leaf that was signed"
                        yield Finding("leaf altered", f"{self._commit_of(index)}: {index}", meaning)
                        return
        except tiles.TileError:
            return  # reported by `_tiles`

    def _commit_of(self, index: int) -> str:
        return f"commits/{self.commits[bisect_right(self.commits, index) - 1]}"

    def _tiles(self) -> Iterator[Finding]:
        """Compare every file under tile/ with what the commits give; then look for absent ones."""
        found = set(self.storage.names("tile"))
        for path in sorted(found):
            yield from self._tile(path)
        size = max(self.heads, default=0)
        for tile in [*tiles.tiles_of(size), *tiles.bundles_of(size)]:
            full = tiles.Tile(tile.level, tile.number, WIDTH).path
            if tile.path not in found and full not in found:
                yield Finding("tile missing", tile.path, "it can be made again from the commits")

    def _tile(self, path: str) -> Iterator[Finding]:
        try:
            tile, found = tiles.parse_path(path), self.storage.read(path) or b""
            expected = self.tree.tile(tiles.Tile(tile.level or 0, tile.number, tile.width))
            if tile.level is None:
                found = b"".join(map(merkle.leaf_hash, leaves.unbundle(found)))
        except (tiles.TileError, LeafError) as error:
            yield Finding("tile out of place", path, str(error))
            return
        if found != expected:
            meaning = "it is not what the commits give; it can be made again from them"
            yield Finding("tile altered", path, meaning)

    def _keys(self) -> Iterator[Finding]:
        data = self.storage.read("private/log.key")
        if data is None:
            return
        if keys.is_locked(data.decode(errors="replace")):
            return  # only who has the passphrase can say anything about it
        try:
            vkey = str(keys.load(data.decode().strip()).vkey)
            if data != data.strip() + b"\n":
                raise NoteError("its end is cut off")
        except (NoteError, UnicodeDecodeError) as error:
            yield Finding("private key damaged", "private/log.key", str(error))
            return
        if vkey not in self.ring.vkeys():
            meaning = "it is not a key of this log"
            yield Finding("private key of another log", "private/log.key", meaning)

    def _read_openings(self) -> Iterator[Finding]:
        for path in sorted(self.storage.names("private/openings")):
            try:
                found = read_openings(self.storage.read(path) or b"")
            except StoreError as error:
                yield Finding("opening altered", path, str(error))
                continue
            if path.rpartition("/")[2] != found[0].id:
                yield Finding("opening altered", path, "its name is not that of its first record")
            self.openings.update((opening.id, (path, opening)) for opening in found)

    def _opening(self, where: str, opening: Opening, entry: Entry) -> Iterator[Finding]:
        if commitment.commit(opening.fields, opening.secret).root.hex() != entry.commitment:
            meaning = f"the record is not the one that leaf {entry.index} commits to"
            yield Finding("opening altered", where, meaning)
        elif entry.kind == "file":
            yield from self._object_of(entry, opening.fields)

    def _unanswered(self) -> Iterator[Finding]:
        for place, (path, _) in self.openings.items():
            # Where the first of a file has no leaf either, its commit never came about.
            if place not in self.opened and path.rpartition("/")[2] in self.opened:
                where = f"{path}: {place}"
                yield Finding("opening without leaf", where, "the log has no leaf of this id")
        for path in self.snapshots.values() if self.replay is not None else ():
            yield Finding("snapshot out of place", path, "the log never had that size")

    def _object_of(self, entry: Entry, fields: Mapping[str, str]) -> Iterator[Finding]:
        path = f"objects/{fields['sha256'][:2]}/{fields['sha256'][2:]}"
        if path not in self.objects:
            meaning = f"the file that leaf {entry.index} registers is gone"
            yield Finding("object missing", path, meaning)

    def _salts(self) -> Iterator[Finding]:
        """Check the salts, read after the leaves: that of a stream is there before its first."""
        salts: dict[str, str] = {}
        for path in sorted(self.storage.names("private/streams")):
            try:
                salt, name = read_salt(self.storage.read(path) or b"")
            except StoreError as error:
                yield Finding("stream's salt altered", path, f"it cannot be read: {error}")
                continue
            salts[leaves.stream_id(salt, name)] = path
            if not path.endswith("/" + sha256(name.encode()).hexdigest()):
                yield Finding("stream's salt altered", path, "it is filed under another name")
        # What a registration that failed left behind opens no stream, and none lacks its salt.
        if self.named - salts.keys():
            for stream in sorted(salts.keys() - self.streams):
                meaning = "the log has no stream of this name and salt, but one without a salt"
                yield Finding("stream's salt altered", salts[stream], meaning)

    def _cosignatures(self) -> Iterator[Finding]:
        for path in sorted(self.storage.names("cosignatures")):
            try:
                size = int(path.split("/")[1])
                signed = (self.storage.read(f"checkpoints/{size}") or b"").decode()
                vkey, _, line = (self.storage.read(path) or b"").decode().partition("\n")
                note.verify(signed + line, [vkey])
            except (NoteError, ValueError) as error:
                yield Finding("cosignature refused", path, str(error))
