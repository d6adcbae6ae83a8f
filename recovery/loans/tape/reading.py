"""A tape as the importer takes it: its columns, and its rows as text, read one after another."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.loans.tape.headers import SEARCHED, Column, Header, find_header
from recovery.loans.tape.sources import Source, open_sources

SUMMARIES = (
    *("合计", "总计", "小计", "共计"),
    *("制表", "填表", "审核", "备注：", "备注:", "说明：", "注："),
)
"""Beginnings of a line under the table that is not a loan."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: its number as the file or sheet counts (from 1), and its cells."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Tape:
    """A table with its header found. `unit` is the unit of amounts that the title names."""

    path: Path
    source: Source
    columns: tuple[Column, ...]
    unit: str | None
    header_line: int
    other_sheets: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Yield the rows under the header.

        Left out: blank lines, sums and remarks under the table, a header repeated on a page.
        """
        width = max(column.index for column in self.columns) + 1
        first = self.columns[0]
        lines = itertools.islice(self.source.lines(), self.header_line + 1, None)
        for number, cells in enumerate(lines, self.header_line + 2):
            leading = next((cell for cell in cells if cell.strip()), "").strip()
            if not leading or leading.replace(" ", "").startswith(SUMMARIES):
                continue
            if leading == first.name and cells[first.index].strip() == first.name:
                continue
            yield Row(number, [*cells, *[""] * (width - len(cells))])


def open_tape(path: Path, knows: Callable[[Column], bool]) -> Tape:
    """Return the tape at `path`; of a workbook the sheet with most columns that `knows`.

    Raises:
        RuleViolation: the file cannot be read, or holds no table.
    """
    sources = open_sources(path)
    found = [(source, _header_of(source, knows)) for source in sources]
    with_header = [(source, header) for source, header in found if header is not None]
    if not with_header:
        raise RuleViolation(_("在文件开头 {lines} 行里没有找到表头。", lines=SEARCHED))
    source, header = max(with_header, key=lambda pair: pair[1].score)
    others = tuple(one.sheet for one in sources if one is not source and one.sheet)
    return Tape(path, source, header.columns, header.unit, header.line, others)


def _header_of(source: Source, knows: Callable[[Column], bool]) -> Header | None:
    """Return the header of one table."""
    lines = list(itertools.islice(source.lines(), SEARCHED))
    return find_header(lines, source.merged, knows)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of the file, in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
