"""Outside totals against our ledger; differences; the monthly reconciliation of two persons."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import select

from recovery.access import approvals
from recovery.access.models import UserAccount
from recovery.evidence import sequencer
from recovery.evidence.totals.importing import read_totals
from recovery.evidence.totals.models import ControlDifference, ControlTotal, Reconciliation
from recovery.evidence.totals.queries import coverage, latest_reconciliation
from recovery.evidence.totals.reconciling import figures_of_month, prepare_reconciliation
from recovery.evidence.totals.rules import Entered
from recovery.evidence.totals.service import (
    Handling,
    Outcome,
    compare_again,
    enter_totals,
    figures_for,
    handle_difference,
)
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import Work, work_as
from recovery.loans.models import LedgerEntry, Loan
from tests.conftest import NOW
from tests.evidence.making import NIL, make_loan

FEBRUARY = date(2026, 2, 1)


def book(work: Work, loan: Loan, number: int, **given: Any) -> LedgerEntry:
    """Write one row of the ledger."""
    values: dict[str, Any] = {
        "kind": "payment",
        "value_date": date(2026, 2, 10),
        "principal": NIL,
        "interest": NIL,
        "penalty": NIL,
        "costs": NIL,
        "appropriation_order": None,
        "instalment_number": None,
        "accrued_until": None,
        "reverses_id": None,
        "reference": None,
        "description": None,
        "origin": "born_here",
        "import_batch_id": None,
        "booked_at": NOW,
    }
    return work.add(LedgerEntry(loan_id=loan.id, number=number, **(values | given)))


def lend(work: Work) -> Loan:
    """Lend 1,000 on 1 February and take 300 back on the 10th."""
    loan = make_loan(work)
    thousand, paid = Decimal("1000.00"), Decimal("300.00")
    book(
        work,
        loan,
        1,
        kind="disbursement",
        value_date=FEBRUARY,
        amount=thousand,
        principal=thousand,
    )
    book(work, loan, 2, amount=paid, principal=-paid)
    return loan


def given(measure: str, amount: str, day: int = 10, source: str = "general_ledger") -> Entered:
    """Return a figure of another book."""
    return Entered(date(2026, 2, day), source, measure, Decimal(amount))


def test_a_figure_that_agrees_leaves_no_difference(work: Work) -> None:
    lend(work)
    rows = [
        given("principal", "700.00"),
        given("principal", "1000.00", day=9),
        given("receipts", "300.00", source="bank_receipts"),
        given("disbursed", "1000.00", day=1),
    ]
    outcome = enter(work, rows)
    assert (outcome.entered, outcome.unchanged, outcome.differing) == (4, 0, 0)
    assert work.session.scalars(select(ControlDifference)).all() == []


def test_a_reversal_takes_the_receipt_back_on_its_own_day(work: Work) -> None:
    loan = lend(work)
    row = work.session.scalars(select(LedgerEntry).where(LedgerEntry.number == 2)).one()
    book(
        work,
        loan,
        3,
        kind="reversal",
        value_date=date(2026, 2, 11),
        amount=Decimal("300.00"),
        principal=Decimal("300.00"),
        reverses_id=row.id,
    )
    rows = [given("receipts", "300.00"), given("receipts", "-300.00", day=11)]
    assert enter(work, rows).differing == 0


def test_a_difference_is_the_outside_figure_less_ours_and_closes_when_they_agree(
    work: Work,
) -> None:
    loan = lend(work)
    enter(work, [given("principal", "650.00")])
    difference = work.session.scalars(select(ControlDifference)).one()
    assert (difference.amount, difference.closed_at) == (Decimal("-50.00"), None)
    fifty = Decimal("50.00")
    book(work, loan, 3, amount=fifty, principal=-fifty)  # booked late, back-dated
    assert compare(work) == 1
    assert (difference.closing, difference.closed_at) == ("agrees", NOW)


def test_what_was_explained_opens_again_when_it_differs_by_another_amount(work: Work) -> None:
    loan = lend(work)
    enter(work, [given("principal", "650.00")])
    one = work.session.scalars(select(ControlDifference)).one()
    handling = Handling("", "timing", "次日到账", "explained")
    handle_difference(work, one.id, one.version, handling)
    assert compare(work) == 0
    assert one.closed_at is not None
    ten = Decimal("10.00")
    book(work, loan, 3, amount=ten, principal=-ten)
    compare(work)
    found = work.session.execute(
        select(ControlDifference.closing, ControlDifference.closed_at, ControlDifference.amount)
    ).one()
    assert tuple(found) == (None, None, Decimal("-40.00"))


def test_a_corrected_figure_supersedes_and_closes_the_old_difference(work: Work) -> None:
    lend(work)
    enter(work, [given("principal", "650.00")])
    enter(work, [given("principal", "700.00")])
    old, new = work.session.scalars(select(ControlTotal).order_by(ControlTotal.id)).all()
    assert (old.superseded_at, new.superseded_at) == (NOW, None)
    assert work.session.scalars(select(ControlDifference)).one().closing == "corrected"
    assert enter(work, [given("principal", "700.00")]).unchanged == 1


def test_a_difference_is_closed_only_with_its_cause(work: Work) -> None:
    lend(work)
    enter(work, [given("principal", "650.00")])
    one = work.session.scalars(select(ControlDifference)).one()
    with pytest.raises(RuleViolation, match="原因"):
        handle_difference(work, one.id, one.version, Handling("", "", "", "explained"))
    with pytest.raises(NotFound, match="没有用户"):
        handle_difference(work, one.id, one.version, Handling("nobody", "timing", "", ""))


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [given("principal", "1.00", source="bank_receipts")],
        [Entered(date(2026, 3, 17), "general_ledger", "principal", NIL)],
        [given("principal", "1.00"), given("principal", "2.00")],
        [Entered(FEBRUARY, "general_ledger", "principal", NIL, scope="999")],
    ],
)
def test_figures_that_cannot_be_compared_are_refused(work: Work, rows: list[Entered]) -> None:
    with pytest.raises(RuleViolation):
        enter(work, rows)


def enter(work: Work, rows: list[Entered]) -> Outcome:
    """Enter figures beside ours of this moment."""
    return enter_totals(work, rows, figures_for(work.session, rows, work.today))


def compare(work: Work) -> int:
    """Compare February with our figures of this moment."""
    ours = figures_of_month(work.session, FEBRUARY)
    return compare_again(work, FEBRUARY, date(2026, 2, 28), ours)


def prepare(work: Work, month: date, *, reason: str) -> Reconciliation:
    """Draw a month up with our figures of this moment."""
    ours = figures_of_month(work.session, month)
    return prepare_reconciliation(work, month, ours, reason=reason)


HEAD = "日期,来源,项目,金额,机构,凭证号\n"
LINE = '2026/2/10,总账,本金余额,"1,234.50",,GL-1\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_is_read_in_both_encodings(encoding: str) -> None:
    [row] = read_totals(io.BytesIO((HEAD + LINE).encode(encoding)))
    expected = given("principal", "1234.50")
    assert (row.key, row.amount, row.reference) == (expected.key, expected.amount, "GL-1")


def test_a_spreadsheet_is_read_with_its_numbers_as_shown() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["日期", "来源", "项目", "金额", "机构"])
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime(1, 0, date(2026, 2, 10), day)
        sheet.write_row(1, 1, ["银行入账", "当日收款", 1234.1, 101])
    [row] = read_totals(io.BytesIO(file.getvalue()))
    assert row.key == (date(2026, 2, 10), "bank_receipts", "receipts", "101")
    assert row.amount == Decimal("1234.10")


@pytest.mark.parametrize(
    "line", ["昨天,总账,本金余额,1", "2026-02-10,总账,本金余额,1.005", "2026-02-10,甲,本金余额,1"]
)
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(RuleViolation, match="第 2 行"):
        read_totals(io.BytesIO((HEAD + line).encode()))


def acting(account: UserAccount) -> Actor:
    """Return a person as the one who acts."""
    return Actor(account.id, account.username, account.role, EVERYTHING)


def test_a_month_is_signed_off_by_a_second_person_and_cited(
    app: Flask, person: Callable[..., UserAccount]
) -> None:
    manager, approver = acting(person("asset_manager")), acting(person("approver"))
    with work_as(manager, now=NOW) as work:
        lend(work)
        enter(work, [given("principal", "650.00"), given("receipts", "300.00")])
        made = prepare(work, FEBRUARY, reason="二月对账")
    with work_as(manager, now=NOW) as work, pytest.raises(Conflict):
        prepare(work, FEBRUARY, reason="再来一次")
    assert latest_reconciliation(db.session(), date(2026, 3, 1)) is None
    with work_as(approver, now=NOW) as work:
        request = approvals.pending_on(work.session, "reconciliation", made.id)
        assert request is not None
        approvals.approve_request(work, request.id, shown=request.digest)
    sequencer.register_pending()
    db.session.rollback()
    cited = latest_reconciliation(db.session(), date(2026, 3, 1))
    assert cited is not None
    assert (cited.month, cited.number, cited.open_differences) == ("2026-02", 1, 1)
    assert (cited.digest, cited.signed_by) == (made.digest, approver.name)
    assert cited.log_index is not None
    assert latest_reconciliation(db.session(), date(2026, 2, 27)) is None
    assert latest_reconciliation(db.session(), date(2026, 3, 1), below=cited.log_index) is None


def test_a_month_that_is_not_over_or_empty_is_not_reconciled(
    app: Flask, person: Callable[..., UserAccount]
) -> None:
    manager = acting(person("asset_manager"))
    with work_as(manager, now=NOW) as work:
        with pytest.raises(RuleViolation, match="尚未结束"):
            prepare(work, date(2026, 3, 1), reason="三月")
        with pytest.raises(RuleViolation, match="没有录入"):
            prepare(work, FEBRUARY, reason="二月")


def test_coverage_tells_the_last_day_and_open_differences_of_each_source(work: Work) -> None:
    lend(work)
    enter(work, [given("principal", "650.00"), given("principal", "1000.00", day=9)])
    [one] = coverage(work.session)
    assert (one.source, one.count, one.last_day, one.open_count) == (
        "general_ledger",
        2,
        date(2026, 2, 10),
        1,
    )
