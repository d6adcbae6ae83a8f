"""Tables with notes on their columns, written as one workbook or as a zip of csv files."""

import csv
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO

from recovery.evidence.sampling.files import member
from recovery.kernel.text import Text, _
from recovery.web.spreadsheets import Cell, as_text, workbook


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
        for sheet in sheets:
            page = book.page(sheet.name, [column.width for column in sheet.columns])
            page.head([column.head for column in sheet.columns])
            for row in sheet.rows:
                page.write(row)


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
