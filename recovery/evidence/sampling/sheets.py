"""Tables with notes on their columns, written as one workbook or as a zip of csv files."""

import csv
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from typing import IO, Any

from recovery.evidence.sampling.files import member
from recovery.kernel import clock
from recovery.kernel.text import Text, _
from recovery.web.spreadsheets import harmless, workbook

Cell = str | int | Decimal | date | datetime | Text | None


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its head, and what its values are."""

    head: Text
    note: Text
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. Its rows are read once."""

    name: Text
    file: str
    """Name of its csv file."""

    columns: tuple[SheetColumn, ...]
    rows: Iterable[Sequence[Cell]]


NOTES = (
    SheetColumn(_("工作表"), _("列所在的表"), 16),
    SheetColumn(_("列"), _("列名"), 20),
    SheetColumn(_("说明"), _("含义、单位和计算方法"), 90),
)


def notes_of(sheets: Sequence[Sheet], facts: Sequence[tuple[Text, str]]) -> Sheet:
    """Return the sheet that explains the others: first the facts, then every column."""
    rows: list[Sequence[Cell]] = [(label, None, text) for label, text in facts]
    rows += [(sheet.name, one.head, one.note) for sheet in sheets for one in sheet.columns]
    return Sheet(_("说明"), "notes", NOTES, rows)


def write_workbook(file: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """Write the sheets as one workbook; rows go to disk as they come."""
    with workbook(file) as book:
        formats = {
            "money": book.add_format({"num_format": "#,##0.00"}),
            "rate": book.add_format({"num_format": "0.########"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        }
        for sheet in sheets:
            _fill(book.add_worksheet(str(sheet.name)), sheet, formats)


def _fill(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    page.freeze_panes(1, 1)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    page.write_row(0, 0, [str(column.head) for column in sheet.columns], formats["head"])
    for number, row in enumerate(sheet.rows, 1):
        for place, cell in enumerate(row):
            _write(page, (number, place), cell, formats)


def _write(page: Any, place: tuple[int, int], cell: Cell, formats: dict[str, Any]) -> None:
    """Write one cell as what it is."""
    if cell is None:
        return
    if isinstance(cell, Decimal):
        exponent = cell.as_tuple().exponent
        is_rate = isinstance(exponent, int) and exponent < -2
        page.write_number(*place, float(cell), formats["rate" if is_rate else "money"])
    elif isinstance(cell, datetime):
        page.write_string(*place, _moment(cell))
    elif isinstance(cell, date):
        page.write_datetime(*place, cell, formats["day"])
    elif isinstance(cell, int):
        page.write_number(*place, cell)
    else:
        page.write_string(*place, str(cell))


def write_csv(out: IO[str], sheet: Sheet) -> None:
    """Write one sheet as csv that spreadsheets read as UTF-8."""
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([str(column.head) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([as_text(cell) for cell in row])


def write_zip(file: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """Write each sheet as a csv file of one zip."""
    with zipfile.ZipFile(file, "w") as archive:
        for sheet in sheets:
            with (
                archive.open(member(f"{sheet.file}.csv"), "w", force_zip64=True) as raw,
                TextIOWrapper(raw, encoding="utf-8", newline="") as out,
            ):
                write_csv(out, sheet)


def as_text(cell: Cell) -> str:
    """Return a cell as csv has it: unknown empty, nothing that calculates."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime):
        return _moment(cell)
    return harmless(str(cell)) if isinstance(cell, str | Text) else str(cell)


def _moment(moment: datetime) -> str:
    return moment.astimezone(clock.BUSINESS_ZONE).isoformat(timespec="seconds")
