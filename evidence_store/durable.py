"""Files that survive a power cut: written, synced, then named; and folders for unfinished ones."""

import ctypes
import fcntl
import os
import secrets
import shutil
import weakref
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from .storage import ObjectInfo, chunks

_syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
_FEW = 4
"""Up to this many files are synced one by one; more share one sync of the file system."""


class WritingFolder:
    """A folder for unfinished files, locked as long as its process lives."""

    def __init__(self, base: Path) -> None:
        self.process = os.getpid()
        while True:
            self.path = base / f"w-{secrets.token_hex(8)}"
            self.path.mkdir(mode=0o700, parents=True)
            with suppress(FileNotFoundError):
                lease = os.open(self.path, os.O_RDONLY)
                fcntl.flock(lease, fcntl.LOCK_EX)
                if self.path.exists():  # not swept between its making and its lock
                    break
                os.close(lease)
        weakref.finalize(self, _give_up, self.process, self.path, lease)


def _give_up(process: int, path: Path, lease: int) -> None:
    """Remove the folder of this process; a forked one must not sweep its parent's."""
    if process == os.getpid():
        shutil.rmtree(path, ignore_errors=True)
        os.close(lease)


def sweep(base: Path) -> int:
    """Remove what writers that died left behind; return the number of their folders."""
    swept = 0
    for folder in base.glob("w-*"):
        with suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
                swept += 1
            except BlockingIOError:
                pass  # its writer lives
            finally:
                os.close(handle)
    return swept


def write_synced(folder: Path, data: bytes) -> Path:
    """Write a new read-only file and sync it; return its path."""
    path = folder / secrets.token_hex(8)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        write_all(handle, data)
        os.fsync(handle)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    return path


def copy_into(source: BinaryIO, folder: Path) -> tuple[int, Path, ObjectInfo]:
    """Copy a stream into a new read-only file, hashing on the way; leave it open for its sync."""
    path = folder / secrets.token_hex(8)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        digest, size = sha256(), 0
        for piece in chunks(source):
            digest.update(piece)
            write_all(handle, piece)
            size += len(piece)
    except BaseException:
        os.close(handle)
        path.unlink(missing_ok=True)
        raise
    return handle, path, ObjectInfo(digest.hexdigest(), size)


def write_all(handle: int, data: bytes) -> None:
    """Write everything: a single call may take only a part."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def sync_all(handles: Sequence[int], watch: int) -> None:
    """Sync open files or folders; many by one call for the whole file system where it exists."""
    if _syncfs is None or len(handles) <= _FEW:
        for handle in handles:
            os.fsync(handle)
    elif _syncfs(watch) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "syncfs")


def sync_files(paths: Sequence[Path], watch: int) -> None:
    """Sync closed files or folders as `sync_all` does."""
    if _syncfs is not None and len(paths) > _FEW:
        sync_all(range(len(paths)), watch)
        return
    for path in paths:
        sync_folder(path)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder, or the content of a file, durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
