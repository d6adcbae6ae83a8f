"""What a store keeps for itself: secrets that open commitments, salts that open streams.

Every file is canonical JSON, so that any change to it can be seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import jcs, leaves
from .storage import StoreError


@dataclass(frozen=True, slots=True)
class Opening:
    """A record that the store itself registered, with the secret of its commitment."""

    id: str
    fields: Mapping[str, str]
    secret: bytes


def write_openings(openings: Sequence[Opening]) -> bytes:
    """Return the content of the file for one commit."""
    return jcs.canonical(
        [{"id": o.id, "secret": o.secret.hex(), "fields": dict(o.fields)} for o in openings]
    )


def read_openings(data: bytes) -> list[Opening]:
    """Read what `write_openings` wrote.

    Raises:
        StoreError: it is altered or cut short.
    """
    try:
        rows = json.loads(data)
        assert isinstance(rows, list)
        found = [Opening(row["id"], row["fields"], bytes.fromhex(row["secret"])) for row in rows]
        if not found or write_openings(found) != data or not all(o.fields for o in found):
            raise ValueError("it is not spelt as it was written")
    except (ValueError, KeyError, TypeError, AssertionError, RecursionError) as error:
        raise StoreError(f"openings that cannot be read: {error}") from error
    return found


def write_salt(salt: bytes, name: str) -> bytes:
    """Return the content of the file that opens a stream; it also says which stream that is.

    So an altered salt can be told from that of a stream in which nothing is registered yet.
    """
    stream = leaves.stream_id(salt, name)
    return jcs.canonical({"name": name, "salt": salt.hex(), "stream": stream})


def read_salt(data: bytes) -> tuple[bytes, str]:
    """Read what `write_salt` wrote: salt and name.

    Raises:
        StoreError: it is altered or cut short.
    """
    try:
        row = jcs.parse(data)
        assert isinstance(row, dict)
        salt, name = bytes.fromhex(row["salt"]), row["name"]
        if write_salt(salt, name) != data:
            raise ValueError("it is not spelt as it was written")
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise StoreError(f"a salt that cannot be read: {error}") from error
    return salt, name
