"""Children follow one another, and one that hangs or dies takes nothing with it."""

import os
import signal
import subprocess
import sys
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


PARENT = """
from recovery.kernel.children import Children
from tests.kernel.test_children import nothing, pid
import time
if __name__ == "__main__":
    print(Children(1, prepare=nothing, tasks=9).submit(pid).result(30), flush=True)
    time.sleep(60)
"""


def test_children_end_with_a_parent_that_is_killed() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    for _try in range(100):
        if not is_running(child):
            break
        time.sleep(0.1)
    assert not is_running(child)


def is_running(process: int) -> bool:
    """Tell whether there is such a process that has not ended."""
    done = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()[:1] not in ("", "Z")
