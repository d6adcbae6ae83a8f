"""Checkpoints (c2sp.org/tlog-checkpoint) and proofs of single leaves (c2sp.org/tlog-proof)."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import merkle, note
from .merkle import ProofError
from .note import NoteError

HEADER = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
MOST_HASHES = 64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head of a log: that many leaves, under that root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        root = base64.b64encode(self.root).decode()
        return "\n".join([self.origin, str(self.size), root, *self.extensions]) + "\n"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A leaf's place and its path to the root of the checkpoint it carries."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    """A signed note, verbatim."""

    extra: bytes = b""
    """Opaque and not authenticated."""

    def __str__(self) -> str:
        lines = [HEADER]
        if self.extra:
            lines.append("extra " + base64.b64encode(self.extra).decode())
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(value).decode() for value in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint, without its signatures.

    Raises:
        NoteError: malformed.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise NoteError("a checkpoint has at least three lines, none empty, and ends in a newline")
    root = note.decode64(lines[2])
    if len(root) != merkle.HASH_SIZE:
        raise NoteError(f"a checkpoint's root of {len(root)} bytes")
    return Checkpoint(lines[0], parse_number(lines[1]), root, tuple(lines[3:]))


def open_checkpoint(signed: str, vkeys: Sequence[str], origin: str | None = None) -> Checkpoint:
    """Verify a signed checkpoint and read it; with `origin`, it must be that log's.

    Raises:
        NoteError: malformed, of another log, or not signed by a given key.
    """
    head = parse_checkpoint(note.verify(signed, vkeys).text)
    if origin is not None and head.origin != origin:
        raise NoteError(f"a checkpoint of {head.origin} instead of {origin}")
    return head


def parse(text: str) -> TlogProof:
    """Read a tlog-proof, unverified.

    Raises:
        NoteError: malformed.
    """
    top, blank, checkpoint = text.partition("\n\n")
    lines = top.split("\n")
    if not blank or lines.pop(0) != HEADER:
        raise NoteError("not a tlog-proof of version 1")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = note.decode64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise NoteError("a tlog-proof without index")
    index = parse_number(lines.pop(0).removeprefix("index "))
    hashes = tuple(note.decode64(line) for line in lines)
    if len(hashes) > MOST_HASHES or any(len(value) != merkle.HASH_SIZE for value in hashes):
        raise NoteError("a tlog-proof with something that is no hash")
    note.split(checkpoint)
    return TlogProof(index, hashes, checkpoint, extra)


def verify(text: str, leaf: bytes, vkeys: Sequence[str], origin: str | None = None) -> Checkpoint:
    """Check a tlog-proof for a leaf's content and return the checkpoint that covers it.

    Raises:
        NoteError: malformed or not signed by a given key.
        ProofError: signed, but the leaf is not at its place.
    """
    proof = parse(text)
    head = open_checkpoint(proof.checkpoint, vkeys, origin)
    merkle.verify_inclusion(proof.index, head.size, merkle.leaf_hash(leaf), proof.hashes, head.root)
    return head


def parse_number(text: str) -> int:
    """Read a decimal number without sign or leading zeros, below 10^19.

    Raises:
        NoteError: anything else.
    """
    if not _NUMBER.fullmatch(text):
        raise NoteError("not a decimal number in its shortest form")
    return int(text)


__all__ = ["Checkpoint", "ProofError", "TlogProof", "open_checkpoint", "parse", "verify"]
