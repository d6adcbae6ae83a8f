"""Reads files of strangers in a child process with limits of memory and time.

What breaks the reader, or makes it run on and on, ends the child and not the program.
"""

import resource
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from threading import Lock
from typing import Any, TypeVar

from recovery.kernel.children import Children
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _

R = TypeVar("R")

MEMORY = 2 << 30
SECONDS = 60

_one_at_a_time = Lock()
"""What waits for its turn has not begun, so that its time is not counted."""


def limit_child() -> None:
    """Bound the memory of this child, and let it write no large file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


_child = Children(1, prepare=limit_child, tasks=200)


def run(function: Callable[..., R], *arguments: Any) -> R:
    """Return what `function` of a module answers in the child.

    Raises:
        RuleViolation: it took too long or too much memory.
    """
    with _one_at_a_time:
        try:
            return _child.submit(function, *arguments).result(timeout=SECONDS)
        except (BrokenProcessPool, MemoryError, TimeoutError) as error:
            _child.discard()
            raise RuleViolation(_("文件无法在限定的时间和内存内读取。")) from error
