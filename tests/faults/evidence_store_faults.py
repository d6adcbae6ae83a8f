"""Faults against the evidence store, with counts: `python tests/faults/evidence_store_faults.py`.

Each campaign returns how many faults it injected and what went wrong; nothing may. What this
machine does not permit is printed. `--short` runs a sample.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

sys.path.insert(0, str(Path(__file__).parents[2]))

from evidence_store import Store, note

CHILD = Path(__file__).with_name("evidence_store_child.py")
KEY = note.generate("log.example/faults")
CALLS = (
    "openat,write,fsync,syncfs,link,linkat,unlink,unlinkat,mkdir,mkdirat,rename,renameat,"
    "renameat2,flock,close,fchmod,lseek,read,newfstatat,getdents64"
)
FAULTS = {"EIO": "error=EIO", "ENOSPC": "error=ENOSPC", "SIGKILL": "signal=SIGKILL"}
FILES = 6


@dataclass
class Result:
    """What a campaign did and found."""

    name: str
    injected: int = 0
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.injected} injected, {len(self.broken)} broken promises"]
        return "\n".join([*lines, *(f"  {text}" for text in self.notes + self.broken[:20])])


class Unavailable(Exception):
    """This machine does not permit the campaign."""


class Campaign(Protocol):
    """Injects faults into a store below a folder: all of them, or a sample."""

    __name__: str

    def __call__(self, folder: Path, *, sample: int | None) -> Result:
        """Return what was injected and what broke."""


def promised(output: str) -> dict[str, str]:
    """Return the ids and digests of the complete lines that a child wrote."""
    return dict(re.findall(r"^registered (\w{32}) (\w{64})\n", output, re.MULTILINE))


def kept(folder: Path, promises: dict[str, str]) -> list[str]:
    """Return each promise that the store does not keep, and whatever is torn in it."""
    broken = []
    store = Store.open(str(folder))
    entries = list(store.leaves_from(0))
    known = Counter(entry.id for entry in entries)
    for place, digest in promises.items():
        if known[place] != 1:
            broken.append(f"{place} was reported and is {known[place]} times in the log")
        elif not store.has_object(digest):
            broken.append(f"{place} has no object")
    for entry in entries:
        if entry.kind == "file" and not store.has_object(entry.commitment):
            broken.append(f"leaf {entry.index} stands without its object")
    for finding in store.verify(full=True):
        # A head may be kept and not yet be the latest: signing again ends that.
        if finding.what != "checkpoint altered":
            broken.append(str(finding))
    return broken


def new_store(folder: Path) -> None:
    """Make a store with some leaves."""
    Store.create(str(folder), KEY.name, str(KEY))
    subprocess.run([sys.executable, CHILD, folder, "once", "2"], check=True, capture_output=True)


# System calls


def points(base: Path, work: Path) -> list[tuple[str, int]]:
    """Return each (system call, occurrence) of an ingest, after the start of Python."""
    shutil.copytree(base, work)
    trace = work.with_suffix(".trace")
    command = ["strace", "-o", str(trace), "-e", f"trace={CALLS},stat", sys.executable, str(CHILD)]
    subprocess.run([*command, str(work), "once", str(FILES)], check=True, capture_output=True)
    shutil.rmtree(work)
    seen: Counter[str] = Counter()
    found, started = [], False
    for line in trace.read_text("utf-8", "replace").splitlines():
        name = line.partition("(")[0]
        seen[name] += 1
        started = started or (
            CHILD.name not in line and re.match(r'\w*stat\w*\(.*"/", ', line) is not None
        )
        if started and name in CALLS.split(","):
            found.append((name, seen[name]))
    return found


def inject(base: Path, work: Path, point: tuple[str, int], fault: str) -> list[str]:
    """Run an ingest with one fault, look at what it left, retry, and look again."""
    shutil.copytree(base, work)
    name, number = point
    option = f"inject={name}:{FAULTS[fault]}:when={number}"
    traced = ["strace", "-o", "/dev/null", "-e", f"trace={name}", "-e", option]
    child = [sys.executable, str(CHILD), str(work), "once", str(FILES)]
    done = subprocess.run([*traced, *child], capture_output=True, check=False, text=True)
    broken = kept(work, promised(done.stdout))
    again = subprocess.run(child, capture_output=True, check=False, text=True)
    if again.returncode or len(promised(again.stdout)) != FILES:
        broken.append(f"the retry failed: {again.stderr[-300:]}")
    broken += kept(work, promised(again.stdout))
    broken += [str(finding) for finding in Store.open(str(work)).verify(full=True)]
    broken += [f"leftover {path}" for path in (work / "tmp").glob("w-*")]
    shutil.rmtree(work)
    return [f"{fault} at {name} #{number}: {text}" for text in broken]


def system_calls(folder: Path, *, sample: int | None) -> Result:
    """Fail every file system call of an ingest in each of three ways."""
    if shutil.which("strace") is None:
        raise Unavailable("strace is not on this machine")
    result = Result("system calls of an ingest")
    base = folder / "base"
    new_store(base)
    every = [(point, fault) for point in points(base, folder / "work") for fault in FAULTS]
    result.notes.append(f"{len(every) // 3} calls x {len(FAULTS)} faults")
    for point, fault in random.Random(1).sample(every, min(sample or len(every), len(every))):
        result.injected += 1
        result.broken += inject(base, folder / "work", point, fault)
    return result


# Kills


def kills(folder: Path, *, sample: int | None) -> Result:
    """Kill three writers of one store at random instants."""
    result, rng = Result("kills of three writers at once"), random.Random(2)
    base = folder / "killed"
    new_store(base)
    promises: dict[str, str] = {}
    for _ in range(sample or 40):
        command = [sys.executable, str(CHILD), str(base), "forever", "8"]
        writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
        time.sleep(rng.uniform(0.15, 0.6))
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            promises.update(promised(writer.communicate()[0]))
            result.injected += 1
    result.broken += kept(base, promises)
    Store.open(str(base)).checkpoint()
    result.broken += [str(finding) for finding in Store.open(str(base)).verify(full=True)]
    result.notes.append(f"{len(promises)} files were reported as registered")
    shutil.rmtree(base)
    return result


# Flips


def flips(folder: Path, *, sample: int | None) -> Result:
    """Turn single bits of every file of a store."""
    result, rng = Result("flipped bits in a store"), random.Random(3)
    base = folder / "flipped"
    new_store(base)
    store = Store.open(str(base))
    store.add_records("L1", [{"amount": "1.00"}])
    store.checkpoint_with_map()
    files = [path for path in sorted(base.rglob("*")) if path.is_file()]
    files = [path for path in files if "tmp" not in path.relative_to(base).parts]
    for path in files:
        data, name = path.read_bytes(), path.relative_to(base).as_posix()
        path.chmod(0o600)
        for bit in rng.sample(range(len(data) * 8), min(sample or 400, len(data) * 8)):
            wrong = bytearray(data)
            wrong[bit // 8] ^= 1 << bit % 8
            path.write_bytes(wrong)
            result.injected += 1
            if not any(name in text for text in _findings(base)):
                result.broken.append(f"{name}, bit {bit}, was not named")
        path.write_bytes(data)
    shutil.rmtree(base)
    return result


def _findings(base: Path) -> list[str]:
    try:
        return [str(finding) for finding in Store.open(str(base)).verify(full=True)]
    except ValueError as error:
        return [f"keys: {error}"]


# Power cuts


@contextmanager
def reflinks(folder: Path) -> Iterator[Path]:
    """Give a mounted XFS, on which a file can be copied as it is at one instant."""
    if shutil.which("mkfs.xfs") is None or shutil.which("mkfs.ext4") is None:
        raise Unavailable("mkfs.xfs or mkfs.ext4 is not on this machine")
    image, mount = folder / "xfs", folder / "reflinks"
    mount.mkdir()
    with image.open("wb") as file:
        file.truncate(4 << 30)
    try:
        _run("mkfs.xfs", "-q", "-m", "reflink=1", image)
        _run("mount", "-o", "loop", image, mount)
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"no loop mount: {error.stderr.strip()}") from error
    try:
        yield mount
    finally:
        _run("umount", mount)


@contextmanager
def disk(place: Path) -> Iterator[tuple[Path, Path]]:
    """Give a mounted ext4 and the file that is its disk."""
    image, mount = place / "disk", place / "mount"
    mount.mkdir()
    with image.open("wb") as file:
        file.truncate(64 << 20)
    _run("mkfs.ext4", "-q", image)
    _run("mount", "-o", "loop", image, mount)
    try:
        yield mount, image
    finally:
        _run("umount", mount)


def _run(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    return done.stdout


def power_cuts(folder: Path, *, sample: int | None) -> Result:
    """Copy the disk under a busy store at random instants, mount the copy and look at it."""
    result = Result("power cuts")
    count = sample or 40
    faked = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,syncfs"]
    faked += ["-e", "inject=fsync,syncfs:retval=0"]
    with reflinks(folder) as place:
        result.injected, result.broken = count, _cuts(place, count, prefix=[])
        controls = max(3, count // 4)
        control = _cuts(place, controls, prefix=faked)
    failed = len({text.partition(":")[0] for text in control})
    result.notes.append(f"control with every sync left out: {failed} of {controls} lose something")
    if not control:
        result.broken.append("the control lost nothing: these cuts would not show a fault")
    return result


def _cuts(folder: Path, count: int, *, prefix: list[str]) -> list[str]:
    rng, broken = random.Random(4), []
    for number in range(count):
        place = folder / str(number)
        place.mkdir()
        with disk(place) as (mount, image):
            new_store(mount / "s")
            _run("sync", "-f", mount)
            promises = _cut(mount / "s", image, prefix=prefix, after=rng.uniform(0.4, 1.6))
        broken += [f"cut {number}: {text}" for text in _remounted(place, promises)]
        shutil.rmtree(place)
    return broken


def _cut(store: Path, image: Path, *, prefix: list[str], after: float) -> dict[str, str]:
    """Copy the disk while a writer is at work; return what it had reported before."""
    said = image.with_name("said")
    command = [*prefix, sys.executable, str(CHILD), str(store), "forever", "8"]
    with said.open("w") as out:
        writer = subprocess.Popen(
            command, stdout=out, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(after)
        promises = promised(said.read_text())
        _run("cp", "--reflink=always", image, image.with_name("copy"))
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
    time.sleep(0.2)  # a traced child dies after its tracer, and keeps the disk busy until then
    return promises


def _remounted(place: Path, promises: dict[str, str]) -> list[str]:
    mount = place / "after"
    mount.mkdir()
    _run("mount", "-o", "loop", place / "copy", mount)
    try:
        return kept(mount / "s", promises)
    except Exception as error:  # a store that cannot even be opened is a broken promise too
        return [f"{type(error).__name__} {error}"]
    finally:
        _run("umount", mount)


CAMPAIGNS: list[tuple[Campaign, int | None]] = [
    (system_calls, 24),
    (kills, 3),
    (flips, 4),
    (power_cuts, None),
]
"""Each with the size of its short form; None when it has only the long one."""


def main() -> int:
    """Run all campaigns and print their counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    short = parser.parse_args().short
    broken = 0
    for campaign, size in CAMPAIGNS:
        if short and size is None:
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                result = campaign(Path(folder), sample=size if short else None)
            except Unavailable as reason:
                print(f"{campaign.__name__}: not run: {reason}")
                continue
        print(f"{result} ({time.monotonic() - started:.0f} s)", flush=True)
        broken += len(result.broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
