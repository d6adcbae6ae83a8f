"""The erasure of a person reaches what is named after people: files, refused rows, counts."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.evidence.dossiers import bags
from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.house import house_store
from recovery.evidence.intake import custody, stocktakes
from recovery.evidence.intake.custody import NewOriginal
from recovery.evidence.intake.models import IntakeBatch, IntakeRow, ScanDraft, Stocktake
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.models import EvidenceItem
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.job_rows import JobException, digest_of
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.sentences import pack_text
from recovery.kernel.work import work_as
from recovery.loans.models import StagedRow
from tests.conftest import NOW
from tests.evidence.keeping.making import register
from tests.evidence.keeping.test_persons import (  # noqa: F401 - a fixture
    BORROWER,
    Case,
    case,
)
from tests.loans.tape.tapes import AS_OF, import_file, line, write_csv

GONE = "（已删除）"


def test_refused_rows_of_tapes_that_name_the_person_go(
    app: Flask,
    case: Case,  # noqa: F811
    tmp_path: Path,
) -> None:
    named = line(3, 借款人姓名=BORROWER, 放款金额="很多")
    rows = [line(1), named, line(4, 放款金额="很多"), line(5, 合同编号="HT-0001", 放款金额="多")]
    import_file(app, write_csv(tmp_path / "t.csv", rows), as_of=AS_OF)
    case.erase(case.loan.borrower_id)
    left = db.session.scalars(select(StagedRow.contract_no).order_by(StagedRow.row_number)).all()
    assert left == ["QC2024000001", "QC2024000004"]


def test_files_named_after_the_person_go_from_deliveries_drafts_and_jobs(
    case: Case,  # noqa: F811
) -> None:
    name = f"{BORROWER}-身份证.exe"
    with work_as(case.counsel, now=NOW) as work:
        batch = work.add(
            IntakeBatch(
                source="upload", rule="", state="done", created_at=NOW, created_by="counsel"
            )
        )
        row = IntakeRow(batch_id=batch.id, file_name=name, size=1, title=BORROWER, state="refused")
        row.media_type = row.contract_no = row.kind = row.origin = ""
        row.problem = pack_text(f"{name}：类型不符")
        work.add(row)
        work.add(ScanDraft(loan_id=case.loan.id, kind="identity", title=name, created_at=NOW))
        job = work.enqueue("tests.none", {})
        for reference in (name, f"{BORROWER}2.pdf", "other.pdf"):
            reason = pack_text("类型不符") or {}
            told = digest_of(reference, reason)
            work.add(JobException(job_id=job.id, reference=reference, reason=reason, digest=told))
    case.erase(case.loan.borrower_id)
    kept = db.session.scalars(select(IntakeRow)).one()
    assert (kept.file_name, kept.title, kept.problem) == (GONE, GONE, {"text": GONE})
    assert db.session.scalars(select(ScanDraft.title)).all() == [GONE]
    exceptions = db.session.scalars(select(JobException.reference).order_by(JobException.id)).all()
    assert exceptions == [GONE, GONE, "other.pdf"]


def test_a_place_that_names_the_person_goes_from_counts_open_and_closed(
    case: Case,  # noqa: F811
) -> None:
    place = f"{BORROWER}档案袋"
    with work_as(case.counsel, now=NOW) as work:
        new = NewOriginal("registration_certificate", "登记证书", place, page_count=2)
        original = custody.receive(work, case.loan.id, new)
        stocktake = stocktakes.open_stocktake(work, place)
        stocktakes.count(work, stocktake.id, original.barcode)
    with work_as(case.approver, now=NOW) as work:
        stocktakes.close(work, stocktake.id)
    with work_as(case.counsel, now=NOW) as work:
        stocktakes.open_stocktake(work, place)
    register()
    case.erase(case.loan.borrower_id)
    assert db.session.scalars(select(Stocktake.place)).all() == [GONE, GONE]
    wanted = RegistrationIntent.subject_type == "stocktake"
    intent = db.session.scalars(select(RegistrationIntent).where(wanted)).one()
    record = open_record(db.session(), db.session.get_one(EvidenceItem, intent.id))
    assert "place" not in record.fields
    assert record.fields["found"] == "1"
    assert record.leads_to(db.session.get_one(EvidenceItem, intent.id).commitment)


def test_a_dossier_made_between_request_and_approval_stops_the_approval(
    case: Case,  # noqa: F811
) -> None:
    asked = case.ask(case.loan.borrower_id)
    made = export_dossier(case.counsel, case.loan.id, Wanted())
    register()
    with pytest.raises(RuleViolation, match="卷宗"):
        case.approve(asked)
    assert house_store().has_object(made.sha256)


def test_a_dossier_drafted_before_an_erasure_and_kept_after_it_is_discarded(
    case: Case,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = bags.write_plain
    kept: list[str] = []

    def erase_meanwhile(*given: Any) -> None:
        case.erase(case.loan.borrower_id)
        written(*given)
        kept.extend(db.session.scalars(select(Dossier.sha256)))

    monkeypatch.setattr(bags, "write_plain", erase_meanwhile)
    objects = set(house_store().storage.names("objects"))
    with pytest.raises(RuleViolation, match="已作废"):
        export_dossier(case.counsel, case.loan.id, Wanted())
    assert db.session.scalars(select(Dossier.sha256)).all() == kept
    assert set(house_store().storage.names("objects")) <= objects
