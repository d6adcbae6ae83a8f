"""Re-hashing of stored objects, on all cores."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain, islice
from queue import SimpleQueue

from .findings import Finding
from .storage import Hasher, Storage

WORKERS = os.cpu_count() or 1
_BATCH = 64
_FEW = 1_024


def check_objects(storage: Storage, workers: int = WORKERS) -> Iterator[Finding]:
    """Hash every object of a store and yield those that differ from their name."""
    paths = storage.names("objects")
    # So few that each worker gets a share; where there are more, their names are read meanwhile.
    first = list(islice(paths, _FEW))
    size = max(1, min(_BATCH, len(first) // (4 * workers)))
    idle: SimpleQueue[Hasher] = SimpleQueue()
    with ExitStack() as opened, ThreadPoolExecutor(workers) as pool:
        for _ in range(workers):
            idle.put(opened.enter_context(storage.hasher(len(first))))

        def check(batch: Sequence[str]) -> list[Finding]:
            hasher = idle.get()
            try:
                return _differences(batch, hasher(batch))
            finally:
                idle.put(hasher)

        for findings in pool.map(check, _batches(chain(first, paths), size)):
            yield from findings


def _batches(paths: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(paths, size)):
        yield batch


def _differences(paths: Sequence[str], found: Sequence[str]) -> list[Finding]:
    findings = []
    for path, digest in zip(paths, found, strict=True):
        if digest.startswith("!"):
            meaning = f"its content is lost: {digest[1:]}"
            findings.append(Finding("object unreadable", path, meaning))
        elif path != f"objects/{digest[:2]}/{digest[2:]}":
            meaning = f"its content now has SHA-256 {digest}; restore it from another copy"
            findings.append(Finding("object altered", path, meaning))
    return findings
