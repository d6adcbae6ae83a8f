"""Tapes become loans: whole or not at all, once, and corrected by later tapes."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from recovery.access.models import Branch
from recovery.kernel.db import db
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.models import (
    ImportBatch,
    LedgerEntry,
    Loan,
    LoanParty,
    Person,
    StagedRow,
    Vehicle,
)
from recovery.loans.tape.applying import apply_batch
from recovery.loans.tape.checking import check_batch
from recovery.loans.tape.rejects import write_rejects
from recovery.loans.tape.staging import Upload, stage
from tests.loans.tape.tapes import (
    ACTOR,
    AS_OF,
    HEADERS,
    TODAY,
    chinese_workbook,
    count,
    id_number,
    import_file,
    line,
    loan_of,
    opener,
    workbook,
    write_csv,
)


def rejects_of(batch: ImportBatch) -> list[str]:
    file = StringIO()
    write_rejects(db.session(), batch, "loans", file)
    return file.getvalue().lstrip("\ufeff").splitlines()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_lenders_csv_becomes_loans_with_all_that_hangs_on_them(
    app: Flask, tmp_path: Path, encoding: str
) -> None:
    path = write_csv(tmp_path / "t.csv", [line(1), line(2)], encoding)
    batch = import_file(app, path, as_of=AS_OF)
    assert (batch.state, batch.created_count, batch.rejected_count) == ("applied", 2, 0)
    loan = loan_of("QC2024000001")
    assert (loan.borrower_name, loan.disbursed_on) == ("王小明", date(2024, 2, 29))
    assert (loan.disbursed_amount, loan.rate_per_year) == (Decimal(120000), Decimal("0.049"))
    assert (loan.principal, loan.billed_interest) == (Decimal("80000.50"), Decimal("1200.25"))
    assert (loan.penalty_due, loan.overdue_since) == (Decimal("88.80"), date(2025, 11, 29))
    assert loan.mortgage_state == "registered"
    assert loan.borrower.id_number == id_number(1)
    assert loan.borrower.birth_year == 1985
    vehicle = db.session.scalars(select(Vehicle).where(Vehicle.loan_id == loan.id)).one()
    assert vehicle.plate == "沪A00001"


def test_the_ledger_of_an_imported_loan_adds_up_to_its_columns(app: Flask, tmp_path: Path) -> None:
    import_file(app, write_csv(tmp_path / "t.csv", [line(1)]), as_of=AS_OF)
    loan = loan_of("QC2024000001")
    rows = db.session.scalars(select(LedgerEntry).where(LedgerEntry.loan_id == loan.id)).all()
    assert [row.kind for row in rows] == ["disbursement", "opening"]
    assert sum(row.principal for row in rows) == loan.principal
    assert sum(row.interest for row in rows) == loan.billed_interest
    assert sum(row.penalty for row in rows) == loan.penalty_due


def test_contract_transactions_and_batch_are_to_be_registered(app: Flask, tmp_path: Path) -> None:
    batch = import_file(app, write_csv(tmp_path / "t.csv", [line(1)]), as_of=AS_OF)
    kinds = db.session.scalars(select(RegistrationIntent.kind).order_by(RegistrationIntent.id))
    assert sorted(kinds) == ["batch", "contract", "transaction", "transaction"]
    intent = db.session.scalars(
        select(RegistrationIntent).where(RegistrationIntent.kind == "batch")
    ).one()
    assert (intent.subject_type, intent.subject_id) == ("import_batch", batch.id)


def test_a_sheet_with_merged_headers_and_four_notations_of_days_is_imported(
    app: Flask, tmp_path: Path
) -> None:
    batch = import_file(app, chinese_workbook(tmp_path / "t.xlsx"), as_of=AS_OF)
    assert (batch.created_count, batch.rejected_count) == (4, 0)
    for place in range(4):
        loan = loan_of(f"HT-{place + 1}")
        assert loan.disbursed_on == date(2024, 2, 29)
        assert (loan.disbursed_amount, loan.principal) == (Decimal(125000), Decimal("81234.56"))
        assert loan.rate_per_year == Decimal("0.049")
        assert loan.overdue_since == date(2025, 12, 1)
    assert count(LoanParty) == 4
    assert count(Person) == 8


def test_nothing_of_a_person_is_staged_in_clear(app: Flask, tmp_path: Path) -> None:
    import_file(app, write_csv(tmp_path / "t.csv", [line(1)]), as_of=AS_OF)
    rows = db.session.execute(text("SELECT data_sealed, reason FROM staged_row")).all()
    for row in rows:
        assert "王小明".encode() not in row.data_sealed
        assert id_number(1).encode() not in row.data_sealed


def test_the_same_file_twice_changes_nothing(app: Flask, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [line(1), line(2)])
    import_file(app, path, as_of=AS_OF)
    before = (count(LedgerEntry), count(Person), count(RegistrationIntent))
    again = import_file(app, path, as_of=AS_OF)
    assert (again.unchanged_count, again.created_count, again.updated_count) == (2, 0, 0)
    entries, people, intents = before
    assert (count(LedgerEntry), count(Person)) == (entries, people)
    assert count(RegistrationIntent) == intents + 1


def test_a_corrected_file_updates_by_contract_number_and_says_what_changed(
    app: Flask, tmp_path: Path
) -> None:
    import_file(app, write_csv(tmp_path / "a.csv", [line(1), line(2)]), as_of=AS_OF)
    changes = {"剩余本金": "79,000.00", "车牌号": "沪B88888", "手机号码": "13900000009"}
    corrected = write_csv(tmp_path / "b.csv", [line(1, **changes), line(2)])
    batch = import_file(app, corrected, as_of=AS_OF)
    assert (batch.updated_count, batch.unchanged_count) == (1, 1)
    assert batch.state == "applied"
    assert batch.control_totals["fields"] == {"principal": 1, "phone": 1, "vehicle.plate": 1}
    loan = loan_of("QC2024000001")
    assert (loan.principal, loan.borrower.phone) == (Decimal(79000), "13900000009")
    event = db.session.scalars(
        select(AuditEvent).where(
            AuditEvent.subject_type == "loan", AuditEvent.subject_id == loan.id
        )
    ).one()
    assert event.changes["principal"] == ["80000.50", "79000.00"]
    assert event.changes["phone"] == ["•••", "•••"]


def test_blank_cells_never_overwrite(app: Flask, tmp_path: Path) -> None:
    import_file(app, write_csv(tmp_path / "a.csv", [line(1)]), as_of=AS_OF)
    blank = line(1, 手机号码="", 欠息=" ", 罚息="-", 车牌号="无", 借款人姓名="N/A", 逾期起始日="")
    batch = import_file(app, write_csv(tmp_path / "b.csv", [blank]), as_of=AS_OF)
    assert batch.unchanged_count == 1
    loan = loan_of("QC2024000001")
    assert (loan.borrower.phone, loan.borrower_name) == ("13800000001", "王小明")
    assert loan.billed_interest == Decimal("1200.25")


def test_an_update_may_tell_little_more_than_the_contract_number(
    app: Flask, tmp_path: Path
) -> None:
    import_file(app, write_csv(tmp_path / "a.csv", [line(1)]), as_of=AS_OF)
    path = tmp_path / "b.csv"
    path.write_text("合同编号,罚息\nQC2024000001,99.90\n", "utf-8")
    batch = import_file(app, path, as_of=AS_OF)
    loan = loan_of("QC2024000001")
    assert (batch.updated_count, loan.penalty_due) == (1, Decimal("99.90"))
    assert loan.principal == Decimal("80000.50")


def test_rejected_rows_keep_their_columns_and_name_row_column_form_and_reason(
    app: Flask, tmp_path: Path
) -> None:
    bad = [
        line(1, 放款日期="2024-02-30"),
        line(2),
        line(2, 借款人姓名="重复"),
        line(4, 剩余本金="八万"),
        line(5, 放款金额=""),
        line(6, 合同编号=""),
        line(7, 逾期起始日="2026-03-15"),
    ]
    batch = import_file(app, write_csv(tmp_path / "t.csv", bad), as_of=AS_OF)
    assert (batch.created_count, batch.rejected_count, batch.state) == (1, 6, "applied")
    header, *rows = rejects_of(batch)
    assert header == ",".join([*HEADERS, "行号", "拒绝原因", "另有疑点"])
    assert "第 2 行“放款日期”列：日历上没有“2024-02-30”这一天" in rows[0]
    assert "与第 3 行重复" in rows[1]
    assert "“剩余本金”列：“八万”不是金额" in rows[2]
    assert "放款金额" in rows[3].rpartition("行：")[2]
    assert "没有合同编号" in rows[4]
    assert "晚于数据日期" in rows[5]
    assert count(Loan) == 1


def test_an_id_number_that_a_workbook_kept_as_a_number_is_rejected_with_that_reason(
    app: Flask, tmp_path: Path
) -> None:
    good, bad = line(1), line(2)
    bad[2] = int(id_number(2).replace("X", "0"))  # type: ignore[call-overload]
    path = workbook(tmp_path / "t.xlsx", [list(HEADERS), good, bad])
    batch = import_file(app, path, as_of=AS_OF)
    assert (batch.created_count, batch.rejected_count) == (1, 1)
    (row,) = rejects_of(batch)[1:]
    assert "第 3 行“身份证号码”列：18 位号码在表格中按数字存储" in row


def test_doubts_do_not_reject_but_are_told(app: Flask, tmp_path: Path) -> None:
    odd = line(1, 车架号="短", 抵押登记="大概", 手机号码="打不通")
    path = write_csv(tmp_path / "t.csv", [odd])
    batch = import_file(app, path, as_of=AS_OF)
    assert (batch.created_count, batch.control_totals["doubts"]) == (1, 3)
    kept = db.session.scalars(select(StagedRow.reason)).one()
    assert len(json.loads(kept or "{}")["problems"]) == 3


def test_a_dry_run_says_what_would_happen_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    import_file(app, write_csv(tmp_path / "a.csv", [line(1)]), as_of=AS_OF)
    rows = [line(1, 剩余本金="70000"), line(2), line(3, 放款日期="?")]
    upload = Upload(write_csv(tmp_path / "b.csv", rows), "b.csv", as_of=AS_OF)
    batch_id = stage(opener(), db.session(), upload)
    entries = count(LedgerEntry)
    batch = db.session.get_one(ImportBatch, batch_id)
    found = check_batch(
        db.session(), batch, actor=ACTOR, today=TODAY, progress=lambda done, total: None
    )
    assert found.counts == {"created": 1, "updated": 1, "unchanged": 0, "rejected": 1}
    assert found.fields == {"principal": 1}
    assert found.packed()["examples"][0]["changes"] == {"principal": ["80000.50", "70000"]}
    assert (count(Loan), count(LedgerEntry)) == (1, entries)


def test_control_totals_that_do_not_agree_are_not_called_applied(
    app: Flask, tmp_path: Path
) -> None:
    upload = Upload(write_csv(tmp_path / "t.csv", [line(1), line(2)]), "t.csv", as_of=AS_OF)
    batch_id = stage(opener(), db.session(), upload)
    with work_as(ACTOR) as work:
        batch = work.session.get_one(ImportBatch, batch_id)
        batch.row_count = 3
    state = apply_batch(
        opener(),
        db.session(),
        batch_id,
        actor=ACTOR,
        today=TODAY,
        progress=lambda done, total: None,
    )
    batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    assert (state, batch.control_totals["differs"]) == ("differs", ["rows"])


def test_two_loans_of_one_person_told_differently_settle_on_the_first(
    app: Flask, tmp_path: Path
) -> None:
    same = {"身份证号码": id_number(1), "借款人姓名": "王伟"}
    rows = [line(1, **same), line(2, 手机号码="13900000009", **same)]
    path = write_csv(tmp_path / "t.csv", rows)
    import_file(app, path, as_of=AS_OF)
    again = import_file(app, path, as_of=AS_OF)
    assert (again.unchanged_count, again.control_totals["doubts"]) == (2, 1)
    assert count(Person) == 1
    assert loan_of("QC2024000002").borrower.phone == "13800000001"


def test_an_importer_of_one_branch_can_neither_change_nor_see_loans_of_another(
    app: Flask, tmp_path: Path
) -> None:
    with work_as(ACTOR) as work:
        here = work.add(Branch(code="SH", name="上海分公司")).id
        work.add(Branch(code="BJ", name="北京分公司"))
    path = tmp_path / "a.csv"
    write_csv(path, [line(1)])
    import_file(app, path, as_of=AS_OF)
    actor = Actor(1, "wang", "asset_manager", Scope(branches=frozenset({here})))
    rows = [line(1, 剩余本金="1"), line(2)]
    upload = Upload(write_csv(tmp_path / "b.csv", rows), "b.csv", as_of=AS_OF)
    batch_id = stage(opener(actor), db.session(), upload)
    apply_batch(
        opener(actor),
        db.session(),
        batch_id,
        actor=actor,
        today=TODAY,
        progress=lambda done, total: None,
    )
    batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    assert (batch.created_count, batch.rejected_count) == (1, 1)
    assert loan_of("QC2024000001").principal == Decimal("80000.50")
    assert loan_of("QC2024000002").branch_id == here
