"""Re-hashing of stored objects, on all cores."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

from .findings import Finding
from .storage import Hasher, Storage

WORKERS = os.cpu_count() or 1
_BATCH = 64


def check_objects(storage: Storage, workers: int = WORKERS) -> Iterator[Finding]:
    """Hash every object of a store and yield those that differ from their name."""
    paths = sorted(storage.names("objects"))
    size = max(1, min(_BATCH, len(paths) // (4 * workers)))
    batches = [paths[start : start + size] for start in range(0, len(paths), size)]
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

        for findings in pool.map(check, batches):
            yield from findings


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
