"""The data tape (数据磁带) of a frozen package as xlsx: announcement, loans, what was left out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.errors import RuleViolation
from recovery.kernel.money import ZERO
from recovery.kernel.text import Text, _
from recovery.loans import labels
from recovery.portfolio import frozen
from recovery.portfolio.announcement import items_of
from recovery.portfolio.models import Package, PackageLoan
from recovery.web.spreadsheets import Cell, Page, workbook


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the tape: its head, and how the cell is read."""

    head: Text
    read: Callable[[PackageLoan], Cell]
    width: int = 14


def _label(of: dict[str, Text], code: str | None) -> str | None:
    return None if code is None else str(of.get(code, code))


COLUMNS = (
    Column(_("合同号"), lambda row: row.contract_no, width=20),
    Column(_("未偿本金（元）"), lambda row: row.principal),
    Column(_("未偿利息（元）"), lambda row: row.interest),
    Column(_("未偿本息（元）"), lambda row: (row.principal or ZERO) + (row.interest or ZERO)),
    Column(_("其他费用（元）"), lambda row: row.costs),
    Column(_("逾期天数"), lambda row: row.days_past_due),
    Column(_("逾期起始日"), lambda row: row.overdue_since),
    Column(_("五级分类"), lambda row: _label(labels.CLASSES, row.asset_class)),
    Column(_("借款人年龄"), lambda row: row.borrower_age),
    Column(_("授信额度（元）"), lambda row: row.credit_line),
    Column(_("省份代码"), lambda row: row.province),
    Column(_("担保情况"), lambda row: _label(labels.GUARANTEES, row.guarantee)),
    Column(_("抵押登记"), lambda row: _label(labels.MORTGAGE_STATES, row.mortgage_state), width=18),
    Column(_("车辆情况"), lambda row: _label(labels.VEHICLE_STATES, row.vehicle_state)),
    Column(_("诉讼情况"), lambda row: _label(labels.STAGES, row.stage)),
    Column(_("已核销"), lambda row: str(_("是") if row.written_off else _("否"))),
    Column(_("放款日"), lambda row: row.disbursed_on),
    Column(_("到期日"), lambda row: row.matures_on),
)


def write_xlsx(session: Session, package: Package, path: Path) -> int:
    """Write the tape of a frozen package to `path`; return how many loans it holds.

    Rows go to the file as they are read: memory does not grow with the package.

    Raises:
        RuleViolation: the package is not frozen.
    """
    if package.state != "frozen":
        raise RuleViolation(_("资产包冻结之后才能导出数据。"))
    with workbook(path) as book:
        _announcement(book.page(_("资产公告"), (28, 60)), package)
        count = _loans(session, book.page(_("资产明细"), (one.width for one in COLUMNS)), package)
        _left_out(session, book.page(_("剔除清单"), (20, 60)), package)
    return count


def _announcement(page: Page, package: Package) -> None:
    for label, value in items_of(package):
        page.fact(label, value)


def _loans(session: Session, page: Page, package: Package) -> int:
    page.head([column.head for column in COLUMNS])
    for row in frozen.rows(session, package.id):
        page.write(column.read(row) for column in COLUMNS)
    return page.row - 1


def _left_out(session: Session, page: Page, package: Package) -> None:
    page.head([_("合同号"), _("剔除理由")])
    statement = (
        select(PackageLoan)
        .where(PackageLoan.package_id == package.id, PackageLoan.excluded_reason.is_not(None))
        .order_by(PackageLoan.contract_no)
        .execution_options(yield_per=1000)
    )
    for row in session.scalars(statement):
        page.write((row.contract_no, str(row.why_excluded)))
