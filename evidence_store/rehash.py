"""Hashes many files; also as a small process of its own: `python -I -S rehash.py FOLDER`.

Each line of input names files of the folder, separated by spaces; each line of output gives for
each its SHA-256, or `!` and the number of the system's error. It imports little: the start of a
process is a good part of the time that it saves.
"""

import os
import sys
from hashlib import sha256

_CHUNK = 1 << 20


def new_buffer() -> memoryview:
    """Return what files are read into, for one thread."""
    return memoryview(bytearray(_CHUNK))


def answer(path: str | bytes, buffer: memoryview) -> str:
    """Return the SHA-256 of a file, or `!` and the number of the error."""
    try:
        return _digest(path, buffer)
    except OSError as error:
        return f"!{error.errno}"


def _digest(path: str | bytes, buffer: memoryview) -> str:
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
    os.chdir(folder)
    buffer = new_buffer()
    for line in sys.stdin.buffer:
        found = " ".join([answer(path, buffer) for path in line.split()])
        sys.stdout.write(found + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
