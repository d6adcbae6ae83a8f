"""What all tables that leave the program have in common: nothing in them calculates or links."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter

from recovery.kernel import clock
from recovery.kernel.text import Text

Cell = str | Text | int | Decimal | date | datetime | None
"""What a cell holds; `None` is unknown and stays blank. Amounts and rates are Decimal."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""

_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_FORMATS = {
    "head": {"bold": True, "bg_color": "#EFEFEF", "text_wrap": True, "valign": "top"},
    "money": {"num_format": "#,##0.00"},
    "rate": {"num_format": "0.########"},
    "day": {"num_format": "yyyy-mm-dd"},
}


def harmless(text: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula, not even out of a csv file."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def as_text(cell: Cell) -> str:
    """Return a cell as csv has it: amounts plain, unknown empty, nothing that calculates."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime):
        return _moment(cell)
    return harmless(str(cell)) if isinstance(cell, str | Text) else str(cell)


def _moment(moment: datetime) -> str:
    return moment.astimezone(clock.BUSINESS_ZONE).isoformat(timespec="seconds")


class Page:
    """A sheet of a workbook, written from the top down."""

    def __init__(self, sheet: Any, formats: dict[str, Any]) -> None:
        self.row = 0
        """Where the next row goes: as many as were written."""

        self._sheet = sheet
        self._formats = formats

    def head(self, heads: Sequence[Text | str]) -> None:
        """Write the heads of columns; they and the first column stay in sight."""
        for place, head in enumerate(heads):
            self._sheet.write_string(self.row, place, str(head), self._formats["head"])
        self.row += 1
        self._sheet.freeze_panes(self.row, 1)

    def fact(self, label: Text | str, value: Cell) -> None:
        """Write a row of two: what it is, as a head, and its value."""
        self._sheet.write_string(self.row, 0, str(label), self._formats["head"])
        self._write(1, value)
        self.row += 1

    def write(self, cells: Iterable[Cell]) -> None:
        """Write a row, each cell as what it is: a text as text, never as a formula."""
        for place, cell in enumerate(cells):
            self._write(place, cell)
        self.row += 1

    def _write(self, place: int, cell: Cell) -> None:
        sheet, formats, at = self._sheet, self._formats, (self.row, place)
        if cell is None:
            return
        if isinstance(cell, Decimal):
            exponent = cell.as_tuple().exponent
            is_rate = isinstance(exponent, int) and exponent < -2
            sheet.write_number(*at, float(cell), formats["rate" if is_rate else "money"])
        elif isinstance(cell, datetime):
            sheet.write_string(*at, _moment(cell))
        elif isinstance(cell, date):
            sheet.write_datetime(*at, cell, formats["day"])
        elif isinstance(cell, int):
            sheet.write_number(*at, cell)
        else:
            sheet.write_string(*at, str(cell))


class Workbook:
    """A workbook in which texts stay texts; rows go to disk as they come, in their order."""

    def __init__(self, file: Path | IO[bytes]) -> None:
        self._book = xlsxwriter.Workbook(file, _OPTIONS)
        self._formats = {name: self._book.add_format(how) for name, how in _FORMATS.items()}

    def page(self, name: Text | str, widths: Iterable[int]) -> Page:
        """Add an empty sheet with columns of these widths, in characters."""
        sheet = self._book.add_worksheet(str(name))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        return Page(sheet, self._formats)

    def close(self) -> None:
        """Put the workbook together."""
        self._book.close()


@contextmanager
def workbook(file: Path | IO[bytes]) -> Iterator[Workbook]:
    """Give a workbook to write to, and put it together at the end."""
    with closing(Workbook(file)) as book:
        yield book
