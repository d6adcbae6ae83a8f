"""Reads files of strangers in a child process with limits of memory and time.

What breaks the reader, or makes it run on and on, ends the child and not the program.
"""

import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Lock
from typing import Any, TypeVar

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _

R = TypeVar("R")

MEMORY = 2 << 30
SECONDS = 60
FILES_PER_CHILD = 200

_lock = Lock()
_pools: list[ProcessPoolExecutor] = []


def limit_child() -> None:
    """Bound the memory of this child, and let it write no large file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(function: Callable[..., R], *arguments: Any) -> R:
    """Return what `function` of a module answers in the child.

    Raises:
        RuleViolation: it took too long or too much memory.
    """
    with _lock:
        try:
            return _pool().submit(function, *arguments).result(timeout=SECONDS)
        except (BrokenProcessPool, MemoryError, TimeoutError) as error:
            _discard()
            raise RuleViolation(_("文件无法在限定的时间和内存内读取。")) from error


def _pool() -> ProcessPoolExecutor:
    """Return the child of this process, started at the first file."""
    if not _pools:
        _pools.append(
            ProcessPoolExecutor(
                1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=limit_child,
                max_tasks_per_child=FILES_PER_CHILD,
            )
        )
    return _pools[0]


def _discard() -> None:
    """End a child that hangs or was ended; the next file starts a new one."""
    while _pools:
        pool = _pools.pop()
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
