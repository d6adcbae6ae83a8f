"""Who hashes the files of a folder: this process, or children beside it.

Python lets one thread at a time run, so many small files are hashed by children.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from subprocess import PIPE, Popen

from . import rehash
from .storage import Hasher


@contextmanager
def child(folder: str) -> Iterator[Hasher]:
    """Hash by a child process, which ends with the block."""
    command = [sys.executable, "-I", "-S", rehash.__file__, folder]
    with Popen(command, stdin=PIPE, stdout=PIPE) as process:  # noqa: S603 - ourselves
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def ask(paths: Sequence[str]) -> list[str]:
            questions.write((" ".join(paths) + "\n").encode())
            questions.flush()
            found = answers.readline().decode().split()
            if len(found) != len(paths):
                raise OSError("the process that hashes has ended")
            return _worded(found)

        yield ask


@contextmanager
def here(folder: str) -> Iterator[Hasher]:
    """Hash in this process: reading and hashing large files let go of Python's lock."""
    buffer = rehash.new_buffer()
    yield lambda paths: _worded([rehash.answer(f"{folder}/{path}", buffer) for path in paths])


def _worded(answers: list[str]) -> list[str]:
    """Say what the numbers of errors mean."""
    return [f"!{os.strerror(int(one[1:]))}" if one[0] == "!" else one for one in answers]
