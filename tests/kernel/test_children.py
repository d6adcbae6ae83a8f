"""Children follow one another, and one that hangs or dies takes nothing with it."""

import os
import time
from concurrent.futures.process import BrokenProcessPool

import pytest

from recovery.kernel.children import Children


def nothing() -> None:
    """Prepare nothing."""


def pid() -> int:
    """Say which child this is."""
    return os.getpid()


def late() -> int:
    """Answer when others have long been asked."""
    time.sleep(1)
    return os.getpid()


def test_after_its_tasks_a_pool_is_followed_and_finishes_what_it_was_given() -> None:
    children = Children(1, prepare=nothing, tasks=2)
    first, last = children.submit(pid), children.submit(late)
    other = children.submit(pid)
    assert other.result(30) != first.result(30)
    assert last.result(30) == first.result(30)
    assert len({children.submit(pid).result(30) for _ in range(9)}) >= 4


def test_a_dead_child_is_told_and_the_next_act_has_a_new_one() -> None:
    children = Children(1, prepare=nothing, tasks=100)
    with pytest.raises(BrokenProcessPool):
        children.submit(os._exit, 1).result(30)
    children.discard()
    assert children.submit(pid).result(30)


def test_a_child_that_hangs_in_a_retired_pool_is_ended_too() -> None:
    children = Children(1, prepare=nothing, tasks=1)
    hanging = children.submit(time.sleep, 600)
    children.submit(pid).result(30)
    children.discard()
    with pytest.raises(BrokenProcessPool):
        hanging.result(30)
