"""Re-hashing of stored objects, on several threads: hashing and reading let go of Python's lock."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

from .findings import Finding
from .storage import CHUNK, Storage

WORKERS = os.cpu_count() or 1
_BATCH = 64


def check_objects(storage: Storage, workers: int = WORKERS) -> Iterator[Finding]:
    """Hash every object of a store and yield those that differ from their name."""
    paths = sorted(storage.names("objects"))
    batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    with ThreadPoolExecutor(workers) as pool:
        for findings in pool.map(lambda batch: _check_batch(storage, batch), batches):
            yield from findings


def digest(storage: Storage, path: str, buffer: memoryview | None = None) -> str:
    """Return the SHA-256 of a file, read in pieces of a mebibyte."""
    buffer = memoryview(bytearray(CHUNK)) if buffer is None else buffer
    total = sha256()
    with storage.open(path) as file:
        while count := file.readinto(buffer):  # type: ignore[attr-defined]
            total.update(buffer[:count])
    return total.hexdigest()


def _check_batch(storage: Storage, paths: Sequence[str]) -> list[Finding]:
    buffer = memoryview(bytearray(CHUNK))
    findings = []
    for path in paths:
        name = path.removeprefix("objects/").replace("/", "")
        try:
            found = digest(storage, path, buffer)
        except OSError as error:
            findings.append(Finding("object unreadable", path, f"its content is lost: {error}"))
            continue
        if found != name:
            meaning = f"its content now has SHA-256 {found}; restore it from another copy"
            findings.append(Finding("object altered", path, meaning))
    return findings
