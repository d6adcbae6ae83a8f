"""Hashes many files; also as a small process of its own: `python -I -S rehash.py FOLDER`.

Python lets one thread at a time run, so many small files are hashed by children. Each line of
input names files of the folder, separated by spaces; each line of output gives for each its
SHA-256, or `!` and the number of the system's error.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

_CHUNK = 1 << 20


@contextmanager
def child(folder: str) -> Iterator[Callable[[Sequence[str]], list[str]]]:
    """Hash by a child process, which ends with the block."""
    from subprocess import PIPE, Popen  # the child itself starts sooner without

    command = [sys.executable, "-I", "-S", __file__, folder]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:  # noqa: S603 - ourselves
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def ask(paths: Sequence[str]) -> list[str]:
            print(*paths, file=questions, flush=True)
            found = answers.readline().split()
            if len(found) != len(paths):
                raise OSError("the process that hashes has ended")
            return [_worded(answer) for answer in found]

        yield ask


@contextmanager
def here(folder: str) -> Iterator[Callable[[Sequence[str]], list[str]]]:
    """Hash in this process: reading and hashing large files let go of Python's lock."""
    buffer = memoryview(bytearray(_CHUNK))
    yield lambda paths: [_worded(_answer(f"{folder}/{path}", buffer)) for path in paths]


def _worded(answer: str) -> str:
    return f"!{os.strerror(int(answer[1:]))}" if answer.startswith("!") else answer


def _answer(path: str, buffer: memoryview) -> str:
    try:
        return _digest(path, buffer)
    except OSError as error:
        return f"!{error.errno}"


def _digest(path: str, buffer: memoryview) -> str:
    """Hash a file with as few calls as it takes: most objects fit the buffer."""
    handle = os.open(path, os.O_RDONLY)
    try:
        count = os.readv(handle, [buffer])
        total = sha256(buffer[:count])
        while count == len(buffer):
            count = os.readv(handle, [buffer])
            total.update(buffer[:count])
    finally:
        os.close(handle)
    return total.hexdigest()


def main(folder: str) -> None:
    """Answer line by line until the input ends."""
    buffer = memoryview(bytearray(_CHUNK))
    for line in sys.stdin:
        print(*(_answer(f"{folder}/{path}", buffer) for path in line.split()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
