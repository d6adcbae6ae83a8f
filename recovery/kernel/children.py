"""Child processes for what may hang, break or eat memory: papers to print, strangers' files."""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from threading import Lock, Thread
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Children:
    """At most `count` processes, each begun with `prepare`, followed by new ones after `tasks`.

    The pool's own `max_tasks_per_child` is not used: with it a pool of Python 3.11 can wait for
    ever for a child that it never starts. So the whole pool is followed by a new one instead, and
    ends when it has finished what it was given.
    """

    def __init__(self, count: int, *, prepare: Callable[[], None], tasks: int) -> None:
        self._count, self._prepare, self._tasks = count, prepare, tasks
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._given = 0
        self._retired: list[BaseProcess] = []

    def submit(
        self, act: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs
    ) -> Future[Made]:
        """Begin `act`, a function of a module, in one of the children."""
        with self._lock:
            if self._given >= self._tasks:
                self._retire()
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(
                    self._count, mp_context=context, initializer=_begin, initargs=(self._prepare,)
                )
            self._given += 1
            return self._pool.submit(act, *args, **kwargs)

    def discard(self) -> None:
        """End children that hang or were ended; the next act starts new ones."""
        with self._lock:
            self._retire()
            for process in self._retired:
                process.kill()

    def _retire(self) -> None:
        """Let the pool end when it has finished what it was given; remember its children."""
        self._retired = [process for process in self._retired if process.is_alive()]
        if self._pool is not None:
            self._retired += (self._pool._processes or {}).values()
            self._pool.shutdown(wait=False)
        self._pool, self._given = None, 0


def _begin(prepare: Callable[[], None]) -> None:
    """Prepare a child, and let it end with its parent, also with one that is killed."""
    Thread(target=_end_with_parent, daemon=True).start()
    prepare()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
