"""Runs a dossier's verifier within limits of memory and time; standard library only.

Started by its path as a process of its own: `bounded.py VERIFIER DOSSIER [OPTION]…`. The first
line of its output is the dossier's number as JSON, null when the file is no dossier; the
verifier's report follows. It writes no file.
"""

import json
import resource
import runpy
import sys
import zipfile
from pathlib import Path

MEMORY = 1 << 30
SECONDS = 60
MARKS = ("manifest.note", "manifest-sha256.txt", "verify.py", "bagit.txt")
LARGEST_NOTE = 1 << 20
NOT_A_DOSSIER = 3
TORN = 4
"""A zip whose directory cannot be read: cut short or damaged."""


def limit() -> None:
    """Bound memory and computing time, and forbid writing files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def number_of(path: str) -> str | None:
    """Return the number that a dossier states; blank when that is not to be read; None: no dossier.

    Only what one folder holds counts: a dossier lies in one folder of its zip.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            found = {name.split("/", 1)[1]: name for name in names if name.count("/") == 1}
            if not any(mark in found for mark in MARKS):
                return None
            if "manifest.note" not in found:
                return ""
            return _number_in(archive, found["manifest.note"])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return None


def is_torn(path: str) -> bool:
    """Tell whether a file begins as a zip does, but has no directory that can be read."""
    try:
        with Path(path).open("rb") as file:
            if file.read(4) != b"PK\x03\x04":
                return False
        zipfile.ZipFile(path).close()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return True
    return False


def _number_in(archive: zipfile.ZipFile, name: str) -> str:
    try:
        with archive.open(name) as file:
            lines = file.read(LARGEST_NOTE).decode("utf-8", "replace").split("\n")
    except Exception:  # torn or encrypted: the verifier says what is wrong with it
        return ""
    return lines[2][:80] if len(lines) > 2 else ""


def main() -> int:
    """Report the number, then run the verifier."""
    verifier, path, *options = sys.argv[1:]
    limit()
    number = number_of(path)
    print(json.dumps(number), flush=True)
    if number is None:
        return TORN if is_torn(path) else NOT_A_DOSSIER
    sys.argv = [verifier, path, "--json", *options]
    runpy.run_path(verifier, run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
