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

    def feed(self, entry: Entry) -> list[Finding]:
        """Check the next leaf: id, clock, map, place in its stream.

        After a break in a stream no more is said: all that follows would differ.
        """
        if self._broken:
            return []
        findings = []
        where = f"leaf {entry.index}"
        identity = bytes.fromhex(entry.id)
        if identity in self._ids:
            meaning = f"its id {entry.id} is that of an earlier leaf"
            findings.append(Finding("registered twice", where, meaning))
        self._ids.add(identity)
        if entry.registered_at < self.heads.moment and entry.kind != CLOCK:
            findings += self._clock(entry, where)
        if entry.kind == "map":
            findings += self._check_map(entry, where)
        try:
            self.heads.follow(entry)
        except LeafError as error:
            self._broken = True
            meaning = f"{error}: a leaf is missing, added or moved"
            findings.append(Finding("stream broken", where, meaning))
        self._touched.add(entry.stream)
        return findings

    def _check_map(self, entry: Entry, where: str) -> Iterator[Finding]:
        streams = self.heads.streams
        self._map.update((stream, streams[stream]) for stream in self._touched)
        self._touched.clear()
        if self._map.root().hex() != entry.commitment:
            meaning = "the leaves before it give another map: a stream was hidden or altered"
            yield Finding("map differs", where, meaning)

    def _clock(self, entry: Entry, where: str) -> Iterator[Finding]:
        back = leaves.seconds_between(entry.registered_at, self.heads.moment)
        if back > BACKWARD:
            meaning = f"registered {back:.0f} s before the leaf that precedes it"
            yield Finding("clock went back", where, meaning)
