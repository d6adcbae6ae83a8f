"""What the tokens over heads say; a store without any does not need the library that reads them."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from .findings import Finding
from .storage import Storage, StoreError


def check_tokens(storage: Storage) -> Iterator[Finding]:
    """Check the tokens over heads."""
    if any(storage.names("tokens")):
        from .tokens import check_stored

        yield from check_stored(storage)


def stamped_before(storage: Storage, day: date) -> int:
    """Return the size of the largest head with a token from before a day (UTC), or -1."""
    largest = -1
    for path in storage.names("tokens"):
        if path.endswith(".tsr"):
            from . import tokens

            with suppress(StoreError, ValueError):  # `check_tokens` reports it
                if tokens.read(storage, path).time.date() < day:
                    largest = max(largest, int(path.split("/")[1]))
    return largest
