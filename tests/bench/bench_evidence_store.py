"""The library `evidence_store` against its figures: ingest, verification, append, proofs."""

import io
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import bagit

from evidence_store import Leaf, Store, commitment, merkle, new_id, note
from evidence_store.fixity import check_objects
from evidence_store.storage import GROUP, connect
from tests.bench import DATA, Bench, Benchmark

KEY = note.generate("log.example/bench")
SIZE = 50_000
"""Bytes of a file, as the figures name it."""


@contextmanager
def folder() -> Iterator[Path]:
    """Give an empty folder on the disk that is measured; synced away before the next figure."""
    DATA.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DATA) as name:
        os.sync()
        yield Path(name)
    os.sync()


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(
    first: Callable[[], object], second: Callable[[], object], *, times: int
) -> tuple[float, float]:
    """Return the fewest seconds of each, taken in turn: what else runs slows both alike."""
    pairs = [(seconds(first), seconds(second)) for _ in range(times)]
    return min(one for one, _ in pairs), min(two for _, two in pairs)


def contents(count: int) -> list[bytes]:
    """Return files of 50 kB, each another."""
    block = os.urandom(SIZE - 8)
    return [number.to_bytes(8, "big") + block for number in range(count)]


def one_by_one(place: Path, files: list[bytes]) -> None:
    """Keep files as the plain careful loop does: write, sync, rename, sync, commit, each."""
    with closing(sqlite3.connect(place / "index.db")) as index:
        index.execute("PRAGMA journal_mode=WAL")
        index.execute("PRAGMA synchronous=FULL")
        index.execute("CREATE TABLE object (digest TEXT, bytes INTEGER)")
        for data in files:
            digest = sha256(data).hexdigest()
            target = place / digest[:2] / digest[2:]
            target.parent.mkdir(exist_ok=True)
            temporary = place / "temporary"
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(target)
            handle = os.open(target.parent, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
            index.execute("INSERT INTO object VALUES (?, ?)", (digest, len(data)))
            index.commit()


def registered(store: Store, files: list[bytes]) -> None:
    """Keep and register files in groups as a registry does that holds its own secrets."""
    for start in range(0, len(files), GROUP):
        infos = store.put_objects([io.BytesIO(data) for data in files[start : start + GROUP]])
        leaves = []
        for info in infos:
            fields = {"sha256": info.sha256, "size": str(info.size), "name": "x.pdf"}
            root = commitment.commit(fields, os.urandom(32)).root.hex()
            leaves.append(Leaf(new_id(), "file", "ab" * 32, root, "u7"))
        store.append(leaves)


def ingest(bench: Bench) -> None:
    """Durable ingest and then full verification of the same files."""
    count = 2_000 if bench.quick else 10_000
    files = contents(count)
    with folder() as place:
        (place / "plain").mkdir()
        baseline = seconds(lambda: one_by_one(place / "plain", files))
        store = Store.create(str(place / "store"), KEY.name, str(KEY))
        ours = seconds(lambda: registered(store, files))
        store.checkpoint()
        note_ = f"{count / ours:.0f} files/s against {count / baseline:.0f}"
        report(bench, "durable ingest of 50 kB files, rate", baseline / ours, 2.5, note_)
        _verify(bench, store, place / "plain", count)


def _verify(bench: Bench, store: Store, plain: Path, count: int) -> None:
    for name in ("index.db", "index.db-wal", "index.db-shm"):
        (plain / name).unlink(missing_ok=True)
    bag = bagit.make_bag(str(plain), checksums=["sha256"])
    baseline, ours = in_turn(bag.validate, lambda: _whole(store), times=7)
    note_ = f"{count / ours:.0f} files/s against {count / baseline:.0f}"
    report(bench, "full verification of 50 kB files, rate", baseline / ours, 2.0, note_)


def _whole(store: Store) -> None:
    assert store.verify(full=True) == []


def large(bench: Bench) -> None:
    """Full verification of large files against sha256sum, and two threads against one."""
    count, size = 4, (256 << 20) if bench.quick else (1 << 30)
    with folder() as place:
        storage = connect(str(place / "store"))
        for number in range(count):
            with (place / "large").open("wb") as file:
                file.write(bytes([number]))
                file.truncate(size)
            with (place / "large").open("rb") as source:
                storage.put_objects([source])
        paths = [str(path) for path in (place / "store/objects").glob("*/*")]
        list(check_objects(storage))  # every run below reads from memory, not from the disk
        tool = shutil.which("sha256sum") or "sha256sum"
        command = [tool, *paths]
        baseline = seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
        one, two = in_turn(
            lambda: list(check_objects(storage, 1)),
            lambda: list(check_objects(storage, 2)),
            times=3,
        )
        rate = count * size / two / 1e9
        name = f"full verification of {size >> 20} MiB files, rate"
        report(bench, name, baseline / two, 4.0, f"{rate:.2f} GB/s")
        report(bench, "full verification, two threads against one", one / two, 1.7)


def append(bench: Bench) -> None:
    """Append of leaves in batches, with their heads."""
    count, batch = (100_000 if bench.quick else 500_000), 20_000
    streams = [os.urandom(32).hex() for _ in range(5_000)]
    with folder() as place:
        store = Store.create(str(place / "store"), KEY.name, str(KEY))
        spent = 0.0
        for start in range(0, count, batch):
            leaves = [
                Leaf(new_id(), "transaction", streams[number % 5_000], "ab" * 32, "u7")
                for number in range(start, start + batch)
            ]
            spent += seconds(lambda leaves=leaves: store.append(leaves))  # type: ignore[misc]
        spent += seconds(store.checkpoint)
    per_second(bench, "leaves appended in batches", count / spent, 100_000)


def commitments(bench: Bench) -> None:
    """Commitments to records of 20 fields, on one core."""
    count = 5_000 if bench.quick else 30_000
    record = {f"field_{number}": f"{number},200.00 元" for number in range(20)}
    secrets = [os.urandom(32) for _ in range(count)]
    spent = seconds(lambda: [commitment.commit(record, secret) for secret in secrets])
    per_second(bench, "records of 20 fields committed", count / spent, 10_000)


def proofs(bench: Bench) -> None:
    """Inclusion proofs in a tree of a million leaves, verified on one core."""
    size, count = 1_000_000, (20_000 if bench.quick else 100_000)
    level = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(size)]
    levels = [level]
    while len(levels[-1]) > 1:
        levels.append(merkle.parents(levels[-1]))
    root = levels[-1][0]

    def subtree(height: int, index: int) -> bytes:
        return levels[height][index]

    places = range(0, size, size // 1_000)
    paths = [(place, merkle.inclusion_path(place, size, subtree)) for place in places]

    def check() -> None:
        for _ in range(count // len(paths)):
            for place, path in paths:
                merkle.verify_inclusion(place, size, level[place], path, root)

    spent = seconds(check)
    per_second(bench, "proofs verified in a tree of 1,000,000", count / spent, 50_000)


def report(bench: Bench, name: str, ratio: float, target: float, note_: str = "") -> None:
    """Report a ratio that should be at least the target."""
    bench.report(name, ratio=ratio, target=target, ok=ratio >= target, note=note_)


def per_second(bench: Bench, name: str, rate: float, target: float) -> None:
    """Report a rate as its ratio to the rate promised."""
    report(bench, name, rate / target, 1.0, f"{rate:,.0f}/s of {target:,.0f}/s")


BENCHES: list[Benchmark] = [ingest, large, append, commitments, proofs]
