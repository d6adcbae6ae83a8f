"""Where private keys come from, and the ring of public keys that a log has had.

A reference names a private key: `file:PATH` (mode 0600, plain or under a passphrase), `env:NAME`,
`pkcs11:MODULE?token=LABEL&object=LABEL&name=KEYNAME` or the key itself.
"""

import base64
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from . import note
from .durable import sync_folder
from .note import NoteError, PrivateKey, Signer

PASSPHRASE = "EVIDENCE_STORE_PASSPHRASE"  # noqa: S105 - the name of a variable
_SEALED = "ENCRYPTED+KEY+1+"
_RING = "evidence_store/keys/v1"


class KeyProblem(NoteError):
    """A private key cannot be read or may not be used."""


def load(reference: str) -> Signer:
    """Return the signer that a reference names.

    Raises:
        NoteError: absent, malformed, readable by others, or under another passphrase.
    """
    kind, _, rest = reference.partition(":")
    if kind == "file":
        return note.parse_skey(_opened(_read_private(Path(rest))))
    if kind == "env":
        if rest not in os.environ:
            raise KeyProblem(f"the variable {rest} holds no key")
        return note.parse_skey(_opened(os.environ[rest]))
    if kind == "pkcs11":
        from .pkcs11 import connect

        return connect(rest)
    return note.parse_skey(_opened(reference))


def write(path: Path, key: PrivateKey, passphrase: str | None = None) -> None:
    """Write a key to a new file of mode 0600, under the passphrase if one is given.

    The file has its name only when it is whole: another process may be about to read it.

    Raises:
        FileExistsError: the path is taken; a key is never overwritten.
    """
    text = seal(str(key), passphrase) if passphrase else str(key)
    unnamed = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(unnamed, path)
    finally:
        unnamed.unlink()
    sync_folder(path.parent)


def new_reference(place: str, ring: "KeyRing") -> str:
    """Return the reference to a key that is to follow; a file that is absent is made."""
    if place.partition(":")[0] in ("env", "pkcs11"):
        return place
    path = Path(place.removeprefix("file:"))
    if not path.exists():
        name = note.parse_vkey(ring.keys[-1].vkey).name
        write(path, note.generate(name), os.environ.get(PASSPHRASE))
    return f"file:{path.resolve()}"


