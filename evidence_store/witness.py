"""A witness: remembers the last head of a log that it saw and cosigns only what continues it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import foreign, keys, leaves, merkle, note, proof
from .findings import Finding
from .keys import KeyRing
from .leaves import LeafError
from .note import NoteError, PrivateKey
from .proof import Checkpoint
from .replay import Replay
from .storage import Reader
from .tiles import TileReader
from .tree import HashTree


class Refused(Exception):
    """The log is not what it was; carries the two signed heads that show it, where there are."""

    def __init__(self, reason: str, evidence: str = "") -> None:
        super().__init__(reason)
        self.evidence = evidence


@dataclass(frozen=True, slots=True)
class State:
    """What a witness remembers between runs."""

    vkeys: tuple[str, ...]
    """The key that the log had in use at the last run, or those that were given."""

    checkpoint: str
    """The last signed head that it cosigned; empty before the first."""


def load_key(path: Path) -> PrivateKey:
    """Return a witness's key from its file; a key of the log kind serves with its own seed.

    Raises:
        NoteError: absent, malformed, or readable by others.
    """
    signer = keys.load(f"file:{path}")
    assert isinstance(signer, PrivateKey)
    return PrivateKey(signer.name, note.COSIGNATURE, signer.seed)


def witness(
    reader: Reader, key: PrivateKey, state_path: Path, *, vkeys: list[str], now: int
) -> str:
    """Check that the log continues the head last seen, remember the new one and cosign it.

    `vkeys` pins the log's keys; without them those that the log shows at the first run are taken
    over, and the caller should compare them. `now` is a POSIX second. The state is written and
    synced before the cosignature is given away.

    Raises:
        Refused: a rollback, a fork, an inconsistent head, or leaves that break a stream or map.
        NoteError: the head is not signed by a pinned key.
    """
    with _locked(state_path):
        state = _read_state(state_path)
        trusted, ring = _trusted(reader, state, vkeys)
        if key.vkey.public in {note.parse_vkey(vkey).public for vkey in trusted}:
            raise NoteError("this is a key of the log itself, no witness's")
        head, signed = foreign.open_head(reader, trusted)
        if ring is not None:  # a revoked key does not count for heads after its day
            proof.open_checkpoint(signed, ring.vkeys(head.size))
        if state is not None and state.checkpoint:
            both = f"{state.checkpoint}\n{signed}"
            _check_continues(reader, proof.open_checkpoint(state.checkpoint, trusted), head, both)
        _replay(reader, head, ring)
        # Only the key in use announces the next one: not one that was replaced, or revoked.
        following = trusted if ring is None else [ring.keys[-1].vkey]
        _write_state(state_path, State(tuple(following), signed))
    return note.cosign(signed, str(key), now)


def _trusted(
    reader: Reader, state: State | None, vkeys: list[str]
) -> tuple[list[str], KeyRing | None]:
    """Return the keys to trust: pinned ones, and those of the ring that a pinned key signed."""
    pinned = [*(state.vkeys if state is not None else ()), *vkeys]
    data = reader.read("keys")
    if data is None:
        if not pinned:
            raise NoteError("the log shows no keys; give its verifier key with --vkey")
        return pinned, None
    try:
        ring = keys.parse_ring(data.decode(), pinned or None)
    except NoteError as error:
        raise NoteError(
            f"the log's ring of keys: {error}; after several rotations pin its key with --vkey"
        ) from error
    return ring.vkeys(), ring


def _check_continues(reader: Reader, old: Checkpoint, head: Checkpoint, both: str) -> None:
    """Compare two verified heads; `both` are the notes that show what is wrong."""
    if head.origin != old.origin:
        raise Refused(f"this is the log {head.origin}, not {old.origin}")
    if head.size < old.size:
        raise Refused(f"rollback: {old.size} leaves were signed before, now {head.size}", both)
    if head.size == old.size and head.root != old.root:
        raise Refused(f"fork: two roots were signed for {head.size} leaves", both)
    try:
        path = TileReader(reader, head.size).consistency(old.size)
        merkle.verify_consistency(old.size, head.size, old.root, head.root, path)
    except ValueError as error:
        reason = f"the head of {head.size} leaves does not continue that of {old.size}: {error}"
        raise Refused(reason, both) from error


def _replay(reader: Reader, head: Checkpoint, ring: KeyRing | None) -> None:
    """Check every leaf against the head; leaves of this library's form also among themselves.

    A log that shows a `ring` of keys is of this library: all its leaves must be.
    """
    if head.size == 0:
        return
    try:
        tree, findings = foreign.load_tree(reader, head)
        for finding in [*findings, *_leaves(TileReader(reader, head.size), tree, ring)]:
            raise Refused(str(finding))
    except ValueError as error:
        raise Refused(f"the log cannot be read: {error}") from error


def _leaves(source: TileReader, tree: HashTree, ring: KeyRing | None) -> Iterator[Finding]:
    replay: Replay | None = Replay()
    for index, data in source.entries():
        if merkle.leaf_hash(data) != tree.leaf(index):
            yield Finding("entry altered", f"leaf {index}", "it is not the one in the tree")
        if replay is None:
            continue
        try:
            yield from replay.feed(leaves.read(index, data))
        except LeafError as error:
            replay = None
            if index or ring:  # otherwise it is a log of another kind from its first leaf on
                yield Finding("leaf malformed", f"leaf {index}", str(error))


def _read_state(path: Path) -> State | None:
    text = path.read_text("utf-8")
    if not text:
        return None
    try:
        row = json.loads(text)
        return State(tuple(row["vkeys"]), row["checkpoint"])
    except (ValueError, KeyError, TypeError) as error:
        raise NoteError(f"the state file {path} is damaged: {error}") from error


def _write_state(path: Path, state: State) -> None:
    """Write beside, sync and rename: a witness that forgets could be led to cosign a fork."""
    row = {"v": 1, "vkeys": state.vkeys, "checkpoint": state.checkpoint}
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(row, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one witness at a time use a state file, which is made if absent."""
    path.touch(mode=0o600, exist_ok=True)
    handle = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
