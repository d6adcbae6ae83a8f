#!/usr/bin/env python3
"""抽样复算：由总体清单和审计人员的种子重新抽出同一样本。 Draws an audit sample again.

Needs Python 3.8 or later and nothing else; runs isolated: python3 -I -S draw.py FOLDER
Exit status: 0 drawn (and equal to sample.csv, where the folder holds one), 1 different, 2 wrong
use. The program that drew the sample runs this very file.

    python3 -I -S draw.py FOLDER [--seed TEXT]

FOLDER holds `population.csv` (columns id, reference, value in yuan with two decimals, in the order
of id) and `plan.json` (method, seed, size and what the method needs). The sample is printed as CSV.

How it draws; all of it can be done again with any HMAC-SHA256:

- The digest of the population is SHA-256 over one line `id,value` + LF per row, in order. It must
  be the one in the plan, so that a seed belongs to one population.
- score(id) = HMAC-SHA256(key = seed in UTF-8, message = "recovery-sample-1" LF digest LF id), read
  as a number. Random: the `size` rows of the lowest scores.
- Stratified: rows fall into strata by value; `bounds` are the inclusive lower ends of all strata
  but the first. Each stratum gives its rows of the lowest scores. The numbers are given, or
  proportional to the count or the absolute value of the strata: at least one for each stratum that
  has rows, the rest by largest remainder, never more than the stratum has.
- Monetary unit: of the rows above zero, in order, those that hold the points start, start +
  interval, start + 2 intervals … of their running total in fen. start = 1 + score("start") modulo
  interval. A row of at least one interval is always hit. interval = total above zero // size.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import hmac
import io
import json
import os
import sys
from heapq import heappushpop, heappush
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

# ruff: noqa: B905, PTH110, PTH118, PTH123, UP006, UP035, UP045, I001

TAG = "recovery-sample-1"
METHODS = ("random", "stratified", "mus")
HEAD = ("place", "id", "reference", "value", "stratum", "hits", "certain")


class Bad(Exception):
    """What was given cannot be drawn from."""


class Row(NamedTuple):
    """A row of the population; `fen` is its value in hundredths of a yuan."""

    id: int
    reference: str
    fen: int


class Pick(NamedTuple):
    """A row that was drawn. `certain`: no seed could have left it out (of at least one interval, or
    of a stratum that is examined whole)."""

    row: Row
    stratum: int
    hits: int
    certain: bool


class Plan(NamedTuple):
    """What the auditor asked for. Amounts are in fen."""

    method: str
    seed: str
    size: int
    digest: str
    bounds: Tuple[int, ...] = ()
    allocation: str = "given"
    numbers: Tuple[int, ...] = ()


def fen_of(text: str) -> int:
    """Return `1234.50` as 123450."""
    whole, dot, part = text.strip().partition(".")
    digits = whole.lstrip("-") + part
    if not dot or len(part) != 2 or not digits.isdigit():
        raise Bad(f"{text!r} is not an amount with two decimals")
    return -int(digits) if whole.startswith("-") else int(digits)


def yuan_of(fen: int) -> str:
    """Return 123450 as `1234.50`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def rows_of(lines: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of population.csv."""
    for cells in csv.DictReader(lines):
        yield Row(int(cells["id"]), cells["reference"], fen_of(cells["value"]))


def digest_of(rows: Iterable[Row]) -> str:
    """Return the digest of the ordered list of id and value."""
    total = hashlib.sha256()
    for row in rows:
        total.update(digest_line(row.id, row.fen))
    return total.hexdigest()


def digest_line(row_id: int, fen: int) -> bytes:
    """Return the line of a row that the digest is taken over."""
    return f"{row_id},{yuan_of(fen)}\n".encode()


def score(plan: Plan, what: str) -> int:
    """Return the number by which the seed puts a row into its place."""
    message = f"{TAG}\n{plan.digest}\n{what}"
    key = plan.seed.encode("utf-8")
    return int.from_bytes(hmac.new(key, message.encode(), hashlib.sha256).digest(), "big")


class Lowest:
    """Keeps the `most` rows of the lowest scores, whatever passes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen = 0
        self.heap: List[Tuple[int, int, Row]] = []

    def add(self, place: int, row: Row) -> None:
        """Take a row into account."""
        item = (-place, -row.id, row)
        self.seen += 1
        if len(self.heap) < self.most:
            heappush(self.heap, item)
        elif self.most:
            heappushpop(self.heap, item)

    def rows(self) -> List[Row]:
        """Return the rows kept, the lowest score first."""
        return [row for _place, _id, row in sorted(self.heap, reverse=True)]


def draw(plan: Plan, population: Population) -> List[Pick]:
    """Return the sample. Memory is of the size of the sample, not of the population."""
    if plan.digest != population.digest():
        raise Bad("the population is not the one that the plan names")
    if plan.method == "random":
        return _lowest(plan, population, (), (plan.size,))
    if plan.method == "stratified":
        return _lowest(plan, population, plan.bounds, numbers_of(plan, population))
    if plan.method == "mus":
        return _monetary(plan, population)
    raise Bad(f"unknown method {plan.method!r}")


def stratum_of(fen: int, bounds: Sequence[int]) -> int:
    """Return the number of the stratum, from 0: how many lower ends a value reaches."""
    return sum(1 for bound in bounds if fen >= bound)


def numbers_of(plan: Plan, population: Population) -> Tuple[int, ...]:
    """Return how many rows each stratum gives."""
    counts = [0] * (len(plan.bounds) + 1)
    values = [0] * (len(plan.bounds) + 1)
    for row in population.rows():
        place = stratum_of(row.fen, plan.bounds)
        counts[place] += 1
        values[place] += abs(row.fen)
    if plan.allocation == "given":
        if len(plan.numbers) != len(counts):
            raise Bad("one number for each stratum is needed")
        return tuple(min(n, count) for n, count in zip(plan.numbers, counts))
    return shared(plan.size, counts if plan.allocation == "by_count" else values, counts)


def shared(size: int, weights: Sequence[int], counts: Sequence[int]) -> Tuple[int, ...]:
    """Share `size` by weight: one for each stratum with rows, the rest by largest remainder."""
    given = [1 if count else 0 for count in counts]
    left = min(size, sum(counts)) - sum(given)
    while left > 0:
        open_ = [i for i, count in enumerate(counts) if given[i] < count]
        total = sum(weights[i] for i in open_)
        parts = {i: left * weights[i] if total else left for i in open_}
        base = total or len(open_)
        whole = {i: min(parts[i] // base, counts[i] - given[i]) for i in open_}
        if not any(whole.values()):
            order = sorted(open_, key=lambda i: (-(parts[i] % base), i))
            whole = dict.fromkeys(order[:left], 1)
        for i, more in whole.items():
            given[i] += more
        left -= sum(whole.values())
    return tuple(given)


def _lowest(
    plan: Plan, population: Population, bounds: Sequence[int], numbers: Sequence[int]
) -> List[Pick]:
    kept = [Lowest(number) for number in numbers]
    for row in population.rows():
        kept[stratum_of(row.fen, bounds)].add(score(plan, str(row.id)), row)
    return [
        Pick(row, stratum, 1, kept[stratum].seen <= kept[stratum].most)
        for stratum in range(len(kept))
        for row in kept[stratum].rows()
    ]


def interval_of(plan: Plan, positive: int) -> int:
    """Return the sampling interval in fen for a total above zero of `positive` fen."""
    if positive <= 0 or plan.size <= 0:
        raise Bad("nothing above zero to draw from")
    return max(1, positive // plan.size)


def start_of(plan: Plan, interval: int) -> int:
    """Return the random start, from 1 to the interval."""
    return 1 + score(plan, "start") % interval


def _monetary(plan: Plan, population: Population) -> List[Pick]:
    interval = interval_of(plan, population.positive)
    start, running = start_of(plan, interval), 0
    picks: List[Pick] = []
    for row in population.rows():
        if row.fen <= 0:
            continue
        before = (running - start) // interval
        running += row.fen
        hits = (running - start) // interval - before
        if hits:
            picks.append(Pick(row, 0, hits, row.fen >= interval))
    return picks


class Population:
    """The rows of a file, read again from its beginning each time; never all in memory."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.count = 0
        self.positive = 0
        self._digest: Optional[str] = None

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order."""
        with open(self.path, encoding="utf-8-sig", newline="") as file:
            yield from rows_of(file)

    def digest(self) -> str:
        """Return the digest of the list; counts and adds up on the way."""
        if self._digest is None:
            total = hashlib.sha256()
            last: Optional[int] = None
            for row in self.rows():
                if last is not None and row.id <= last:
                    raise Bad("the rows are not in the order of id")
                last = row.id
                self.count += 1
                self.positive += max(row.fen, 0)
                total.update(digest_line(row.id, row.fen))
            self._digest = total.hexdigest()
        return self._digest


def plan_from(text: str, seed: Optional[str] = None) -> Plan:
    """Return the plan that plan.json says, under another seed where one is given."""
    said: Dict[str, Any] = json.loads(text)
    return Plan(
        method=said["method"],
        seed=seed if seed is not None else said["seed"],
        size=int(said["size"]),
        digest=said["digest"],
        bounds=tuple(fen_of(bound) for bound in said.get("bounds", ())),
        allocation=said.get("allocation", "given"),
        numbers=tuple(int(number) for number in said.get("numbers", ())),
    )


def plan_text(plan: Plan) -> str:
    """Return plan.json."""
    said = plan._asdict()
    said["bounds"] = [yuan_of(bound) for bound in plan.bounds]
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def sample_text(picks: Sequence[Pick]) -> str:
    """Return sample.csv."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for place, pick in enumerate(picks, 1):
        row = pick.row
        writer.writerow(
            (place, row.id, row.reference, yuan_of(row.fen), pick.stratum + 1, pick.hits,
             "yes" if pick.certain else "no")
        )  # fmt: skip
    return out.getvalue()


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Draw; return the exit status."""
    parser = argparse.ArgumentParser(description="Draw an audit sample again.")
    parser.add_argument("folder")
    parser.add_argument("--seed", help="the auditor's seed, from the auditor's own note")
    given = parser.parse_args(arguments)
    try:
        with open(os.path.join(given.folder, "plan.json"), encoding="utf-8") as file:
            plan = plan_from(file.read(), given.seed)
        sample = sample_text(draw(plan, Population(os.path.join(given.folder, "population.csv"))))
    except (OSError, Bad, ValueError, KeyError) as error:
        print(f"无法抽样 / cannot draw: {error}", file=sys.stderr)
        return 2
    sys.stdout.write(sample)
    drawn = os.path.join(given.folder, "sample.csv")
    if not os.path.exists(drawn):
        return 0
    with open(drawn, encoding="utf-8-sig", newline="") as file:
        same = file.read() == sample
    words = "与 sample.csv 一致 / equal to sample.csv" if same else "不一致 / DIFFERENT"
    print(words, file=sys.stderr)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
