"""The append-only log: commits that two writers cannot both make, and the tiles that follow.

`commits/<size before>` holds a batch of leaves and is created only if absent: that creation is
the registration. Everything else here (tiles, heads of streams) is derived from the commits and
may be made again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from . import leaves, merkle, tiles
from .leaves import Entry, Leaf, LeafError
from .radix import Head
from .storage import Storage, StoreError, numbered
from .tiles import HEIGHT, WIDTH, Tile, TileError, TileReader

BACKWARD = 300.0
"""Seconds by which the clock may fall back before registration stops."""

CLOCK = "clock"
"""Kind of leaf by which an operator declares that the clock was set; only it may go back."""

_PENDING = 1 << 16


class ClockError(StoreError):
    """The clock went back: leaves would lie about their time."""


@dataclass(slots=True)
class Heads:
    """The head of every stream, and the moment of the last leaf, after `size` leaves."""

    size: int = 0
    streams: dict[str, Head] = field(default_factory=dict)
    moment: str = ""

    def follow(self, entry: Entry) -> None:
        """Take in the next entry.

        Raises:
            LeafError: it is out of order in its stream, or does not name its predecessor.
        """
        count, head = self.streams.get(entry.stream, (0, None))
        if entry.index != self.size or entry.seq != count + 1 or entry.prev != head:
            raise LeafError(f"leaf {entry.index} does not follow on the leaf before in its stream")
        self.streams[entry.stream] = (entry.seq, entry.leaf_hash.hex())
        self.size, self.moment = self.size + 1, entry.registered_at

    def encode(self) -> bytes:
        """Return a snapshot: the last moment, 72 bytes per stream, sorted, and their SHA-256."""
        rows = [
            bytes.fromhex(stream) + count.to_bytes(8, "big") + bytes.fromhex(head)
            for stream, (count, head) in sorted(self.streams.items())
        ]
        data = self.moment.encode() + b"".join(rows)
        return data + sha256(data).digest()

    def seal(self, wanted: Sequence[Leaf], moment: str) -> list[Entry]:
        """Give each leaf its place after these heads, which stay as they are.

        Raises:
            ClockError: the moment is well before that of the last leaf.
        """
        self._check_clock(wanted, moment)
        new: dict[str, Head] = {}
        sealed = []
        for index, leaf in enumerate(wanted, self.size):
            seq, prev = new.get(leaf.stream) or self.streams.get(leaf.stream) or (0, None)
            entry = leaves.seal(leaf, index, (seq + 1, prev), moment)
            new[leaf.stream] = (seq + 1, entry.leaf_hash.hex())
            sealed.append(entry)
        return sealed

    def _check_clock(self, wanted: Sequence[Leaf], moment: str) -> None:
        if not self.moment or wanted[0].kind == CLOCK:
            return
        back = leaves.seconds_between(moment, self.moment)
        if back > BACKWARD:
            raise ClockError(
                f"the clock is {back:.0f} s behind the last leaf; set it right, or declare it "
                f"with a leaf of kind {CLOCK}"
            )


class Log:
    """Reads and extends the log in a storage. Not for several threads at once."""

    def __init__(self, storage: Storage, size: int = 0) -> None:
        """Start from the tiles of a checkpointed `size`, then follow the commits."""
        self.storage = storage
        self._heads: Heads | None = None
        self._levels: list[list[bytes]] = [[]]
        self._full: list[tuple[Tile, bytes]] = []
        self._entries: list[bytes] = []
        self._base = 0
        self.size = 0
        try:
            self._restore(size)
        except (TileError, LeafError):
            self._levels, self._entries, self._base, self.size = [[]], [], 0, 0
        self.catch_up()

    def root(self) -> bytes:
        """Return the root over all leaves."""
        self._roll()
        total: bytes | None = None
        for level in self._levels:
            row = level if total is None else [*level, total]
            total = merkle.root(row) if row else None
        return merkle.EMPTY_ROOT if total is None else total

    def catch_up(self) -> list[Entry]:
        """Take in what other writers committed, and return it."""
        found: list[Entry] = []
        while (data := self.storage.read(f"commits/{self.size}")) is not None:
            batch = [
                leaves.read(index, leaf)
                for index, leaf in enumerate(leaves.unbundle(data), self.size)
            ]
            if not batch:
                raise StoreError(f"commits/{self.size} is empty")
            self._take(batch)
            found += batch
        return found

    def append(self, wanted: Sequence[Leaf], moment: str) -> list[Entry]:
        """Register leaves in one commit; return their entries in the order given.

        A leaf whose id another writer committed meanwhile is not registered again.

        Raises:
            LeafError: a leaf is malformed. Nothing is registered.
            ClockError: the clock went back. Nothing is registered.
        """
        for leaf in wanted:
            leaves.check(leaf)
        if len({leaf.id for leaf in wanted}) != len(wanted):
            raise LeafError("an id is given twice")
        asked = {leaf.id for leaf in wanted}
        done: dict[str, Entry] = {}
        while True:
            done.update((entry.id, entry) for entry in self.catch_up() if entry.id in asked)
            rest = [leaf for leaf in wanted if leaf.id not in done]
            if done:
                self.storage.sync("commits")  # their writer may not have come to it
            if not rest or self._commit(sealed := self.heads().seal(rest, moment)):
                break
        if rest:
            done.update((entry.id, entry) for entry in sealed)
        return [done[leaf.id] for leaf in wanted]

    def heads(self) -> Heads:
        """Return the heads of all streams; the first call reads the log."""
        if self._heads is None:
            self._heads = self.heads_at(self.size)
        return self._heads

    def heads_at(self, size: int) -> Heads:
        """Return the heads as they were after `size` leaves, from the nearest snapshot."""
        heads = self._snapshot(size)
        for entry in self.leaves_from(heads.size):
            if heads.size == size:
                break
            heads.follow(entry)
        return heads

    def leaves_from(self, index: int) -> Iterator[Entry]:
        """Yield the entries from `index` to the end as it is now."""
        return self._between(index, self.size, self._base, self._entries)

    def _between(
        self, index: int, size: int, base: int, pending: Sequence[bytes]
    ) -> Iterator[Entry]:
        """Yield entries below `base` from their bundles, the others from memory."""
        if index < base:
            for place, data in TileReader(self.storage, base).entries(index):
                yield leaves.read(place, data)
        for place in range(max(index, base), size):
            yield leaves.read(place, pending[place - base])

    def write_tiles(self) -> None:
        """Write every tile that the present size needs and that is not written yet, durably."""
        self._roll()
        files = [(tile.path, data) for tile, data in self._full]
        for level, row in enumerate(self._levels):
            if row:
                number = (self.size >> HEIGHT * level) // WIDTH
                files.append((Tile(level, number, len(row)).path, b"".join(row)))
        for tile in tiles.bundles_of(self.size, self._base):
            start = tile.number * WIDTH - self._base
            bundle = leaves.bundle(self._entries[start : start + tile.width])
            files.append((tile.path, bundle))
        self.storage.write_group(files)
        self._full = []
        done = self.size // WIDTH * WIDTH
        # A new list, not a shorter one: a reader in the middle of `leaves_from` keeps the old.
        self._entries, self._base = self._entries[done - self._base :], done

    def write_snapshot(self) -> None:
        """Write the heads of all streams, so that the next opening need not read the log."""
        heads = self.heads()
        self.storage.write_group([(f"map/{heads.size}", heads.encode())])

    def snapshot_sizes(self) -> list[int]:
        """Return the sizes at which there are snapshots, ascending."""
        return list(numbered(self.storage, "map"))

    def _snapshot(self, size: int) -> Heads:
        for place in reversed([place for place in self.snapshot_sizes() if place <= size]):
            data = self.storage.read(f"map/{place}")
            # From altered heads leaves would be sealed that break their streams for good.
            if data is not None and sha256(data[:-32]).digest() == data[-32:]:
                return _read_snapshot(place, data[:-32])
        return Heads()

    def _commit(self, sealed: list[Entry]) -> bool:
        data = leaves.bundle([entry.data for entry in sealed])
        if not self.storage.create(f"commits/{self.size}", data):
            return False
        self._take(sealed)
        return True

    def _take(self, batch: Sequence[Entry]) -> None:
        if self._heads is not None:
            for entry in batch:
                self._heads.follow(entry)
        self._levels[0].extend([entry.leaf_hash for entry in batch])
        self._entries.extend([entry.data for entry in batch])
        self.size += len(batch)
        if len(self._entries) > _PENDING:
            self.write_tiles()

    def _roll(self) -> None:
        """Move complete rows of 256 hashes out, each as one hash of the level above."""
        for level, row in enumerate(self._levels):
            done = len(row) // WIDTH * WIDTH
            if done and level + 1 == len(self._levels):
                self._levels.append([])
            first = ((self.size >> HEIGHT * level) - len(row)) // WIDTH
            for start in range(0, done, WIDTH):
                part = row[start : start + WIDTH]
                tile = Tile(level, first + start // WIDTH, WIDTH)
                self._full.append((tile, b"".join(part)))
                self._levels[level + 1].append(merkle.root(part))
            del row[:done]

    def _restore(self, size: int) -> None:
        reader = TileReader(self.storage, size)
        levels = []
        level = 0
        while count := size >> HEIGHT * level:
            width, data = count % WIDTH, b""
            if width:
                data = reader.hashes(Tile(level, count // WIDTH, width))
            levels.append([data[place : place + 32] for place in range(0, len(data), 32)])
            level += 1
        if size % WIDTH:
            self._entries = reader.bundle(Tile(None, size // WIDTH, size % WIDTH))
        self._levels = levels or [[]]
        self._base, self.size = size // WIDTH * WIDTH, size


_MOMENT_SIZE = len("2026-01-05T08:30:00.000000Z")


def _read_snapshot(size: int, data: bytes) -> Heads:
    streams = {}
    for place in range(_MOMENT_SIZE, len(data), 72):
        row = data[place : place + 72]
        streams[row[:32].hex()] = (int.from_bytes(row[32:40], "big"), row[40:].hex())
    return Heads(size, streams, data[:_MOMENT_SIZE].decode())
