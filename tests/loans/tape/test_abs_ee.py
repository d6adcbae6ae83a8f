"""ABS-EE: reporting rows become ledgers whose month ends are the filing's, or say why not."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.kernel.db import db
from recovery.loans.models import (
    ApplicationData,
    ImportBatch,
    LedgerEntry,
    MonthEndSnapshot,
    StagedRow,
)
from recovery.loans.tape.abs_ee import Start, derive
from recovery.loans.tape.arrears import Duty, overdue_since
from recovery.loans.tape.reporting import Month, merged
from tests.loans.tape.snapshots import (
    HEADER,
    charged_off_row,
    closed_row,
    lone_recovery_row,
    snapshot_row,
    write_snapshot,
)
from tests.loans.tape.tapes import count, import_file, loan_of


def month(
    number: int, end: str | None, principal: str = "0", paid: str = "0", **more: str
) -> Month:
    return Month(
        period_end=date(2020, number, 28),
        end_balance=None if end is None else Decimal(end),
        principal_paid=Decimal(principal),
        total_paid=Decimal(paid),
        **{name: Decimal(amount) for name, amount in more.items()},  # type: ignore[arg-type]
    )


def derived(*months: Month) -> tuple[Decimal, list[str | None], list[str]]:
    state = derive(Start(Decimal(1000)), months)
    reasons = [one.difference_reason for one in state.snapshots]
    return state.principal, reasons, [entry.kind for entry in state.entries]


def test_a_payment_is_split_and_its_interest_billed_first() -> None:
    assert derived(month(1, "900", "100", "105")) == (Decimal(900), [None], ["interest", "payment"])


def test_a_balance_that_rises_unexplained_is_listed_and_taken_over_the_day_after() -> None:
    principal, reasons, kinds = derived(month(1, "1070.78"), month(2, "970.78", "100", "100"))
    assert (principal, kinds) == (Decimal("970.78"), ["adjustment", "payment"])
    assert "70.78" in (reasons[0] or "")
    assert reasons[1] is None


def test_a_charge_off_leaves_the_claim_standing() -> None:
    principal, reasons, kinds = derived(
        month(1, "0", proceeds="600"), month(2, None, recovered="50")
    )
    assert (principal, kinds) == (Decimal(350), ["sale_proceeds", "write_off", "recovery"])
    assert "账销案存" in (reasons[0] or "")


def test_proceeds_that_the_filing_has_not_deducted_are_the_reason_of_the_difference() -> None:
    _principal, reasons, _kinds = derived(month(1, "1000", proceeds="600"))
    assert "600" in (reasons[0] or "")


def test_negative_recoveries_and_proceeds_are_adjustments() -> None:
    principal, _reasons, kinds = derived(month(1, None, proceeds="-300", recovered="-20"))
    assert (principal, kinds) == (Decimal(1020), ["adjustment", "adjustment"])


def test_a_recovery_beyond_the_principal_pays_interest() -> None:
    principal, _reasons, kinds = derived(month(1, None, recovered="1200"))
    assert (principal, kinds) == (Decimal(0), ["interest", "recovery"])


def test_principal_given_back_raises_the_balance() -> None:
    assert derived(month(1, "1050", "-50"))[:2] == (Decimal(1050), [None])


def test_rows_of_both_files_for_one_month_are_one_when_they_say_the_same() -> None:
    first, same = month(1, "900", "100", "105"), month(1, "900", "100", "105")
    assert len(merged(first, [same])) == 1
    assert len(merged(first, [month(1, "800", "100", "105")])) == 2


def test_overdue_begins_with_the_earliest_scheduled_payment_not_covered() -> None:
    months: Sequence[Month] = [
        month(1, "1000"),
        month(2, "900", "100", "100"),
        month(3, "900"),
        month(4, "900"),
    ]
    state = derive(Start(Decimal(1000)), months)
    duty = Duty(scheduled=Decimal(100), days_past_due=0, paid_ahead=False)
    assert overdue_since(duty, months[0].period_end, state) == date(2020, 3, 28)
    late = Duty(scheduled=Decimal(100), days_past_due=35, paid_ahead=False)
    assert overdue_since(late, months[0].period_end, state) == date(2020, 1, 23)


@pytest.fixture
def snapshot(app: Flask, tmp_path: Path) -> ImportBatch:
    """Return the batch of a snapshot of 40 loans with every odd kind of row."""
    rows = [snapshot_row(serial) for serial in range(36)]
    rows += [closed_row(100), charged_off_row(101), lone_recovery_row(102)]
    rows.append(snapshot_row(103, currentDelinquencyStatus="45", originalLoanAmount="n/a"))
    return import_file(app, write_snapshot(tmp_path / "snapshot.csv", rows))


def test_a_snapshot_with_79_columns_some_doubled_or_empty_is_imported(
    snapshot: ImportBatch,
) -> None:
    assert len(HEADER) == 79
    assert (snapshot.layout, snapshot.state) == ("abs-ee", "applied")
    assert (snapshot.created_count, snapshot.rejected_count) == (38, 2)
    loan = loan_of("AL0000001")
    assert (loan.disbursed_on, loan.matures_on) == (date(2021, 3, 1), date(2027, 4, 30))
    assert (loan.principal, loan.rate_per_year) == (Decimal("19601.00"), Decimal("0.0479"))
    assert (loan.borrower_name, loan.province, loan.overdue_since) == (None, "US-CA", None)


def test_a_closed_loan_closes_and_a_charged_off_one_is_still_pursued(
    snapshot: ImportBatch,
) -> None:
    closed, off = loan_of("AL0000100"), loan_of("AL0000101")
    assert (closed.closed_on, closed.principal) == (date(2023, 5, 31), Decimal(0))
    assert (off.written_off_on, off.closed_on) == (date(2023, 5, 31), None)
    assert (off.principal, off.overdue_since) == (Decimal(20101), date(2023, 1, 30))
    end = db.session.scalars(
        select(MonthEndSnapshot).where(MonthEndSnapshot.loan_id == off.id)
    ).one()
    assert (end.reported_balance, end.difference) == (Decimal(0), Decimal(-20101))
    assert "核销" in (end.difference_reason or "")


def test_a_recovery_without_its_loan_and_a_row_without_amount_are_rejected_with_reasons(
    snapshot: ImportBatch,
) -> None:
    rows = db.session.scalars(select(StagedRow).where(StagedRow.state == "rejected")).all()
    assert [row.contract_no for row in rows] == ["AL0000102", "AL0000103"]
    reasons = rows[0].reason or ""
    assert all(name in reasons for name in ("放款日", "放款金额", "年利率"))


def test_a_score_of_0_is_none_and_a_share_in_percent_becomes_a_share(
    snapshot: ImportBatch,
) -> None:
    without = db.session.get_one(ApplicationData, loan_of("AL0000005").id).data
    with_score = db.session.get_one(ApplicationData, loan_of("AL0000006").id).data
    assert "obligorCreditScore" not in without
    assert with_score["obligorCreditScore"] == "712"
    assert with_score["paymentToIncomePercentage"] == "0.0853"


def test_the_next_months_snapshot_goes_on_and_the_same_again_changes_nothing(
    app: Flask, snapshot: ImportBatch, tmp_path: Path
) -> None:
    june = snapshot_row(
        1,
        reportingPeriodBeginningDate="06-01-2023",
        reportingPeriodEndingDate="06-30-2023",
        reportingPeriodBeginningLoanBalanceAmount="19601",
        reportingPeriodActualEndBalanceAmount="19201",
    )
    recovery = lone_recovery_row(101) | {"reportingPeriodEndingDate": "06-30-2023"}
    path = write_snapshot(tmp_path / "june.csv", [june, recovery])
    batch = import_file(app, path)
    assert (batch.updated_count, batch.rejected_count, batch.state) == (2, 0, "applied")
    assert loan_of("AL0000001").principal == Decimal(19201)
    assert loan_of("AL0000101").principal == Decimal(19851)
    entries = count(LedgerEntry)
    again = import_file(app, path)
    assert (again.unchanged_count, again.updated_count) == (2, 0)
    assert count(LedgerEntry) == entries


def test_a_corrected_month_is_corrected_by_new_entries(
    app: Flask, snapshot: ImportBatch, tmp_path: Path
) -> None:
    corrected = snapshot_row(
        1,
        reportingPeriodActualEndBalanceAmount="19501",
        actualPrincipalCollectedAmount="500",
        totalActualAmountPaid="580",
    )
    path = write_snapshot(tmp_path / "may.csv", [corrected])
    batch = import_file(app, path)
    loan = loan_of("AL0000001")
    assert (batch.updated_count, batch.state, loan.principal) == (1, "applied", Decimal(19501))
    last = db.session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.loan_id == loan.id)
        .order_by(LedgerEntry.number.desc())
    ).first()
    assert last is not None
    assert (last.kind, last.reference) == ("adjustment", "abs-ee/2023-05-a/payment#2")
    again = import_file(app, path)
    assert again.unchanged_count == 1


def test_payment_rows_follow_their_loan_or_are_rejected_with_the_reason(
    app: Flask, tmp_path: Path
) -> None:
    rows = [snapshot_row(1), snapshot_row(2, originalLoanAmount="?")]
    header = (
        "assetNumber,reportingPeriodEndingDate,actualPrincipalCollectedAmount,"
        "totalActualAmountPaid,reportingPeriodActualEndBalanceAmount"
    )
    payments = tmp_path / "payments.csv"
    lines = [
        f"AL000000{serial},2023-06-30,400,480,{amount}"
        for serial, amount in ((1, 19201), (2, 19202), (3, 19203))
    ]
    payments.write_text("\n".join([header, *lines]), "utf-8")
    batch = import_file(app, write_snapshot(tmp_path / "loans.csv", rows), payments=payments)
    assert (batch.created_count, batch.rejected_count, batch.state) == (1, 1, "applied")
    found = db.session.scalars(
        select(StagedRow).where(StagedRow.part == "payments").order_by(StagedRow.id)
    ).all()
    assert [row.state for row in found] == ["applied", "rejected", "rejected"]
    assert "行被拒绝" in (found[1].reason or "")
    assert "没有这份合同" in (found[2].reason or "")
    assert loan_of("AL0000001").principal == Decimal(19201)


def test_an_issuer_that_writes_rates_in_percent_is_understood_by_its_column(
    app: Flask, tmp_path: Path
) -> None:
    rates = ("4.79", "0.9", "0")
    rows = [
        snapshot_row(serial, originalInterestRatePercentage=rate)
        for serial, rate in enumerate(rates)
    ]
    import_file(app, write_snapshot(tmp_path / "percent.csv", rows))
    read = [loan_of(f"AL000000{serial}").rate_per_year for serial in range(3)]
    assert read == [Decimal("0.0479"), Decimal("0.009"), Decimal(0)]
