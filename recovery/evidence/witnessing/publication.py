"""The log as others read it: heads, keys and tiles (c2sp.org/tlog-tiles), and nothing private.

A leaf holds digests, salted stream ids and pseudonyms; no name, number or amount.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from evidence_store import note
from evidence_store.proof import parse_checkpoint
from evidence_store.store import Store
from evidence_store.tiles import TileError, bundles_of, parse_path, tiles_of

VARIABLE = "RECOVERY_LOG_PUBLIC"
NAMED = frozenset({"checkpoint", "keys"})


def is_public() -> bool:
    """Tell whether this installation shows its log to everyone."""
    return os.environ.get(VARIABLE) == "on"


def published(store: Store, path: str) -> bytes | None:
    """Return a file of the published log; None where there is none of this name."""
    if path not in NAMED:
        try:
            parse_path(path)
        except TileError:
            return None
    return store.storage.read(path)


def cosigners(store: Store, size: int) -> list[str]:
    """Return the key names of those who signed a head beside the log itself."""
    own = set(note.split(store.head(size))[1])
    lines = [line for line in note.split(store.cosigned_head(size))[1] if line not in own]
    return [note.parse_line(line)[0] for line in lines]


def publish(store: Store, folder: Path) -> int:
    """Copy the published log to a folder that a witness or a web server reads; return its leaves.

    Tiles that are there are kept; the head goes last, so that a reader finds what it names.
    """
    head = store.head()
    size = parse_checkpoint(head.rpartition("\n\n")[0] + "\n").size
    for path in _tiles(size):
        target = folder / path
        if not target.exists():
            _write(target, store.storage.read(path) or b"")
    _write(folder / "keys", store.storage.read("keys") or b"")
    _write(folder / "checkpoint", head.encode())
    return size


def _tiles(size: int) -> Iterator[str]:
    for tile in [*tiles_of(size), *bundles_of(size)]:
        yield tile.path


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(target.name + ".new")
    beside.write_bytes(data)
    beside.replace(target)
