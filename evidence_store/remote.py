"""Reading a published log over HTTP, or a copy of it in a folder."""

import urllib.error
import urllib.request
from http.client import HTTPException

from .local import LocalStorage
from .storage import Reader, StoreError, connect

LARGEST = 64 << 20
"""Bytes of an answer that are read at all."""

TIMEOUT = 30.0
"""Seconds."""


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
                data: bytes = answer.read(LARGEST + 1)
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


def reader(place: str) -> Reader:
    """Return a reader of a folder, an http or https URL, or an s3 URL."""
    if place.startswith(("http://", "https://")):
        return HttpReader(place)
    if place.startswith("s3://"):
        return connect(place)
    storage = LocalStorage(place.removeprefix("file://"))
    if not storage.root.is_dir():
        raise StoreError(f"there is no folder {place}")
    return storage
