"""Salted commitments to records, of which any set of fields can be shown and the rest withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring

from . import jcs, merkle
from .merkle import ProofError

SECRET_SIZE = 32
SALT_SIZE = 16

_INNER = bytes(value ^ 0x36 for value in range(256))
_OUTER = bytes(value ^ 0x5C for value in range(256))


@dataclass(frozen=True, slots=True)
class Commitment:
    """A record's root, and what is needed to open it. Fields are in the order of their names."""

    root: bytes
    salts: dict[str, bytes]
    """16 bytes per field name: secret until the field is shown."""

    digests: tuple[bytes, ...]
    """One leaf per field, sorted by name (code points); all of them, shown or withheld."""


def commit(fields: Mapping[str, str], secret: bytes) -> Commitment:
    """Commit to `fields` under a secret of 32 random bytes that belongs to this record alone.

    Raises:
        ValueError: no fields, or a secret of another length.
        TypeError: a name or value that is not text.
    """
    if not fields:
        raise ValueError("a record without fields")
    names = sorted(fields)
    salts = derive_salts(names, secret)
    digests = [field_digest(salts[name], name, fields[name]) for name in names]
    return Commitment(merkle.root(digests), salts, tuple(digests))


def derive_salts(names: Sequence[str], secret: bytes) -> dict[str, bytes]:
    """Return the salt of each field: the first 16 bytes of HMAC-SHA-256(secret, name).

    The two halves of HMAC are prepared once per record: `hmac.digest` per field would take
    twice the time.
    """
    if len(secret) != SECRET_SIZE:
        raise ValueError(f"a secret of {len(secret)} bytes instead of {SECRET_SIZE}")
    padded = secret.ljust(64, b"\0")
    inner, outer = sha256(padded.translate(_INNER)), sha256(padded.translate(_OUTER))
    salts = {}
    for name in names:
        first, second = inner.copy(), outer.copy()
        first.update(name.encode("utf-8"))
        second.update(first.digest())
        salts[name] = second.digest()[:SALT_SIZE]
    return salts


def field_digest(salt: bytes, name: str, value: str) -> bytes:
    """Return the leaf of one field: SHA-256(0x00 ‖ JCS([salt in hex, name, value]))."""
    if not isinstance(value, str):
        raise jcs.JcsError(f"field {name} is {type(value).__name__}, not text")
    text = f'["{salt.hex()}",{_quoted(name)},{encode_basestring(value)}]'
    try:
        return sha256(b"\0" + text.encode("utf-8")).digest()
    except UnicodeEncodeError as error:
        raise jcs.JcsError(f"field {name} holds a lone surrogate") from error


def disclose(
    fields: Mapping[str, str], salts: Mapping[str, bytes], names: Sequence[str]
) -> dict[str, tuple[bytes, str]]:
    """Return the named fields with their salts, as `verify` takes them."""
    return {name: (salts[name], fields[name]) for name in names}


def verify(
    disclosed: Mapping[str, tuple[bytes, str]], digests: Sequence[bytes], root: bytes
) -> None:
    """Check that each disclosed (salt, value) is a field of the record with this root.

    `digests` are those of all fields in order, withheld ones included.

    Raises:
        ProofError: a field is not in the record, stands out of order, or the root differs.
    """
    if not digests or merkle.root(digests) != root:
        raise ProofError("the digests of the fields lead to another root")
    place = -1
    for name in sorted(disclosed):
        salt, value = disclosed[name]
        try:
            found = digests.index(field_digest(salt, name, value))
        except ValueError:
            raise ProofError(f"field {name} is not in the record") from None
        if found <= place:
            raise ProofError(f"field {name} stands out of order")
        place = found


@lru_cache(4096)
def _quoted(name: str) -> str:
    return encode_basestring(name)
