"""Re-hashing of stored objects, on several threads: hashing and reading let go of Python's lock."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

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


def _check_batch(storage: Storage, paths: Sequence[str]) -> list[Finding]:
    buffer = memoryview(bytearray(CHUNK))
    findings = []
    for path in paths:
        try:
            found = storage.digest(path, buffer)
        except OSError as error:
            findings.append(Finding("object unreadable", path, f"its content is lost: {error}"))
            continue
        if path != f"objects/{found[:2]}/{found[2:]}":
            meaning = f"its content now has SHA-256 {found}; restore it from another copy"
            findings.append(Finding("object altered", path, meaning))
    return findings
