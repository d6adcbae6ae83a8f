"""On PostgreSQL: a tape is imported, corrected and recognised there too."""

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from recovery.loans.models import LedgerEntry
from tests.kernel.conftest import postgres, postgres_url
from tests.kernel.conftest import postgres_app as on_postgres
from tests.loans.tape.snapshots import snapshot_row, write_snapshot
from tests.loans.tape.tapes import AS_OF, count, import_file, line, loan_of, write_csv

__all__ = ["on_postgres", "postgres", "postgres_url"]
pytestmark = pytest.mark.postgres


def test_a_tape_is_imported_corrected_and_recognised(on_postgres: Flask, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [line(1), line(2), line(3, 放款金额="?")])
    batch = import_file(on_postgres, path, as_of=AS_OF)
    assert (batch.state, batch.created_count, batch.rejected_count) == ("applied", 2, 1)
    corrected = write_csv(tmp_path / "b.csv", [line(1, 剩余本金="79000", 车牌号="沪B1"), line(2)])
    batch = import_file(on_postgres, corrected, as_of=AS_OF)
    assert (batch.updated_count, batch.unchanged_count, batch.state) == (1, 1, "applied")
    assert loan_of("QC2024000001").principal == Decimal(79000)
    entries = count(LedgerEntry)
    again = import_file(on_postgres, corrected, as_of=AS_OF)
    assert (again.unchanged_count, count(LedgerEntry)) == (2, entries)


def test_reporting_rows_are_imported_with_their_loans(on_postgres: Flask, tmp_path: Path) -> None:
    payments = tmp_path / "payments.csv"
    payments.write_text(
        "assetNumber,reportingPeriodEndingDate,actualPrincipalCollectedAmount,"
        "totalActualAmountPaid,reportingPeriodActualEndBalanceAmount\n"
        "AL0000001,2023-06-30,400,480,19201\n",
        "utf-8",
    )
    loans = write_snapshot(tmp_path / "loans.csv", [snapshot_row(1)])
    batch = import_file(on_postgres, loans, payments=payments)
    assert (batch.state, batch.control_totals["reporting_rows"]) == ("applied", 1)
    assert loan_of("AL0000001").principal == Decimal(19201)
