"""Lines of cells from a file, whatever its form: csv in UTF-8 or GB18030, xlsx, xls.

Every cell comes out as text. What a workbook keeps as a number stays recognisable (`Number`),
because an ID number or account kept as a number has lost its last digits.
"""

import codecs
import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _

Range = tuple[int, int, int, int]
"""Top, left, bottom, right of merged cells, inclusive, counted from 0."""

DELIMITERS = ",;\t|，"
CHUNK = 1 << 20
CELL_LIMIT = 1 << 20
"""Characters of one cell of a csv; more means an unbalanced quotation mark."""

ENCODINGS = ("utf-8", "gb18030")
"""In this order: GB18030 reads most UTF-8 without complaint, as garbage."""

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Number(str):
    """The text of a cell that the workbook keeps as a number, with at most 15 true digits."""

    __slots__ = ()


class Source(Protocol):
    """A table of text: lines in order, the first being line 1 of the file."""

    @property
    def form(self) -> str:
        """`csv` or `xlsx`."""
        ...

    @property
    def encoding(self) -> str | None:
        """Encoding of a csv."""
        ...

    @property
    def delimiter(self) -> str | None:
        """Delimiter of a csv."""
        ...

    @property
    def sheet(self) -> str | None:
        """Name of the sheet of a workbook."""
        ...

    @property
    def merged(self) -> Sequence[Range]:
        """Ranges of merged cells."""
        ...

    def lines(self) -> Iterator[Sequence[str]]:
        """Yield every line from the first, blank ones included."""
        ...


@dataclass(frozen=True, slots=True)
class CsvSource:
    """A csv file whose encoding and delimiter were found by reading it."""

    path: Path
    encoding: str
    delimiter: str
    form: str = "csv"
    sheet: str | None = None
    merged: Sequence[Range] = ()

    def lines(self) -> Iterator[Sequence[str]]:
        """Yield the records of the file.

        Raises:
            RuleViolation: the file is not a csv from some line on.
        """
        csv.field_size_limit(CELL_LIMIT)
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader((line.replace("\0", "") for line in file), delimiter=self.delimiter)
            try:
                yield from reader
            except csv.Error as error:
                raise RuleViolation(
                    _(
                        "文件第 {line} 行起不是有效的 csv（{reason}），请检查引号是否成对。",
                        line=reader.line_num,
                        reason=str(error),
                    )
                ) from error


@dataclass(frozen=True, slots=True)
class SheetSource:
    """One sheet of a workbook."""

    content: CalamineSheet
    merged: Sequence[Range]
    sheet: str | None
    form: str = "xlsx"
    encoding: str | None = None
    delimiter: str | None = None

    def lines(self) -> Iterator[Sequence[str]]:
        """Yield the rows of the sheet, from its first row and first column."""
        left = [""] * (self.content.start[1] if self.content.start else 0)
        for row in self.content.iter_rows():
            yield left + [text_of(value) for value in row]


def text_of(value: Any) -> str:
    """Return the text of a workbook's value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ""


def number_text(value: float) -> Number:
    """Return a number as a workbook shows it: 15 digits, no exponent, no trailing `.0`."""
    if value == int(value) and abs(value) < 1e15:
        return Number(int(value))
    return Number(format(Decimal(format(value, ".15g")), "f"))


def open_sources(path: Path) -> list[Source]:
    """Return the tables in the file at `path`: one of a csv, every visible sheet of a workbook.

    Raises:
        RuleViolation: not a file we read; the sentence says what it is or what is wrong.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise RuleViolation(_("文件是空的。"))
    if head.startswith(b"%PDF"):
        raise RuleViolation(_("这是 PDF 文件；请提供 csv 或 xlsx。"))
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return _workbook(path)
    return [_csv(path)]


def _workbook(path: Path) -> list[Source]:
    """Return the visible sheets of a workbook that hold anything."""
    try:
        book = CalamineWorkbook.from_path(path)
        visible = [
            (meta.name, book.get_sheet_by_name(meta.name))
            for meta in book.sheets_metadata
            if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise RuleViolation(_("工作簿有打开密码，请另存为无密码的文件后再导入。")) from error
    except (CalamineError, OSError, ValueError) as error:
        raise RuleViolation(_("这不是可读取的工作簿（xlsx）：{why}", why=str(error))) from error
    sheets: list[Source] = [
        SheetSource(sheet, _merged(sheet), name) for name, sheet in visible if sheet.height
    ]
    if not sheets:
        raise RuleViolation(_("工作簿里没有任何数据。"))
    return sheets


def _merged(sheet: CalamineSheet) -> list[Range]:
    """Return the merged ranges of a sheet."""
    ranges = sheet.merged_cell_ranges or []
    return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges]


def _csv(path: Path) -> CsvSource:
    """Return the csv at `path` with its encoding and delimiter."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = list(itertools.islice(file, 50))
    return CsvSource(path, encoding, _delimiter(sample))


def _encoding(path: Path) -> str:
    """Return the encoding under which the whole file can be read, strictly."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return _strict(path, encoding)
    reasons = []
    for encoding in ENCODINGS:
        try:
            return _strict(path, encoding)
        except RuleViolation as error:
            reasons.append(error)
    raise reasons[-1]


def _strict(path: Path, encoding: str) -> str:
    """Return `encoding` when the whole file is valid in it.

    Raises:
        RuleViolation: it is not; the sentence says where.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    done = 0
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
                done += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise RuleViolation(
                _(
                    "文件既不是 UTF-8 也不是 GB18030 编码的文本（第 {place} 字节附近），"
                    "请另存为 UTF-8 的 csv 或 xlsx。",
                    place=done + error.start,
                )
            ) from error
    return encoding


def _delimiter(sample: list[str]) -> str:
    """Return the delimiter that parts the sample into the widest lines of equal width."""

    def evenness(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=delimiter)]
        except csv.Error:
            return (0, 0)
        widest = max(widths, default=0)
        return (widths.count(widest) * (widest > 1), widest)

    return max(DELIMITERS, key=evenness)
