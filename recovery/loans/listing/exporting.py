"""Exports of the loan list: the columns, how personal data is written, csv and xlsx."""

import csv
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.text import Text, _
from recovery.loans import labels
from recovery.loans.listing.conditions import Reader, narrowed
from recovery.loans.listing.queries import SHOWN, listed
from recovery.loans.listing.worklist import ListedLoan
from recovery.loans.models import Loan, Person
from recovery.web.display import masked
from recovery.web.filters import FilterState
from recovery.web.spreadsheets import Cell, Page, Workbook, as_text

BATCH = 1_000
SHEET_ROWS = 1_000_000
"""Rows of a sheet: a little less than the format can hold."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A row of the export: the list's row and its borrower."""

    loan: ListedLoan
    person: Person


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of the export."""

    label: Text
    value: Callable[[Exported], Cell]


def _code(labelled: dict[str, Text], name: str) -> Callable[[Exported], Cell]:
    """Return how a code of a closed list is written: by its label."""

    def value(row: Exported) -> Cell:
        code = getattr(row.loan, name)
        return None if code is None else str(labelled.get(code, code))

    return value


def _own(name: str) -> Callable[[Exported], Cell]:
    """Return how an attribute of the list's row is written: as it is."""

    def value(row: Exported) -> Cell:
        cell: Cell = getattr(row.loan, name)
        return cell

    return value


COLUMNS = (
    ExportColumn(_("合同编号"), _own("contract_no")),
    ExportColumn(_("借款人"), _own("borrower_name")),
    ExportColumn(_("逾期天数"), _own("days_past_due")),
    ExportColumn(_("五级分类"), _code(labels.CLASSES, "asset_class")),
    ExportColumn(_("账面余额（元）"), _own("balance")),
    ExportColumn(_("未偿本金（元）"), _own("principal")),
    ExportColumn(_("逾期起日"), _own("overdue_since")),
    ExportColumn(_("诉讼状态"), _code(labels.STAGES, "stage")),
    ExportColumn(_("机构"), _own("branch")),
    ExportColumn(_("省份"), _code(labels.PROVINCES, "province")),
    ExportColumn(_("抵押"), _code(labels.MORTGAGE_STATES, "mortgage_state")),
    ExportColumn(_("车辆"), _code(labels.VEHICLE_STATES, "vehicle_state")),
    ExportColumn(_("车牌"), _own("plate")),
    ExportColumn(_("经办人"), _own("owner")),
    ExportColumn(_("委外机构"), _own("agency")),
    ExportColumn(_("产品"), _code(labels.PRODUCTS, "product")),
    ExportColumn(_("放款日"), _own("disbursed_on")),
    ExportColumn(_("最近还款日"), _own("last_paid_on")),
    ExportColumn(_("核销日"), _own("written_off_on")),
    ExportColumn(_("结清日"), _own("closed_on")),
)

MASKED = (
    ExportColumn(_("身份证号（尾号）"), lambda row: masked(row.person.id_number)),
    ExportColumn(_("电话（尾号）"), lambda row: masked(row.person.phone)),
)
CLEAR = (
    ExportColumn(_("身份证号"), lambda row: row.person.id_number),
    ExportColumn(_("电话"), lambda row: row.person.phone),
    ExportColumn(_("地址"), lambda row: row.person.address),
)
MASKINGS: dict[str, tuple[ExportColumn, ...]] = {"none": (), "masked": MASKED, "clear": CLEAR}
"""What is written of personal data, by the choice of the form."""


def exported(
    session: Session, filters: FilterState, reader: Reader, places: dict[str, dict[int, str]]
) -> Iterator[list[Exported]]:
    """Yield the rows of a filter in order of their ids, `BATCH` at a time."""
    last = 0
    while True:
        statement = narrowed(select(*SHOWN, Loan.borrower_id), session, filters, reader)
        page = statement.where(Loan.id > last).order_by(Loan.id).limit(BATCH)
        rows = session.execute(page).all()
        if not rows:
            return
        people = _people(session, [row.borrower_id for row in rows])
        yield [Exported(listed(row, reader, places), people[row.borrower_id]) for row in rows]
        last = rows[-1].id
        session.rollback()  # no reading transaction stays open while the file is written


def _people(session: Session, ids: Sequence[int]) -> dict[int, Person]:
    rows = session.scalars(select(Person).where(Person.id.in_(set(ids))))
    return {person.id: person for person in rows}


class Writer(ABC):
    """Writes rows of cells to a file."""

    def __init__(self, path: Path, heads: Sequence[str]) -> None:
        self.path = path
        self.heads = heads

    @abstractmethod
    def write(self, cells: Sequence[Cell]) -> None:
        """Write one row."""

    @abstractmethod
    def close(self) -> None:
        """Finish the file."""


class CsvWriter(Writer):
    """A csv file in UTF-8 with the mark by which spreadsheets know it."""

    def __init__(self, path: Path, heads: Sequence[str]) -> None:
        super().__init__(path, heads)
        self.file = path.open("w", encoding="utf-8-sig", newline="")
        self.csv = csv.writer(self.file)
        self.csv.writerow(heads)

    def write(self, cells: Sequence[Cell]) -> None:
        """Write one row; what looks like a formula is written as text."""
        self.csv.writerow([as_text(cell) for cell in cells])

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class XlsxWriter(Writer):
    """A workbook whose rows go to disk as they come; a new sheet when one is full."""

    def __init__(self, path: Path, heads: Sequence[str]) -> None:
        super().__init__(path, heads)
        self.book = Workbook(path)
        self.page = self._new_page()

    def _new_page(self) -> Page:
        page = self.book.page("", [14] * len(self.heads))
        page.head(self.heads)
        return page

    def write(self, cells: Sequence[Cell]) -> None:
        """Write one row, amounts and days as such."""
        if self.page.row > SHEET_ROWS:
            self.page = self._new_page()
        self.page.write(cells)

    def close(self) -> None:
        """Put the workbook together."""
        self.book.close()


WRITERS: dict[str, type[Writer]] = {"csv": CsvWriter, "xlsx": XlsxWriter}
