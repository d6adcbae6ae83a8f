"""What all tables that leave the program have in common: nothing in them calculates or links."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import xlsxwriter

from recovery.kernel.text import Text

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""Of a workbook in which texts stay texts; rows go to disk as they come, in their order."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


def harmless(text: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula, not even out of a csv file."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


@contextmanager
def workbook(file: Path | IO[bytes]) -> Iterator[Any]:
    """Give a workbook with `OPTIONS`, and put it together at the end."""
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        yield book


def fill(
    sheet: Any, heads: Sequence[Text], rows: Iterable[Sequence[str | int]], *, bold: Any
) -> None:
    """Write a plain table onto an empty sheet; its heads, in the format `bold`, stay in sight."""
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heads) - 1, 22)
    sheet.write_row(0, 0, [str(head) for head in heads], bold)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            write = sheet.write_number if isinstance(cell, int) else sheet.write_string
            write(number, place, cell)
