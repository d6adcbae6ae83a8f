"""A store in an S3-compatible bucket: conditional creates stand in for links and locks.

The address is `s3://bucket/prefix`; endpoint, region and credentials come from the usual AWS_
variables (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID …; AWS_ALLOW_HTTP=true for plain HTTP).
"""

import io
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import S3Store

from .storage import GROUP, Hasher, ObjectInfo, StoreError, chunks, object_path, refuse_other

if TYPE_CHECKING:
    from obstore.store import RetryConfig

WHOLE = 64 << 20
"""Bytes up to which an object is sent in one conditional request."""

_PARALLEL = 16

_PATIENCE: "RetryConfig" = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=1),
        "base": 2,
    },
}
"""Somebody waits for the answer: who cannot be reached in seconds is down, and is said to be."""


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what the client raises into a sentence; the rest of what it says is for its makers."""
    try:
        yield
    except BaseError as error:
        raise StoreError(f"the bucket: {str(error).partition(chr(10))[0]}") from error


class _Stream(io.RawIOBase):
    """A remote file as Python's own streams are."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = bytes(self._file.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _spooled(source: BinaryIO) -> Iterator[tuple[ObjectInfo, BinaryIO]]:
    """Give a stream's name and size, and its content in a temporary file, at its begin."""
    with tempfile.SpooledTemporaryFile(WHOLE) as copy:
        digest, size = sha256(), 0
        for piece in chunks(source):
            digest.update(piece)
            size += len(piece)
            copy.write(piece)
        copy.seek(0)
        yield ObjectInfo(digest.hexdigest(), size), cast(BinaryIO, copy)


class S3Storage:
    """Files below a prefix of a bucket."""

    def __init__(self, bucket: Any) -> None:
        """Take an obstore store."""
        self._bucket = bucket

    @classmethod
    def connect(cls, url: str) -> "S3Storage":
        """Connect to `s3://bucket/prefix`."""
        return cls(S3Store.from_url(url, retry_config=_PATIENCE))

    @_in_words()
    def read(self, path: str) -> bytes | None:
        """Return the content, None when there is no such file."""
        try:
            return bytes(obstore.get(self._bucket, path).bytes())
        except FileNotFoundError:
            return None

    @_in_words()
    def open(self, path: str) -> BinaryIO:
        """Open a file for streaming."""
        return io.BufferedReader(_Stream(obstore.open_reader(self._bucket, path)))

    @_in_words()
    def size(self, path: str) -> int | None:
        """Return the bytes of a file, None when there is none."""
        try:
            return int(obstore.head(self._bucket, path)["size"])
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> Iterator[str]:
        """Yield the paths of all files under a folder."""
        with _in_words():
            for page in obstore.list(self._bucket, prefix=folder):
                yield from (str(meta["path"]) for meta in page)

    @_in_words()
    def create(self, path: str, data: bytes) -> bool:
        """Send with If-None-Match: of two writers, one is refused."""
        try:
            obstore.put(self._bucket, path, data, mode="create", use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            # A retry inside the client may find what its own first attempt had written.
            return self.read(path) == data and path.startswith("commits/")
        return True

    @_in_words()
    def replace(self, path: str, data: bytes) -> None:
        """Overwrite."""
        obstore.put(self._bucket, path, data, use_multipart=False)

    @_in_words()
    def replace_if(self, path: str, data: bytes, before: bytes | None) -> bool:
        """Send with If-Match of the version whose content is the one expected."""
        if before is None:
            return self.create(path, data)
        answer = obstore.get(self._bucket, path)
        if bytes(answer.bytes()) != before:
            return False
        try:
            keys, meta = ("e_tag", "version"), cast(dict[str, Any], answer.meta)
            mode: Any = {key: meta[key] for key in keys if meta.get(key)}
            obstore.put(self._bucket, path, data, mode=mode, use_multipart=False)
        except PreconditionError:
            return self.read(path) == data  # a retry may find what the first attempt had written
        return True

    def write_group(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Write derived files, several at a time."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for _ in pool.map(lambda item: self.replace(*item), files):
                pass

    @_in_words()
    def delete(self, path: str) -> None:
        """Remove a file."""
        obstore.delete(self._bucket, path)

    def hasher(self, count: int) -> AbstractContextManager[Hasher]:
        """Hash files as they come."""
        del count

        def hashed(path: str) -> str:
            try:
                return self._digest(path)
            except OSError as error:
                return f"!{error}"

        return nullcontext(lambda paths: [hashed(path) for path in paths])

    def put_objects(self, sources: Sequence[BinaryIO]) -> list[ObjectInfo]:
        """Store streams under their SHA-256, several at a time."""
        stored: list[ObjectInfo] = []
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for start in range(0, len(sources), GROUP):
                stored += pool.map(self._put_object, sources[start : start + GROUP])
        return stored

    @_in_words()
    def replace_object(self, sha256: str, source: BinaryIO) -> None:
        """Compare in a temporary file, then send over what was there."""
        with _spooled(source) as (info, copy):
            refuse_other(info, sha256)
            large = info.size > WHOLE
            obstore.put(self._bucket, object_path(sha256), copy, use_multipart=large)
        self._refuse_unsent(sha256)

    @contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        """Do nothing: signed heads are created conditionally, which is what has to hold."""
        yield

    def sync(self, folder: str) -> None:
        """Do nothing: what the bucket confirmed is durable."""

    @_in_words()
    def _put_object(self, source: BinaryIO) -> ObjectInfo:
        """Hash into a temporary file first: the name must be known before the sending."""
        with _spooled(source) as (info, copy):
            self._send(info, copy)
        return info

    def _send(self, info: ObjectInfo, content: BinaryIO) -> None:
        path = object_path(info.sha256)
        if info.size <= WHOLE:
            # An object that is there already is read back all the same.
            with suppress(AlreadyExistsError, PreconditionError):
                data = content.read()
                obstore.put(self._bucket, path, data, mode="create", use_multipart=False)
        elif self.size(path) is None:
            obstore.put(self._bucket, path, content, use_multipart=True)
        self._refuse_unsent(info.sha256)

    def _refuse_unsent(self, sha256: str) -> None:
        if self._digest(object_path(sha256)) != sha256:
            raise StoreError(f"object {sha256} is not in the bucket as it was sent")

    @_in_words()
    def _digest(self, path: str) -> str:
        total = sha256()
        for piece in obstore.get(self._bucket, path).stream(min_chunk_size=1 << 20):
            total.update(piece)
        return total.hexdigest()
