"""Replaying a log: every stream from its first leaf, every map from all leaves before it."""

from collections.abc import Iterator

from . import leaves, radix
from .findings import Finding
from .leaves import Entry, LeafError
from .log import BACKWARD, CLOCK, Heads


class Replay:
    """Takes leaves one by one; keeps the heads of streams and the ids, not the leaves."""

    def __init__(self) -> None:
        self.heads = Heads()
        self._map = radix.RadixMap()
        self._touched: set[str] = set()
        self._ids: set[bytes] = set()
        self._broken = False

    def feed(self, entry: Entry) -> Iterator[Finding]:
        """Check the next leaf: id, clock, map, place in its stream.

        After a break in a stream no more is said: all that follows would differ.
        """
        if self._broken:
            return
        where = f"leaf {entry.index}"
        identity = bytes.fromhex(entry.id)
        if identity in self._ids:
            meaning = f"its id {entry.id} is that of an earlier leaf"
            yield Finding("registered twice", where, meaning)
        self._ids.add(identity)
        yield from self._clock(entry, where)
        if entry.kind == "map":
            yield from self._check_map(entry, where)
        try:
            self.heads.follow(entry)
        except LeafError as error:
            self._broken = True
            yield Finding("stream broken", where, f"{error}: a leaf is missing, added or moved")
        self._touched.add(entry.stream)

    def _check_map(self, entry: Entry, where: str) -> Iterator[Finding]:
        streams = self.heads.streams
        self._map.update((stream, streams[stream]) for stream in self._touched)
        self._touched.clear()
        if self._map.root().hex() != entry.commitment:
            meaning = "the leaves before it give another map: a stream was hidden or altered"
            yield Finding("map differs", where, meaning)

    def _clock(self, entry: Entry, where: str) -> Iterator[Finding]:
        last = self.heads.moment
        if last and entry.registered_at < last and entry.kind != CLOCK:
            back = leaves.seconds_between(entry.registered_at, last)
            if back > BACKWARD:
                meaning = f"registered {back:.0f} s before the leaf that precedes it"
                yield Finding("clock went back", where, meaning)