def seal(text: str, passphrase: str) -> str:
    """Encrypt a key with AES-256-GCM under a passphrase stretched by scrypt (n = 2^15)."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_stretch(passphrase, salt)).encrypt(nonce, text.encode(), _SEALED.encode())
    return _SEALED + base64.b64encode(salt + nonce + sealed).decode()


def unseal(text: str, passphrase: str) -> str:
    """Decrypt what `seal` made.

    Raises:
        NoteError: malformed, or another passphrase.
    """
    data = note.decode64(text.strip().removeprefix(_SEALED))
    salt, nonce, sealed = data[:16], data[16:28], data[28:]
    try:
        plain = AESGCM(_stretch(passphrase, salt)).decrypt(nonce, sealed, _SEALED.encode())
    except (InvalidTag, ValueError) as error:
        raise KeyProblem("the passphrase does not open this key") from error
    return plain.decode()


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase.encode())


def is_literal(reference: str) -> bool:
    """Tell whether a reference is the key itself."""
    return reference.partition(":")[0] not in ("file", "env", "pkcs11")


def is_locked(text: str) -> bool:
    """Tell whether a key is encrypted and its passphrase is not at hand."""
    return text.startswith(_SEALED) and not os.environ.get(PASSPHRASE)


def _opened(text: str) -> str:
    if not text.strip().startswith(_SEALED):
        return text
    if not os.environ.get(PASSPHRASE):
        raise KeyProblem(f"the key is encrypted and {PASSPHRASE} is not set")
    return unseal(text, os.environ[PASSPHRASE])


def _read_private(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(f"the key file {path} cannot be read: {error}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise KeyProblem(f"the key file {path} can be read by others; its mode must be 0600")
    return text


@dataclass(frozen=True, slots=True)
class RingKey:
    """A public key of the log, with the days and heads for which it counts."""

    vkey: str
    since: date
    first_size: int
    """Smallest head that it may sign."""

    until: date | None = None
    """Day from which it counts no more; None while it is in use."""

    last_size: int | None = None
    """Largest head that it may have signed; None while it is in use."""

    reason: str = "-"
    """rotated, or why it was revoked; one word."""

    def covers(self, size: int) -> bool:
        """Tell whether a head of this size may carry its signature."""
        return size >= self.first_size and (self.last_size is None or size <= self.last_size)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one log, oldest first; the last is in use."""

    origin: str
    keys: tuple[RingKey, ...]

    def __str__(self) -> str:
        lines = [_RING, self.origin]
        for key in self.keys:
            until, last = key.until or "-", "-" if key.last_size is None else key.last_size
            row = f"{key.since} {key.first_size} {until} {last} {key.reason} {key.vkey}"
            lines.append(row)
        return "\n".join(lines) + "\n"

    def vkeys(self, size: int | None = None) -> list[str]:
        """Return the verifier keys, or only those that may have signed a head of this size."""
        return [key.vkey for key in self.keys if size is None or key.covers(size)]

    def rotated(self, new: RingKey, reason: str) -> "KeyRing":
        """Return the ring in which `new` follows on the key in use, which ends with that day.

        Raises:
            NoteError: the log has or had that key.
        """
        if new.vkey in self.vkeys():
            raise NoteError("the log has or had this key; rotate to a new one")
        old = replace(self.keys[-1], until=new.since, last_size=new.first_size - 1, reason=reason)
        return KeyRing(self.origin, (*self.keys[:-1], old, new))

    def named(self, name: str) -> RingKey:
        """Return the key whose verifier key, or the eight digits in its middle, is `name`.

        Raises:
            NoteError: the ring has none, or several.
        """
        found = [one for one in self.keys if name in (one.vkey, one.vkey.split("+")[1])]
        if len(found) != 1:
            raise NoteError(f"the log has {len(found) or 'no'} keys named {name}")
        return found[0]

    def revoked(self, vkey: str, on: date, last_size: int) -> "KeyRing":
        """Return the ring in which a key counts only for heads up to `last_size`.

        Raises:
            NoteError: the ring has no such key, or it never counted for so many leaves.
        """
        if vkey not in self.vkeys():
            raise NoteError("the log never had this key")
        key = next(key for key in self.keys if key.vkey == vkey)
        if last_size < 0 or (key.last_size is not None and last_size > key.last_size):
            raise NoteError(f"the key counts for heads of 0 to {key.last_size} leaves")
        keys = tuple(
            replace(key, until=on, last_size=last_size, reason="revoked")
            if key.vkey == vkey
            else key
            for key in self.keys
        )
        return KeyRing(self.origin, keys)


def parse_ring(signed: str, trusted: Sequence[str] | None = None) -> KeyRing:
    """Read a signed ring, which the last of its keys signed; or one of `trusted`, if given.

    Raises:
        NoteError: malformed or not signed so.
    """
    ring = _ring(note.split(signed)[0])
    note.verify(signed, trusted or [ring.keys[-1].vkey])
    return ring


def _ring(text: str) -> KeyRing:
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or lines[0] != _RING:
        raise NoteError("not a ring of keys")
    try:
        keys = tuple(_ring_key(line.split(" ")) for line in lines[2:])
    except (ValueError, TypeError) as error:
        raise NoteError("a malformed line in the ring of keys") from error
    return KeyRing(lines[1], keys)


def _ring_key(parts: list[str]) -> RingKey:
    since, first, until, last, reason, vkey = parts
    note.parse_vkey(vkey)
    return RingKey(
        vkey,
        date.fromisoformat(since),
        int(first),
        None if until == "-" else date.fromisoformat(until),
        None if last == "-" else int(last),
        reason,
    )
