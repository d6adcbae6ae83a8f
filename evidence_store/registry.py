"""Objects and leaves: what a store takes in."""

import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from . import commitment, leaves, private
from .base import StoreBase
from .leaves import Entry, Leaf
from .private import Opening
from .storage import GROUP, ObjectInfo, StoreError, object_path

SYSTEM = "evidence_store"
"""Actor of what the store registers by itself."""

NOTHING: Mapping[str, str] = MappingProxyType({})

Source = str | os.PathLike[str] | BinaryIO


class Registry(StoreBase):
    """A store as those see it who register."""

    @property
    def size(self) -> int:
        """Number of leaves registered, by whomever."""
        with self._lock:
            log = self._opened()
            log.catch_up()
            return log.size

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
        """Put a copy in the place of a damaged object, however large, in pieces.

        Raises:
            StoreError: the copy does not have this SHA-256.
        """
        self.storage.replace_object(digest, source)

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

    def add_file(
        self, stream: str, source: Source, meta: Mapping[str, str] = NOTHING
    ) -> list[Entry]:
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
