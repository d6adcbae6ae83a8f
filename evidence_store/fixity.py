"""Re-hashing of stored objects, on all cores."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

from .findings import Finding
from .storage import Hasher, Storage

WORKERS = os.cpu_count() or 1
_LARGEST = 1_000
"""Objects that are handed out at once."""


def check_objects(storage: Storage, workers: int = WORKERS) -> Iterator[Finding]:
    """Hash every object of a store and yield those that differ from their name."""
    return check_paths(storage, list(storage.names("objects")), workers)


def check_paths(
    storage: Storage, paths: Sequence[str], workers: int = WORKERS
) -> Iterator[Finding]:
    """Hash the objects at these paths and yield those that differ from their name."""
    idle: SimpleQueue[Hasher] = SimpleQueue()
    with ExitStack() as opened, ThreadPoolExecutor(workers) as pool:
        for _ in range(workers):
            idle.put(opened.enter_context(storage.hasher(len(paths))))

        def check(batch: Sequence[str]) -> list[Finding]:
            hasher = idle.get()
            try:
                return _differences(batch, hasher(batch))
            finally:
                idle.put(hasher)

        for findings in pool.map(check, _batches(paths, workers)):
            yield from findings


def _batches(paths: Sequence[str], workers: int) -> Iterator[Sequence[str]]:
    """Yield large batches first, so that nobody waits to be asked; then ever smaller ones.

    So all workers end at about the same time, and of few objects each gets a share.
    """
    start = 0
    while left := len(paths) - start:
        end = start + max(1, min(_LARGEST, left // (4 * workers)))
        yield paths[start:end]
        start = end


def _differences(paths: Sequence[str], found: Sequence[str]) -> list[Finding]:
    findings = []
    for path, digest in zip(paths, found, strict=True):
        if path == f"objects/{digest[:2]}/{digest[2:]}":
            continue
        if digest.startswith("!"):
            meaning = f"its content is lost: {digest[1:]}"
            findings.append(Finding("object unreadable", path, meaning))
        else:
            meaning = f"its content now has SHA-256 {digest}; restore it from another copy"
            findings.append(Finding("object altered", path, meaning))
    return findings
