"""Importing a tape against writing the same rows raw: parsed and sealed, nothing checked."""

import csv
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from tests.bench import ROOT, Bench, environment

R = TypeVar("R")

RATIO = 6.0
MEMORY = 500.0
"""Megabytes at the peak of the importing process."""

LOANS, QUICK = 200_000, 20_000
SKIPPED = ("staged_row", "audit_event", "job", "job_exception", "alembic_version")
"""Tables that only an import writes: the raw writer has no rows for them."""


def tape_import(bench: Bench) -> None:
    """Import a lender's csv; write the same tables again by `executemany`."""
    loans = QUICK if bench.quick else LOANS
    with bench.scratch() as home:
        tape = home / "tape.csv"
        write_tape(tape, loans)
        before = tables_of(home / "recovery.db")
        seconds, megabytes = import_in_a_process(home, tape)
        raw = write_raw(home, before)
    note = f"{loans:,} loans: {seconds:.1f} s, raw {raw:.1f} s, {loans / seconds:,.0f} loans/s"
    bench.report("tape import against raw sqlite3", ratio=seconds / raw, target=RATIO, note=note)
    bench.report(
        "tape import peak memory",
        ratio=megabytes / MEMORY,
        target=1.0,
        note=f"{megabytes:.0f} MB of {MEMORY:.0f} MB",
    )


def write_tape(path: Path, loans: int) -> None:
    """Write a lender's csv of `loans` rows, each with a person of its own."""
    from tests.loans.tape.tapes import HEADERS

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADERS, "居住地址", "银行卡号", "期数", "到期日"])
        writer.writerows(rows_of(loans))


def rows_of(loans: int) -> Iterator[list[str]]:
    """Yield rows with valid ID numbers, all different."""
    from tests.loans.tape.tapes import line

    surnames, given = "王李张刘陈杨赵黄周吴", "伟芳娜敏静强磊洋艳勇军杰娟涛明超霞平刚桂"
    for serial in range(loans):
        name = surnames[serial % 10] + given[serial // 10 % 20] + given[serial // 200 % 20]
        row = line(serial, 借款人姓名=name, 身份证号码=different_id(serial))
        row[7] = f"{40000 + serial % 50000}.{serial % 100:02d}"
        yield [*row, f"上海市浦东新区第{serial}号", f"6222{serial:015d}", "36", "2027/2/28"]


def different_id(serial: int) -> str:
    """Return an ID number with a valid check digit, another for each serial."""
    from stdnum.cn import ric

    place, day = 310101 + serial // 1_000_000, serial // 1000 % 1000
    first = (
        f"{place}{1960 + day // 28 % 40}{day // 1120 + 1:02d}{day % 28 + 1:02d}{serial % 1000:03d}"
    )
    return first + str(ric.calc_check_digit(first + "0"))


def import_in_a_process(home: Path, tape: Path) -> tuple[float, float]:
    """Import the tape in a process of its own; return seconds and megabytes at the peak."""
    command = [sys.executable, "-m", "tests.bench.tape_process", str(tape)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(home), check=True, stdout=subprocess.PIPE, text=True
    )
    figures = json.loads(done.stdout)
    return figures["seconds"], figures["megabytes"]


def tables_of(path: Path) -> dict[str, int]:
    """Return the tables of a database with their counts of rows, full-text parts left out."""
    with sqlite3.connect(path) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            " AND name NOT LIKE 'search_fts%' AND name NOT LIKE 'sqlite%'"
        )
        tables = [name for (name,) in names if name not in SKIPPED]
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in tables
        }


def write_raw(home: Path, before: dict[str, int]) -> float:
    """Write what the import wrote into an empty database of the same form; return the seconds.

    Same tables, indexes and search index, same settings of the engine, a transaction for each
    thousand loans' share of rows; all values are at hand.
    """
    source = home / "recovery.db"
    target = empty_copy(home)
    rows = {table: rows_in(source, table) for table in before}
    rows = {table: found for table, found in rows.items() if len(found) > before[table]}
    columns = {table: columns_of(source, table) for table in rows}
    words = search_words(source)
    with sqlite3.connect(target, isolation_level=None) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA foreign_keys=OFF")
        for table in rows:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("PRAGMA foreign_keys=ON")
        begun = time.monotonic()
        pieces = max(1, len(rows["loan"]) // 1000)
        for piece in range(pieces):
            connection.execute("BEGIN IMMEDIATE")
            for table in ordered(rows):
                # The batch is one row, and goes first.
                share = piece_of(rows[table], piece, pieces)
                names = columns[table]
                places = ", ".join("?" * len(names))
                connection.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", share
                )
            connection.executemany(
                "INSERT INTO search_fts(rowid, words) VALUES (?, ?)", piece_of(words, piece, pieces)
            )
            connection.execute("COMMIT")
        return time.monotonic() - begun


def piece_of(rows: list[R], piece: int, pieces: int) -> list[R]:
    """Return one of `pieces` equal parts of rows."""
    if len(rows) < pieces:
        return [] if piece else rows
    return rows[len(rows) * piece // pieces : len(rows) * (piece + 1) // pieces]


def empty_copy(home: Path) -> Path:
    """Return a migrated database without loans."""
    from recovery.kernel.migrations import upgrade

    path = home / "raw.db"
    upgrade(f"sqlite:///{path}")
    return path


def rows_in(path: Path, table: str) -> list[tuple[object, ...]]:
    """Return the rows of a table, without columns that the database computes."""
    with sqlite3.connect(path) as connection:
        names = ", ".join(columns_of(path, table))
        return connection.execute(f"SELECT {names} FROM {table}").fetchall()


def columns_of(path: Path, table: str) -> list[str]:
    """Return the columns of a table that are written: those it computes are not listed here."""
    with sqlite3.connect(path) as connection:
        return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def search_words(path: Path) -> list[tuple[int, str]]:
    """Return what the full-text index holds: the words of each entry."""
    from recovery.kernel.search_index import SHIFT, SearchEntry, words_of

    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT id, label, names, codes, branch_id FROM search_entry")
        return [
            (
                number,
                " ".join(
                    words_of(
                        SearchEntry(
                            "loan",
                            number & ((1 << SHIFT) - 1),
                            label,
                            tuple(names.split("\n")),
                            tuple(codes.split("\n")),
                            branch,
                        )
                    )
                ),
            )
            for number, label, names, codes, branch in found
        ]


def ordered(rows: dict[str, list[tuple[object, ...]]]) -> list[str]:
    """Return the tables, those that others refer to first."""
    first = ["import_batch", "person", "loan"]
    return [*(name for name in first if name in rows), *(n for n in rows if n not in first)]


BENCHES = [tape_import]
