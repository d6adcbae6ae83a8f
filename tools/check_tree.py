"""Check what is in git: no package index's address, no path of one machine, nobody else's code."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 1_000_000
"""Bytes; nothing that people write here is larger."""

LOCKS = {"requirements.lock": "://", ".npmrc": "://", "package-lock.json": '"resolved"'}
"""File that pins packages -> what shows that it says where they are fetched from."""
INDEX = re.compile(r"://[\w.-]*(?:pypi|pythonhosted|npmjs|npmmirror|registry)[\w.-]*", re.I)
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|opt|home/\w+|Users/\w+|tmp/\w+)/[\w.]")
FOREIGN_NAME = re.compile(
    r"(^|/)(node_modules|vendor|third_party)/|\.min\.(js|css)$"
    r"|\.(ttf|otf|woff2?|whl|so|dll|jar|pyc|map)$"
)
FOREIGN_NOTICE = re.compile(r"@license\b|@preserve\b|\bCopyright (?:\(c\)|©|\d{4})", re.I)
CODE = {".py", ".js", ".css", ".html", ".sh"}
ITSELF = {"tools/check_tree.py"}


def tracked_files() -> list[str]:
    """Return the files that are in git or would be with the next `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file()]


def faults_of(name: str) -> Iterator[str]:
    """Yield what is wrong with one file."""
    path = ROOT / name
    if FOREIGN_NAME.search(name):
        yield "is someone else's or compiled; set-up must fetch or make it"
    if path.stat().st_size > LARGEST:
        yield f"is larger than {LARGEST} bytes"
        return
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return
    if path.name in LOCKS and LOCKS[path.name] in text:
        yield "holds an address; a lock holds names, versions and hashes"
    if name in ITSELF:
        return
    for number, line in enumerate(text.splitlines(), 1):
        yield from (f"line {number}: {fault}" for fault in faults_of_line(line, path.suffix))


def faults_of_line(line: str, suffix: str) -> Iterator[str]:
    """Yield what is wrong with one line of a file whose name ends in `suffix`."""
    if INDEX.search(line):
        yield "names a package index"
    if MACHINE.search(line):
        yield "names a path of one machine"
    if suffix in CODE and FOREIGN_NOTICE.search(line):
        yield "carries someone's notice: is this our code?"
    if suffix in {".js", ".css"} and len(line) > 1000:
        yield "looks minified"


def main() -> int:
    """Print every fault; return 1 when there is one."""
    faults = [f"{name}: {fault}" for name in tracked_files() for fault in faults_of(name)]
    print("\n".join(faults) if faults else "Nothing in git that does not belong there.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
