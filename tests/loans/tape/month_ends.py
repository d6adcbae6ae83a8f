"""What is true of the real tape, a public securitisation of 2017, once it is in the books."""

import csv
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select

from recovery.kernel.db import db
from recovery.loans.models import LedgerEntry, Loan, MonthEndSnapshot
from tests.conftest import SHARED

TAPE = SHARED / "data" / "abs_ee_auto_2017"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def balances() -> dict[tuple[str, str], Decimal]:
    """Return the principal by contract and month end, as the ledger itself adds up."""
    movements = (
        select(
            Loan.contract_no,
            MonthEndSnapshot.month_end,
            func.sum(LedgerEntry.principal),
        )
        .join(MonthEndSnapshot, MonthEndSnapshot.loan_id == Loan.id)
        .join(LedgerEntry, LedgerEntry.loan_id == Loan.id)
        .where(LedgerEntry.value_date <= MonthEndSnapshot.month_end)
        .group_by(Loan.contract_no, MonthEndSnapshot.month_end)
    )
    return {(row[0], row[1].isoformat()): row[2] for row in db.session.execute(movements)}


def check_month_ends() -> int:
    """Compare every reporting row with ledger and month end; return how many differ."""
    ends = select(
        Loan.contract_no,
        MonthEndSnapshot.month_end,
        MonthEndSnapshot.difference,
        MonthEndSnapshot.difference_reason,
    ).join(Loan, Loan.id == MonthEndSnapshot.loan_id)
    listed = {(row.contract_no, row.month_end.isoformat()): row for row in db.session.execute(ends)}
    ours, differing = balances(), 0
    for row in rows_of(TAPE / "payments.csv"):
        key = (row["assetNumber"], row["reportingPeriodEndingDate"])
        reported = row["reportingPeriodActualEndBalanceAmount"]
        if not reported:
            assert listed[key].difference is None
            continue
        gap = Decimal(reported) - ours[key]
        assert listed[key].difference == gap
        assert bool(gap) == bool(listed[key].difference_reason), key
        differing += bool(gap)
    return differing


def check_columns() -> None:
    """Compare the columns of each loan with what its ledger adds up to."""
    sums = select(
        LedgerEntry.loan_id,
        func.sum(LedgerEntry.principal).label("principal"),
        func.sum(LedgerEntry.interest).label("interest"),
    ).group_by(LedgerEntry.loan_id)
    added = {row.loan_id: row for row in db.session.execute(sums)}
    for loan in db.session.scalars(select(Loan)):
        assert loan.principal == added[loan.id].principal
        assert loan.billed_interest == added[loan.id].interest
