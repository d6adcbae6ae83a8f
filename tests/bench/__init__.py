"""Measurements against the figures that the product promises.

A module `tests/bench/bench_NAME.py` offers `BENCHES`, a list of functions that take a `Bench`:

    def list_page(bench: Bench) -> None:
        with bench.app().app_context():
            ...
        bench.report("loan list p95", ratio=seconds / 0.050, target=1.0, note="38 ms")

    BENCHES = [list_page]

`python -m tests.bench [--quick] [WORD…]` runs those whose names hold one of the words, or all.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "bench-data"
FULL, QUICK = 1_000_000, 100_000
"""Loans of the book that is measured."""


@dataclass
class Bench:
    """One run: the book that is measured, and what was found."""

    quick: bool
    results: list[bool] = field(default_factory=list)

    @property
    def loans(self) -> int:
        """How many loans the book holds."""
        return QUICK if self.quick else FULL

    @cached_property
    def home(self) -> Path:
        """The installation with the book, built once for a schema and kept.

        Benchmarks must not change it.
        """
        home = DATA / f"book-{self.loans}"
        mark, schema = home / "built.json", schema_digest()
        if not mark.exists() or json.loads(mark.read_text("utf-8")).get("schema") != schema:
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True, mode=0o700)
            seconds = build_book(home, self.loans)
            size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
            built = {"seconds": seconds, "bytes": size, "schema": schema}
            mark.write_text(json.dumps(built), "utf-8")
        built = json.loads(mark.read_text("utf-8"))
        print(
            f"book of {self.loans:,} loans: built in {built['seconds'] / 60:.1f} min, "
            f"{built['bytes'] / 1e9:.2f} GB ({home.relative_to(ROOT)})",
            flush=True,
        )
        return home

    def app(self) -> "Flask":
        """Return the application on the book."""
        return app_at(self.home)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give an empty, migrated installation for a benchmark that writes; gone afterwards."""
        DATA.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=DATA) as folder:
            home = Path(folder)
            recovery(home, "db", "upgrade")
            yield home

    def report(
        self, name: str, *, ratio: float, target: float, ok: bool | None = None, note: str = ""
    ) -> None:
        """Print one figure. `ok` unless given: whether `ratio` is within `target`."""
        kept = ratio <= target if ok is None else ok
        self.results.append(kept)
        verdict = "ok" if kept else "SHORT"
        print(f"{name} ratio={ratio:.2f} target={target:g} {verdict} {note}".rstrip(), flush=True)


Benchmark = Callable[[Bench], None]


def schema_digest() -> str:
    """Return what tells one state of the migrations from another."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "migrations" / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def build_book(home: Path, loans: int) -> float:
    """Build the lean book of `loans` loans in `home`; return the seconds it took."""
    print(f"building a book of {loans:,} loans, once …", flush=True)
    start = time.monotonic()
    recovery(home, "db", "upgrade")
    recovery(home, "demo", "--loans", str(loans))
    return time.monotonic() - start


def recovery(home: Path, *arguments: str) -> None:
    """Run a command of the program on the installation `home`."""
    command = [sys.executable, "-m", "recovery.cli", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(home), check=True, stdout=subprocess.DEVNULL)


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which the program works on `home` and nowhere else."""
    elsewhere = ("DATABASE_URL", "BLOB_URL", "QUEUE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return {**kept, "RECOVERY_HOME": str(home), "RECOVERY_ENVIRONMENT": "test"}


def app_at(home: Path) -> "Flask":
    """Return the application on the installation `home`."""
    from recovery import create_app
    from recovery.kernel.config import load_settings

    return create_app(load_settings(environment(home)))


def percentile(seconds: list[float], share: float) -> float:
    """Return the value below which `share` (0.95) of the measurements lie."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Return the seconds that each of `times` calls took."""
    taken = []
    for _call in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return taken
