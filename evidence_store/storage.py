"""Where a store keeps its files: a local folder or an S3-compatible bucket."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

CHUNK = 1 << 20
GROUP = 64
"""Objects that share one sync: durable ingest is bound by syncs, not by bytes."""


Hasher = Callable[[Sequence[str]], list[str]]
"""Returns the SHA-256 of each file by its path, or `!` and why it cannot be read."""


class StoreError(Exception):
    """The store cannot do this; the message says why."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """A stored object."""

    sha256: str
    """64 hexadecimal digits."""

    size: int
    """Bytes."""


class Reader(Protocol):
    """Reads files by their path inside the store."""

    def read(self, path: str) -> bytes | None:
        """Return the content, None when there is no such file."""


class Storage(Reader, Protocol):
    """Reads and durably writes. What `create` and `put_objects` report as done survives a crash."""

    def create(self, path: str, data: bytes) -> bool:
        """Write a new file durably; return False, changing nothing, when the path is taken."""

    def replace(self, path: str, data: bytes) -> None:
        """Write a file atomically, whatever was there."""

    def replace_if(self, path: str, data: bytes, before: bytes | None) -> bool:
        """Write over exactly this content (None: no file), or return False.

        On a local disk the caller holds `exclusive`.
        """

    def write_group(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Write derived files (path and content) with shared syncs, over what was there."""

    def delete(self, path: str) -> None:
        """Remove a file; only derived files and erased objects are ever removed."""

    def names(self, folder: str) -> Iterator[str]:
        """Yield the paths of all files under a folder, in no order."""

    def size(self, path: str) -> int | None:
        """Return the bytes of a file, None when there is no such file."""

    def open(self, path: str) -> BinaryIO:
        """Open a file for streaming. Raises FileNotFoundError."""

    def hasher(self, count: int) -> AbstractContextManager[Hasher]:
        """Return what hashes files on one thread; `count` of them will be asked for."""

    def put_objects(self, sources: Sequence[BinaryIO]) -> list[ObjectInfo]:
        """Store each stream under its SHA-256, durably, in the order given."""

    def replace_object(self, sha256: str, source: BinaryIO) -> None:
        """Write a stream over the object of this name, whatever was there, in pieces.

        Raises:
            StoreError: the stream has another SHA-256; what was there stays.
        """

    def exclusive(self, name: str) -> AbstractContextManager[None]:
        """Keep other writers out of a read-modify-write where the medium can."""

    def sync(self, folder: str) -> None:
        """Make the names in a folder durable, also those that others wrote."""


def object_path(sha256: str) -> str:
    """Return the path of an object.

    Raises:
        StoreError: not 64 lower-case hexadecimal digits.
    """
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise StoreError("an object is named by 64 hexadecimal digits")
    return f"objects/{sha256[:2]}/{sha256[2:]}"


def numbered(storage: Storage, folder: str) -> dict[int, str]:
    """Return the files of a folder that are named by a number, by that number, ascending."""
    found = {path.rpartition("/")[2]: path for path in storage.names(folder)}
    numbers = sorted(int(name) for name in found if name.isascii() and name.isdecimal())
    return {number: found[str(number)] for number in numbers if str(number) in found}


def chunks(source: BinaryIO) -> Iterator[bytes]:
    """Yield a stream in pieces of a mebibyte."""
    read: Callable[[int], bytes] = source.read
    while piece := read(CHUNK):
        yield piece


def refuse_other(info: ObjectInfo, sha256: str) -> None:
    """Refuse what was copied from a stream when it is not the object it was to replace.

    Raises:
        StoreError: its SHA-256 differs.
    """
    if info.sha256 != sha256:
        raise StoreError("the copy is not the object: its SHA-256 differs")


def sm3(source: BinaryIO) -> str:
    """Return the SM3 digest of a stream (GB/T 32905-2016), as a second one beside SHA-256.

    Raises:
        StoreError: this Python's OpenSSL has no SM3.
    """
    try:
        total = hashlib.new("sm3")
    except ValueError as error:
        raise StoreError("the OpenSSL of this Python has no SM3") from error
    for piece in chunks(source):
        total.update(piece)
    return total.hexdigest()


def connect(place: str | os.PathLike[str]) -> Storage:
    """Return the storage at a folder's path, a `file:` URL or an `s3://bucket/prefix` URL."""
    url = os.fspath(place)
    if url.startswith("s3://"):
        from .s3 import S3Storage

        return S3Storage.connect(url)
    from .local import LocalStorage

    return LocalStorage(url.removeprefix("file://"))
