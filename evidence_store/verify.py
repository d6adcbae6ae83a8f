"""Verification of a whole store: every file in it is checked against what the log signed."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

from . import commitment, keys, leaves, note, proof, radix, tiles
from .findings import Finding
from .fixity import check_objects
from .keys import KeyRing
from .leaves import Entry, LeafError
from .log import BACKWARD, CLOCK, Heads
from .note import NoteError
from .private import Opening, read_openings, read_salt
from .proof import Checkpoint
from .storage import Storage, StoreError
from .tiles import WIDTH
from .tree import HashTree, rows


def verify_store(storage: Storage, ring: KeyRing, *, full: bool) -> list[Finding]:
    """Return everything that is wrong with a store; see `Store.verify`."""
    check = _Check(storage, ring)
    # Hashing lets go of Python's lock, so the objects go on beside everything else.
    with ThreadPoolExecutor(1) as pool:
        objects = pool.submit(lambda: list(check_objects(storage)))
        findings = [*check.log(), *check.kept()]
        if full:
            findings += check.replay()
        return findings + objects.result()


class _Check:
    """One verification: what the commits hold, compared with what was derived and signed."""

    def __init__(self, storage: Storage, ring: KeyRing) -> None:
        self.storage = storage
        self.ring = ring
        self.entries: list[Entry] = []
        self.commits: list[int] = []
        self.tree = HashTree()
        self.objects: set[str] = set()

    def log(self) -> Iterator[Finding]:
        """Check commits, heads and tiles."""
        yield from self._commits()
        yield from self._heads()
        yield from self._tiles()

    def kept(self) -> Iterator[Finding]:
        """Check what stands beside the log: openings, salts, cosignatures, tokens, the key."""
        self.objects = set(self.storage.names("objects"))
        yield from self._openings()
        yield from self._streams()
        yield from self._cosignatures()
        yield from check_tokens(self.storage)
        yield from self._keys()

    def replay(self) -> Iterator[Finding]:
        """Follow every stream from its first leaf and make every map again."""
        yield from follow(self.entries)
        yield from self._snapshots()

    def _commits(self) -> Iterator[Finding]:
        left = {path.removeprefix("commits/") for path in self.storage.names("commits")}
        while (name := str(len(self.entries))) in left:
            left.remove(name)
            try:
                self._take(self.storage.read(f"commits/{name}") or b"")
            except LeafError as error:
                meaning = "the leaves from here on cannot be read from the commits"
                yield Finding("commit torn or altered", f"commits/{name}", f"{error}; {meaning}")
                return
        for name in sorted(left):
            meaning = "leaves between it and the commit before are missing, or it was put here"
            yield Finding("commit out of order", f"commits/{name}", meaning)

    def _take(self, data: bytes) -> None:
        found = [
            leaves.read(index, leaf)
            for index, leaf in enumerate(leaves.unbundle(data), len(self.entries))
        ]
        if not found:
            raise LeafError("an empty commit")
        self.commits.append(len(self.entries))
        self.entries += found
        self.tree.extend([entry.leaf_hash for entry in found])

    def _heads(self) -> Iterator[Finding]:
        sizes = sorted(path.rpartition("/")[2] for path in self.storage.names("checkpoints"))
        known = [int(size) for size in sizes if size.isdecimal()]
        for size in sorted(known):
            path = f"checkpoints/{size}"
            yield from self._head(path, self.storage.read(path) or b"", size)
        latest = self.storage.read("checkpoint")
        if latest is None or not known:
            yield Finding("checkpoint missing", "checkpoint", "nothing shows what was signed")
        elif latest != self.storage.read(f"checkpoints/{max(known)}"):
            meaning = "it is not the last head signed: altered, or an old one was put back"
            yield Finding("checkpoint altered", "checkpoint", meaning)

    def _head(self, path: str, data: bytes, size: int) -> Iterator[Finding]:
        try:
            vkeys = self.ring.vkeys(size)
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
        size = max(
            (int(p.rpartition("/")[2]) for p in self.storage.names("checkpoints")), default=0
        )
        for tile in [*tiles.tiles_of(size), *tiles.bundles_of(size)]:
            full = tiles.Tile(tile.level, tile.number, WIDTH).path
            if tile.path not in found and full not in found:
                yield Finding("tile missing", tile.path, "it can be made again from the commits")

    def _tile(self, path: str) -> Iterator[Finding]:
        try:
            tile = tiles.parse_path(path)
            expected = self._expected(tile)
        except tiles.TileError as error:
            yield Finding("tile out of place", path, str(error))
            return
        if self.storage.read(path) != expected:
            meaning = "it is not what the commits give; it can be made again from them"
            yield Finding("tile altered", path, meaning)

    def _expected(self, tile: tiles.Tile) -> bytes:
        if tile.level is not None:
            return self.tree.tile(tile)
        start = tile.number * WIDTH
        if start + tile.width > len(self.entries):
            raise tiles.TileError("it holds entries that no commit has")
        return leaves.bundle([entry.data for entry in self.entries[start : start + tile.width]])

    def _keys(self) -> Iterator[Finding]:
        data = self.storage.read("private/log.key")
        if data is None:
            return
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

    def _snapshots(self) -> Iterator[Finding]:
        wanted = {int(path.rpartition("/")[2]): path for path in self.storage.names("map")}
        heads = Heads()
        for entry in self.entries:
            try:
                heads.follow(entry)
            except LeafError:
                return  # reported by `follow`
            if entry.index + 1 in wanted:
                path = wanted.pop(entry.index + 1)
                if self.storage.read(path) != heads.encode():
                    meaning = "the heads of streams in it are not those of the log"
                    yield Finding("snapshot altered", path, meaning)
        for path in wanted.values():
            yield Finding("snapshot out of place", path, "the log never had that size")

    def _openings(self) -> Iterator[Finding]:
        known = {entry.id: entry for entry in self.entries}
        for path in sorted(self.storage.names("private/openings")):
            try:
                found = read_openings(self.storage.read(path) or b"")
            except StoreError as error:
                yield Finding("opening altered", path, str(error))
                continue
            if path.rpartition("/")[2] != found[0].id:
                yield Finding("opening altered", path, "its name is not that of its first record")
            elif found[0].id in known:  # otherwise written for a commit that never came about
                for opening in found:
                    yield from self._opening(path, opening, known.get(opening.id))

    def _opening(self, path: str, opening: Opening, entry: Entry | None) -> Iterator[Finding]:
        where = f"{path}: {opening.id}"
        if entry is None:
            yield Finding("opening without leaf", where, "the log has no leaf of this id")
        elif commitment.commit(opening.fields, opening.secret).root.hex() != entry.commitment:
            meaning = f"the record is not the one that leaf {entry.index} commits to"
            yield Finding("opening altered", where, meaning)
        elif entry.kind == "file":
            yield from self._object_of(entry, opening.fields)

    def _object_of(self, entry: Entry, fields: Mapping[str, str]) -> Iterator[Finding]:
        path = f"objects/{fields['sha256'][:2]}/{fields['sha256'][2:]}"
        if path not in self.objects:
            meaning = f"the file that leaf {entry.index} registers is gone"
            yield Finding("object missing", path, meaning)

    def _streams(self) -> Iterator[Finding]:
        for path in sorted(self.storage.names("private/streams")):
            try:
                salt, name = read_salt(self.storage.read(path) or b"")
                stream = leaves.stream_id(salt, name)
                named = path.endswith("/" + sha256(name.encode()).hexdigest())
            except StoreError as error:
                yield Finding("stream's salt altered", path, f"it cannot be read: {error}")
                continue
            if not named or not any(entry.stream == stream for entry in self.entries):
                meaning = "the log has no stream of this name and salt"
                yield Finding("stream's salt altered", path, meaning)

    def _cosignatures(self) -> Iterator[Finding]:
        for path in sorted(self.storage.names("cosignatures")):
            try:
                size = int(path.split("/")[1])
                signed = (self.storage.read(f"checkpoints/{size}") or b"").decode()
                vkey, _, line = (self.storage.read(path) or b"").decode().partition("\n")
                note.verify(signed + line, [vkey])
            except (NoteError, ValueError) as error:
                yield Finding("cosignature refused", path, str(error))


def follow(entries: list[Entry]) -> Iterator[Finding]:
    """Check numbering, chains, ids, clock and maps of leaves from the first on."""
    heads, built, touched = Heads(), radix.RadixMap(), set[str]()
    ids: set[str] = set()
    for entry in entries:
        where = f"leaf {entry.index}"
        if entry.id in ids:
            yield Finding(
                "registered twice", where, f"its id {entry.id} is that of an earlier leaf"
            )
        ids.add(entry.id)
        yield from _clock(heads, entry, where)
        if entry.kind == "map":
            built.update((stream, heads.streams[stream]) for stream in touched)
            touched.clear()
            if built.root().hex() != entry.commitment:
                meaning = "the leaves before it give another map: a stream was hidden or altered"
                yield Finding("map differs", where, meaning)
        try:
            heads.follow(entry)
        except LeafError as error:
            yield Finding("stream broken", where, f"{error}: a leaf is missing, added or moved")
            return
        touched.add(entry.stream)


def _clock(heads: Heads, entry: Entry, where: str) -> Iterator[Finding]:
    if heads.moment and entry.registered_at < heads.moment and entry.kind != CLOCK:
        back = leaves.seconds_between(entry.registered_at, heads.moment)
        if back > BACKWARD:
            meaning = f"registered {back:.0f} s before the leaf that precedes it"
            yield Finding("clock went back", where, meaning)


def check_tokens(storage: Storage) -> Iterator[Finding]:
    """Check the tokens over heads; a store without any does not need the library for it."""
    if any(storage.names("tokens")):
        from .tokens import check_stored

        yield from check_stored(storage)


__all__ = ["Finding", "StoreError", "follow", "verify_store"]
