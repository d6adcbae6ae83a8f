"""Sealed columns: AES-256-GCM for the value, a keyed digest (blind index) for equality search.

A sealed value is `key id (1 byte) ‖ nonce (12) ‖ ciphertext and tag`; its associated data is
`table.column` and the row's random uuid, so that a value moved to another row does not open.
"""

import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, overload

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import DeclarativeBase

from recovery.kernel.config import secret_file

NONCE = 12


@dataclass(frozen=True, slots=True)
class Keyring:
    """The sealing keys by number, the number in use, and the key of the blind index."""

    ciphers: dict[int, AESGCM]
    current: int
    index_key: bytes

    def seal(self, text: str, context: bytes) -> bytes:
        """Return `text` sealed under the current key for `context` alone."""
        nonce = os.urandom(NONCE)
        sealed = self.ciphers[self.current].encrypt(nonce, text.encode(), context)
        return bytes((self.current,)) + nonce + sealed

    def open(self, sealed: bytes, context: bytes) -> str:
        """Return the text sealed for `context`.

        Raises:
            cryptography.exceptions.InvalidTag: altered, or sealed for another row or column.
        """
        nonce = sealed[1 : 1 + NONCE]
        return self.ciphers[sealed[0]].decrypt(nonce, sealed[1 + NONCE :], context).decode()

    def blind_index(self, text: str, purpose: str) -> bytes:
        """Return 16 bytes, equal for equal `text` of one `purpose`, that tell nothing else."""
        message = f"{purpose}\0{normal(text)}".encode()
        return hmac.digest(self.index_key, message, hashlib.sha256)[:16]


def normal(text: str) -> str:
    """Return `text` as compared: NFKC, upper case, without spaces and hyphens."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return folded.translate({ord(c): None for c in " -\t\u3000"})


def load_keyring(folder: Path) -> Keyring:
    """Return the keys kept in `folder` (`sealing-1`, … and `index`), made if absent."""
    secret_file(folder / "sealing-1")
    numbered = {int(path.name.removeprefix("sealing-")): path for path in folder.glob("sealing-*")}
    ciphers = {
        number: AESGCM(bytes.fromhex(secret_file(path))) for number, path in numbered.items()
    }
    return Keyring(ciphers, max(ciphers), bytes.fromhex(secret_file(folder / "index")))


_keyring: list[Keyring] = []


def use_keyring(keyring: Keyring) -> None:
    """Seal and open with `keyring` from now on in this process."""
    _keyring[:] = [keyring]


def keyring() -> Keyring:
    """Return the keys of this process.

    Raises:
        RuntimeError: the application has not been created.
    """
    if not _keyring:
        raise RuntimeError("no keyring: create the application first")
    return _keyring[0]


def context(table: str, column: str, row_uuid: bytes) -> bytes:
    """Return the associated data of a sealed value."""
    return f"{table}.{column}.".encode() + row_uuid


class Sealed:
    """A text attribute kept in the sealed column `<name>_sealed` of a row with `row_uuid`.

    Where the model has a column `<name>_index`, its blind index is kept in step.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: DeclarativeBase, owner: type) -> str | None: ...

    def __get__(self, row: Any, owner: type) -> Self | str | None:
        if row is None:
            return self
        sealed = getattr(row, f"{self.name}_sealed")
        return None if sealed is None else keyring().open(sealed, self._context(row))

    def __set__(self, row: Any, text: str | None) -> None:
        if row.row_uuid is None:
            row.row_uuid = os.urandom(16)
        sealed = None if text is None else keyring().seal(text, self._context(row))
        setattr(row, f"{self.name}_sealed", sealed)
        if hasattr(row, f"{self.name}_index"):
            index = None if text is None else keyring().blind_index(text, self.name)
            setattr(row, f"{self.name}_index", index)

    def _context(self, row: Any) -> bytes:
        return context(row.__tablename__, self.name, row.row_uuid)
