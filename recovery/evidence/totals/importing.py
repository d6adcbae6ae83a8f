"""Reads control totals from csv (UTF-8 or GB18030) or xlsx: one figure a line, names in row one."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import IO

from python_calamine import CalamineError, CalamineWorkbook

from recovery.evidence.totals.rules import MEASURES, SOURCES, Entered
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _

HEADS = {
    "day": ("日期", "day", "date"),
    "source": ("来源", "source"),
    "measure": ("项目", "measure"),
    "amount": ("金额", "amount"),
    "scope": ("机构", "scope", "branch"),
    "reference": ("凭证号", "reference"),
}
"""Field → what its column may be called."""

NEEDED = ("day", "source", "measure", "amount")
MOST = 20_000
"""Lines of one file."""

LARGEST = Decimal("1e13")
"""Yuan: what a figure must stay under."""


def read_totals(stream: IO[bytes]) -> list[Entered]:
    """Return the figures of a file.

    Raises:
        RuleViolation: no table, a column is missing, a line cannot be read; it names the line.
    """
    data = stream.read()
    rows = _sheet(data) if data.startswith(b"PK") else _text(data)
    places = _places(next(rows, []))
    entered = []
    for number, row in enumerate(rows, 2):
        if any(str(cell).strip() for cell in row):
            entered.append(_entered(row, places, number))
        if len(entered) > MOST:
            raise RuleViolation(_("一个文件最多 {count} 行。", count=MOST))
    return entered


def _sheet(data: bytes) -> Iterator[Sequence[object]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    except CalamineError as error:
        raise RuleViolation(_("无法读取表格文件。")) from error
    yield from sheet.to_python(skip_empty_area=True)


def _text(data: bytes) -> Iterator[Sequence[object]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    yield from csv.reader(io.StringIO(text))


def _places(head: Sequence[object]) -> dict[str, int]:
    """Return where each field stands."""
    names = [str(cell).strip().lower() for cell in head]
    places = {
        field: names.index(name)
        for field, known in HEADS.items()
        for name in known
        if name in names
    }
    missing = [HEADS[field][0] for field in NEEDED if field not in places]
    if missing:
        raise RuleViolation(_("第一行缺少列：{columns}。", columns="、".join(missing)))
    return places


def _entered(row: Sequence[object], places: dict[str, int], number: int) -> Entered:
    def cell(field: str) -> object:
        place = places.get(field, len(row))
        return row[place] if place < len(row) else ""

    try:
        return Entered(
            day=_day(cell("day")),
            source=_code(cell("source"), SOURCES),
            measure=_code(cell("measure"), MEASURES),
            amount=_amount(cell("amount")),
            scope=_plain(cell("scope")),
            reference=_plain(cell("reference")) or None,
        )
    except (ValueError, InvalidOperation) as error:
        raise RuleViolation(
            _("第 {number} 行无法读取：{value}。", number=number, value=error.args[0])
        ) from error


def _plain(value: object) -> str:
    """Return a cell as text; a whole number of a spreadsheet without its point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    match = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text)
    if match is None:
        raise ValueError(text)
    return date(*(int(part) for part in match.groups()))


def _code(value: object, known: Mapping[str, Text]) -> str:
    text = str(value).strip()
    for code, label in known.items():
        if text in (code, str(label)):
            return code
    raise ValueError(text)


def _amount(value: object) -> Decimal:
    """Return yuan; a spreadsheet's binary number is read as the digits that it shows."""
    text = repr(value) if isinstance(value, float) else str(value)
    text = text.strip().replace(",", "").replace("，", "")
    try:
        amount = Decimal(text)
        if amount != amount.quantize(Decimal("0.01")) or abs(amount) >= LARGEST:
            raise ValueError(text)
    except InvalidOperation:
        raise ValueError(text) from None
    return amount.quantize(Decimal("0.01"))
