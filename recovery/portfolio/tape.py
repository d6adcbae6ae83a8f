"""The data tape (数据磁带) of a frozen package as xlsx: announcement, loans, what was left out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _
from recovery.loans import labels
from recovery.portfolio import frozen
from recovery.portfolio.announcement import items_of
from recovery.portfolio.models import Package, PackageLoan
from recovery.web.spreadsheets import workbook


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the tape: its head, how the cell is read, and its format."""

    head: Text
    read: Callable[[PackageLoan], Any]
    format: str = "text"
    width: int = 14


def _label(of: dict[str, Text], code: str | None) -> str | None:
    return None if code is None else str(of.get(code, code))


COLUMNS = (
    Column(_("合同号"), lambda row: row.contract_no, width=20),
    Column(_("未偿本金（元）"), lambda row: row.principal, "money"),
    Column(_("未偿利息（元）"), lambda row: row.interest, "money"),
    Column(_("未偿本息（元）"), lambda row: (row.principal or 0) + (row.interest or 0), "money"),
    Column(_("其他费用（元）"), lambda row: row.costs, "money"),
    Column(_("逾期天数"), lambda row: row.days_past_due, "count"),
    Column(_("逾期起始日"), lambda row: row.overdue_since, "day"),
    Column(_("五级分类"), lambda row: _label(labels.CLASSES, row.asset_class)),
    Column(_("借款人年龄"), lambda row: row.borrower_age, "count"),
    Column(_("授信额度（元）"), lambda row: row.credit_line, "money"),
    Column(_("省份代码"), lambda row: row.province),
    Column(_("担保情况"), lambda row: _label(labels.GUARANTEES, row.guarantee)),
    Column(_("抵押登记"), lambda row: _label(labels.MORTGAGE_STATES, row.mortgage_state), width=18),
    Column(_("车辆情况"), lambda row: _label(labels.VEHICLE_STATES, row.vehicle_state)),
    Column(_("诉讼情况"), lambda row: _label(labels.STAGES, row.stage)),
    Column(_("已核销"), lambda row: str(_("是") if row.written_off else _("否"))),
    Column(_("放款日"), lambda row: row.disbursed_on, "day"),
    Column(_("到期日"), lambda row: row.matures_on, "day"),
)

FORMATS = {
    "text": {},
    "money": {"num_format": "#,##0.00"},
    "count": {"num_format": "0"},
    "day": {"num_format": "yyyy-mm-dd"},
}


def write_xlsx(session: Session, package: Package, path: Path) -> int:
    """Write the tape of a frozen package to `path`; return how many loans it holds.

    Rows go to the file as they are read: memory does not grow with the package.

    Raises:
        RuleViolation: the package is not frozen.
    """
    if package.state != "frozen":
        raise RuleViolation(_("资产包冻结之后才能导出数据。"))
    with workbook(path) as book:
        formats = {name: book.add_format(how) for name, how in FORMATS.items()}
        head = book.add_format({"bold": True, "bg_color": "#EFEFEF", "text_wrap": True})
        _announcement(book.add_worksheet(str(_("资产公告"))), package, head)
        count = _loans(
            session, book.add_worksheet(str(_("资产明细"))), package, formats | {"": head}
        )
        _left_out(session, book.add_worksheet(str(_("剔除清单"))), package, head)
    return count


def _announcement(sheet: Any, package: Package, head: Any) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 60)
    for place, (label, value) in enumerate(items_of(package)):
        sheet.write_string(place, 0, str(label), head)
        sheet.write_string(place, 1, str(value))


def _loans(session: Session, sheet: Any, package: Package, formats: dict[str, Any]) -> int:
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, str(column.head), formats[""])
    count = 0
    for count, row in enumerate(frozen.rows(session, package.id), 1):
        for place, column in enumerate(COLUMNS):
            _cell(sheet, (count, place), column.read(row), formats[column.format])
    return count


def _cell(sheet: Any, at: tuple[int, int], value: Any, how: Any) -> None:
    """Write a value: text as text, never as a formula; unknown as blank."""
    if value is None:
        sheet.write_blank(*at, None, how)
    elif isinstance(value, str):
        sheet.write_string(*at, value, how)
    elif isinstance(value, date):
        sheet.write_datetime(*at, value, how)
    else:
        sheet.write_number(*at, value, how)


def _left_out(session: Session, sheet: Any, package: Package, head: Any) -> None:
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, str(_("合同号")), head)
    sheet.write_string(0, 1, str(_("剔除理由")), head)
    statement = (
        select(PackageLoan.contract_no, PackageLoan.excluded_reason)
        .where(PackageLoan.package_id == package.id, PackageLoan.excluded_reason.is_not(None))
        .order_by(PackageLoan.contract_no)
        .execution_options(yield_per=1000)
    )
    for place, (contract_no, reason) in enumerate(session.execute(statement), 1):
        sheet.write_string(place, 0, contract_no)
        sheet.write_string(place, 1, str(reason))
