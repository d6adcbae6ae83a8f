"""A store in a local folder: content is synced before it is named, names before success."""

import fcntl
import math
import os
import secrets
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from . import hashers
from .durable import (
    WritingFolder,
    copy_into,
    sweep,
    sync_all,
    sync_files,
    sync_folder,
    write_synced,
)
from .storage import GROUP, Hasher, ObjectInfo, StoreError, object_path, refuse_other

_FEW = 1_000
"""Up to so many objects the start of a child takes longer than it saves."""


def read_regular(path: Path, largest: float = math.inf) -> bytes | None:
    """Return the content of a regular file of at most `largest` bytes, None where there is none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > largest:
            return None
        with open(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


class LocalStorage:
    """Files below a root folder of mode 0700."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root)
        self._base = os.fspath(self.root)
        self._known: set[Path] = set()
        self._writer: WritingFolder | None = None
        self._starting = threading.Lock()

    def read(self, path: str) -> bytes | None:
        """Return the content, None when there is no such file; a FIFO or a device is none."""
        return read_regular(self._path(path))

    def open(self, path: str) -> BinaryIO:
        """Open a file for streaming."""
        return self._path(path).open("rb")

    def size(self, path: str) -> int | None:
        """Return the bytes of a regular file, None when there is none."""
        try:
            status = self._path(path).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def hasher(self, count: int) -> AbstractContextManager[Hasher]:
        """Hash by a child process, or in this one where that would take longer to start."""
        return hashers.child(self._base) if count > _FEW else hashers.here(self._base)

    def names(self, folder: str) -> Iterator[str]:
        """Yield the paths of all files under a folder."""
        top = len(self._base.rstrip("/")) + 1
        for place, _, names in os.walk(self._path(folder)):
            prefix = place[top:] + "/"
            yield from [prefix + name for name in names]

    def create(self, path: str, data: bytes) -> bool:
        """Write, sync, then link under its name, which never overwrites; then sync the folder."""
        target = self._path(path)
        self._make_folder(target.parent)
        if target.exists():
            sync_folder(target.parent)
            return False
        temporary = self._write(data)
        try:
            os.link(temporary, target)
            created = True
        except FileExistsError:
            created = False
        finally:
            temporary.unlink()
        sync_folder(target.parent)
        return created

    def replace(self, path: str, data: bytes) -> None:
        """Write, sync, rename over what was there, sync the folder."""
        target = self._path(path)
        self._make_folder(target.parent)
        temporary = self._write(data)
        try:
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)

    def replace_if(self, path: str, data: bytes, before: bytes | None) -> bool:
        """Replace what is known to be there."""
        if self.read(path) != before:
            return False
        self.replace(path, data)
        return True

    def write_group(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Write all, sync, rename all, sync."""
        folder = self._temporary_folder()
        watch = os.open(folder, os.O_RDONLY)
        named: list[tuple[Path, Path]] = []
        try:
            for path, data in files:
                target = self._path(path)
                self._make_folder(target.parent)
                named.append((folder / secrets.token_hex(8), target))
                named[-1][0].write_bytes(data)
            sync_files([temporary for temporary, _ in named], watch)
            for temporary, target in named:
                temporary.replace(target)
            sync_files(list({target.parent for _, target in named}), watch)
        finally:
            os.close(watch)
            for temporary, _ in named:
                temporary.unlink(missing_ok=True)

    def delete(self, path: str) -> None:
        """Remove a file and make its absence durable."""
        target = self._path(path)
        with suppress(FileNotFoundError):
            target.unlink()
            sync_folder(target.parent)

    def put_objects(self, sources: Sequence[BinaryIO]) -> list[ObjectInfo]:
        """Store streams under their SHA-256, in groups that share their syncs."""
        stored: list[ObjectInfo] = []
        for start in range(0, len(sources), GROUP):
            stored += self._put_group(sources[start : start + GROUP])
        return stored

    def replace_object(self, sha256: str, source: BinaryIO) -> None:
        """Copy, compare, sync, rename over what was there, sync the folder."""
        target = self._path(object_path(sha256))
        self._make_folder(target.parent)
        handle, temporary, info = copy_into(source, self._temporary_folder())
        try:
            try:
                refuse_other(info, sha256)
                os.fsync(handle)
            finally:
                os.close(handle)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)

    @contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        """Hold an advisory lock that ends with the process."""
        self._make_folder(self.root / "tmp")
        handle = os.open(self.root / "tmp" / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def sync(self, folder: str) -> None:
        """Make the names in a folder durable."""
        sync_folder(self._path(folder))

    def sweep(self) -> int:
        """Remove what writers that died left behind; return the number of their folders."""
        return sweep(self._path("tmp"))

    def _put_group(self, sources: Sequence[BinaryIO]) -> list[ObjectInfo]:
        folder = self._temporary_folder()
        written: list[tuple[Path, ObjectInfo]] = []
        watch = os.open(folder, os.O_RDONLY)  # opened first: syncfs reports errors since then
        try:
            handles = []
            try:
                for source in sources:
                    handle, path, info = copy_into(source, folder)
                    handles.append(handle)
                    written.append((path, info))
                sync_all(handles, watch)
            finally:
                for handle in handles:
                    os.close(handle)
            self._link_group(written, watch)
        finally:
            os.close(watch)
            for path, _ in written:
                path.unlink(missing_ok=True)
        return [info for _, info in written]

    def _link_group(self, written: Sequence[tuple[Path, ObjectInfo]], watch: int) -> None:
        self._make_object_folders()
        folders = set()
        for path, info in written:
            target = self._path(object_path(info.sha256))
            self._make_folder(target.parent)
            folders.add(target.parent)
            try:
                os.link(path, target)
            except FileExistsError:
                if target.stat().st_size != info.size:
                    raise StoreError(f"object {info.sha256} is damaged: its size differs") from None
        sync_files(list(folders), watch)

    def _make_object_folders(self) -> None:
        """Make all 256 at once: one sync instead of one for each."""
        objects = self.root / "objects"
        if objects / "ff" in self._known:
            return
        self._make_folder(objects / "00")  # which also learns which others are there
        missing = {objects / f"{number:02x}" for number in range(256)} - self._known
        for folder in missing:
            folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(objects)
        self._known |= missing

    def _write(self, data: bytes) -> Path:
        return write_synced(self._temporary_folder(), data)

    def _temporary_folder(self) -> Path:
        """Return this process's own folder; a process that was forked off makes another."""
        with self._starting:
            if self._writer is None or self._writer.process != os.getpid():
                self._writer = WritingFolder(self.root / "tmp")
            return self._writer.path

    def _make_folder(self, folder: Path) -> None:
        """Make a folder, and its name durable, even where someone else has just made it."""
        if folder in self._known:
            return
        if folder == self.root:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._known.add(folder)
            return
        self._make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        with os.scandir(folder.parent) as items:
            there = {folder.parent / item.name for item in items if item.is_dir()}
        sync_folder(folder.parent)
        self._known |= there

    def _path(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        if path.startswith("/") or ".." in parts or "\0" in path:
            raise StoreError(f"{path!r} leads out of the store")
        return self.root.joinpath(*parts)
