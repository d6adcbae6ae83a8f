"""Signed notes (c2sp.org/signed-note): text with Ed25519 signatures and witness cosignatures.

A verifier key reads `name+id+base64(type ‖ public key)`, a private key
`PRIVATE+KEY+name+id+base64(type ‖ seed)`. Type 0x01 signs as a log does, 0x04 as a witness
(c2sp.org/tlog-cosignature), whose signature covers the second at which it was made.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
COSIGNATURE = 0x04
MOST_SIGNATURES = 100
LARGEST_NOTE = 1_000_000
"""Bytes of a note that are read at all."""

_PRIVATE = "PRIVATE+KEY+"
_MARK = "— "


class NoteError(ValueError):
    """A note, key or signature is malformed, or no trusted key signed."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and its kind of signature."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart; no protection against forgery."""
        data = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(data).digest()[:4]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


class Signer(Protocol):
    """What signs: a key in memory here, a token behind PKCS#11 in `keys`."""

    @property
    def vkey(self) -> VerifierKey:
        """The public half."""

    def raw_sign(self, message: bytes) -> bytes:
        """Return 64 bytes of Ed25519 signature."""


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key in memory."""

    name: str
    kind: int
    seed: bytes

    @property
    def vkey(self) -> VerifierKey:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return VerifierKey(self.name, self.kind, public.public_bytes_raw())

    def raw_sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of `message`."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.seed).decode()
        return f"{_PRIVATE}{self.name}+{self.vkey.key_id.hex()}+{key}"

    def __repr__(self) -> str:
        return f"PrivateKey({self.name!r})"


@dataclass(frozen=True, slots=True)
class Signature:
    """One verified signature line."""

    key: VerifierKey
    timestamp: int | None
    """POSIX second of a cosignature; None for a log's own signature, which carries no time."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures on it that the given keys made."""

    text: str
    signatures: tuple[Signature, ...]


def generate(name: str, kind: int = ED25519) -> PrivateKey:
    """Make a new private key."""
    _check_name(name)
    return PrivateKey(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier key.

    Raises:
        NoteError: malformed, of an unknown type, or its id does not fit.
    """
    key = VerifierKey(*_key_parts(text))
    _check_id(text, key)
    return key


def parse_skey(text: str) -> PrivateKey:
    """Read a private key.

    Raises:
        NoteError: malformed, of an unknown type, or its id does not fit.
    """
    text = text.strip()
    if not text.startswith(_PRIVATE):
        raise NoteError("not a private key of a signed note")
    text = text.removeprefix(_PRIVATE)
    key = PrivateKey(*_key_parts(text))
    _check_id(text, key.vkey)
    return key


def sign(text: str, skey: str) -> str:
    """Return the note of one signature over `text`, which must end in a newline."""
    return sign_with(text, parse_skey(skey))


def sign_with(text: str, signer: Signer) -> str:
    """Return the note of one signature by a signer of the log kind."""
    _check_text(text)
    if signer.vkey.kind != ED25519:
        raise NoteError("a witness's key signs no notes of its own")
    return f"{text}\n{_line(signer.vkey, signer.raw_sign(text.encode()))}"


def cosign(note: str, skey: str, timestamp: int) -> str:
    """Return the note with a witness's signature line added.

    `timestamp` is the POSIX second of signing. The caller has verified the note before.
    """
    key = parse_skey(skey)
    if key.kind != COSIGNATURE:
        raise NoteError("a witness signs with a key of type 0x04")
    text, _ = split(note)
    signature = key.raw_sign(cosigned_message(text, timestamp))
    return note + _line(key.vkey, timestamp.to_bytes(8, "big") + signature)


def cosigned_message(text: str, timestamp: int) -> bytes:
    """Return the bytes that a witness signs for a note's text."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def verify(text: str, vkeys: Sequence[str]) -> Note:
    """Return the note when a given key signed it; lines of unknown keys are ignored.

    Raises:
        NoteError: malformed, no signature of a given key, or one that fails.
    """
    body, lines = split(text)
    known = {(key.name, key.key_id): key for key in map(parse_vkey, vkeys)}
    seen: dict[tuple[str, bytes], Signature] = {}
    for line in lines:
        name, data = parse_line(line)
        place = (name, data[:4])
        if place in known and place not in seen:
            seen[place] = _verified(known[place], body, data[4:])
    if not seen:
        raise NoteError("no signature by a given key")
    return Note(body, tuple(seen.values()))


def split(note: str) -> tuple[str, list[str]]:
    """Split a note into its text and its signature lines, unverified.

    Raises:
        NoteError: malformed or too large.
    """
    if len(note) > LARGEST_NOTE:
        raise NoteError("a note of more than a million characters")
    _check_characters(note)
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise NoteError("not a signed note: no blank line before signatures")
    lines = signatures[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError(f"{len(lines)} signatures")
    for line in lines:
        parse_line(line)
    return text + "\n", lines


def parse_line(line: str) -> tuple[str, bytes]:
    """Split a signature line into its name and its bytes (key id first)."""
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    data = decode64(encoded)
    if not line.startswith(_MARK) or not space or len(data) < 5:
        raise NoteError("a malformed signature line")
    _check_name(name)
    return name, data


def decode64(text: str) -> bytes:
    """Decode standard base64 that is spelled canonically.

    Raises:
        NoteError: anything else.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("malformed base64") from error
    if base64.b64encode(data).decode() != text:
        raise NoteError("base64 that is not canonical")
    return data


def _verified(key: VerifierKey, text: str, data: bytes) -> Signature:
    timestamp, message = None, text.encode()
    if key.kind == COSIGNATURE:
        timestamp, data = int.from_bytes(data[:8], "big"), data[8:]
        message = cosigned_message(text, timestamp)
        if timestamp >= 1 << 63:
            raise NoteError("a cosignature's time beyond 2^63")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(data, message)
    except (InvalidSignature, ValueError) as error:
        raise NoteError(f"the signature of {key.name} fails") from error
    return Signature(key, timestamp)


def _line(key: VerifierKey, data: bytes) -> str:
    return f"{_MARK}{key.name} {base64.b64encode(key.key_id + data).decode()}\n"


def _key_parts(text: str) -> tuple[str, int, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise NoteError("a key has three parts, joined by +")
    _check_name(parts[0])
    data = decode64(parts[2])
    if len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
        raise NoteError("not an Ed25519 key of type 0x01 or 0x04")
    return parts[0], data[0], data[1:]


def _check_id(text: str, key: VerifierKey) -> None:
    if text.split("+", 2)[1] != key.key_id.hex():
        raise NoteError("the key's id does not fit the key")


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise NoteError("a key's name is empty or holds a space or a plus")
    _check_characters(name)


def _check_characters(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteError("a lone surrogate is not Unicode text") from error
    if any(character < " " and character != "\n" for character in text):
        raise NoteError("a control character")


def _check_text(text: str) -> None:
    _check_characters(text)
    if not text.endswith("\n"):
        raise NoteError("a note's text ends in a newline")
