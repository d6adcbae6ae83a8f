"""Reading a published log over HTTP, or a copy of it in a folder."""

import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Protocol

from .local import LocalStorage, read_regular
from .storage import Reader, StoreError, connect

LARGEST = 64 << 20
"""Bytes of an answer or a file that are read at all."""

TIMEOUT = 30.0
"""Seconds without a byte."""

PATIENCE = 300.0
"""Seconds for a whole answer."""


class _Answer(Protocol):
    def read1(self, size: int, /) -> bytes:
        """Return what is there, at most `size` bytes; nothing at the end."""


def read_all(answer: _Answer, largest: int, seconds: float) -> bytes:
    """Return an answer, or what exceeds `largest` by a byte.

    Raises:
        TimeoutError: it has not ended after so many seconds.
    """
    data, end = bytearray(), time.monotonic() + seconds
    while len(data) <= largest and (piece := answer.read1(largest + 1 - len(data))):
        data += piece
        if time.monotonic() > end:
            raise TimeoutError(f"no end of the answer after {seconds:.0f} seconds")
    return bytes(data)


class HttpReader:
    """Reads files below a URL."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def read(self, path: str) -> bytes | None:
        """Return the content, None for 404.

        Raises:
            StoreError: another failure, or more than 64 MiB.
        """
        request = urllib.request.Request(f"{self._url}/{path}")  # noqa: S310 - checked below
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                data = read_all(answer, LARGEST, PATIENCE)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 404:
                return None
            raise StoreError(f"{path}: the server answers {error.code}") from error
        except (OSError, HTTPException) as error:
            raise StoreError(f"{path}: {error!r}") from error
        if len(data) > LARGEST:
            raise StoreError(f"{path} is larger than {LARGEST} bytes")
        return data


class FolderReader:
    """Reads the files of a folder that somebody else made."""

    def __init__(self, folder: str) -> None:
        self._storage = LocalStorage(folder)
        self.names = self._storage.names
        if not self._storage.root.is_dir():
            raise StoreError(f"there is no folder {folder}")

    def read(self, path: str) -> bytes | None:
        """Return the content, None when there is no such regular file of at most 64 MiB."""
        return read_regular(self._storage.root / path, LARGEST)


def reader(place: str) -> Reader:
    """Return a reader of a folder, an http or https URL, or an s3 URL."""
    if place.startswith(("http://", "https://")):
        return HttpReader(place)
    if place.startswith("s3://"):
        return connect(place)
    return FolderReader(place.removeprefix("file://"))
