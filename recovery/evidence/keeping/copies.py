"""The second copy of the store: `RECOVERY_BLOB_COPY` (file:// or s3://), kept up to date by a job.

Objects and what the log cannot do without are copied; nothing private is. A copy never brings
back what was erased: erasures reach it too.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from evidence_store.storage import GROUP, Storage, connect, object_path
from recovery.evidence.house import house_store
from recovery.evidence.keeping.hashing import hash_object
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _

VARIABLE = "RECOVERY_BLOB_COPY"

LOG_FOLDERS = ("commits", "checkpoints", "tokens", "cosignatures")
"""Folders whose files are written once."""

LOG_FILES = ("keys", "checkpoint")
"""Files that are replaced."""

PREFIXES = tuple(f"{number:02x}" for number in range(256))


@dataclass(slots=True)
class Mirrored:
    """What a run of the copy job did."""

    objects: int = 0
    bytes: int = 0
    log_files: int = 0
    damaged: int = 0
    """Objects not copied because they are not what their name says."""


def second_store() -> Storage | None:
    """Return where the second copy is; None: none is configured."""
    url = os.environ.get(VARIABLE)
    return connect(url) if url else None


def mirror(copy: Storage, check: Callable[[], None]) -> Mirrored:
    """Copy to the second store what it lacks; `check` is called between groups and may raise."""
    store, done = house_store().storage, Mirrored()
    for prefix in PREFIXES:
        folder = f"objects/{prefix}"
        missing = sorted(set(store.names(folder)) - set(copy.names(folder)))
        for start in range(0, len(missing), GROUP):
            check()
            _copy_group(store, copy, missing[start : start + GROUP], done)
    for path in _missing_log_files(store, copy):
        done.log_files += copy.create(path, store.read(path) or b"")
    for path in LOG_FILES:
        data = store.read(path)
        if data is not None and data != copy.read(path):
            copy.replace(path, data)
    return done


def _copy_group(store: Storage, copy: Storage, paths: Sequence[str], done: Mirrored) -> None:
    """Copy what is whole; nothing of the copy is ever deleted for what the store holds."""
    # Hashed before it is copied: a damaged one would land under the name of another object, of
    # which the copy may hold the last sound one.
    sound = [path for path in paths if hash_object(store, path)[0] is None]
    done.damaged += len(paths) - len(sound)
    with ExitStack() as stack:
        sources = [stack.enter_context(store.open(path)) for path in sound]
        kept = copy.put_objects(sources)
    done.objects += len(kept)
    done.bytes += sum(info.size for info in kept)


def _missing_log_files(store: Storage, copy: Storage) -> Iterator[str]:
    for folder in LOG_FOLDERS:
        there = set(copy.names(folder))
        yield from sorted(path for path in store.names(folder) if path not in there)


def open_copy(sha256: str) -> BinaryIO:
    """Open an object of the second store.

    Raises:
        NotFound: no second store is configured, or it does not hold the object.
    """
    copy = second_store()
    if copy is None:
        raise NotFound(_("没有配置第二份存储（RECOVERY_BLOB_COPY）。"))
    try:
        return copy.open(object_path(sha256))
    except FileNotFoundError as error:
        raise NotFound(_("第二份存储中没有这个文件。")) from error
