"""The page of an item: its states, its generation, its checks, its proof; only in scope."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from evidence_store import proof
from recovery.access.login import access_log
from recovery.access.models import Branch, UserAccount
from recovery.evidence.house import house_store
from recovery.evidence.items import queries, standing
from recovery.evidence.models import Checkpoint, EvidenceItem
from recovery.evidence.sequencer import checkpoint, register_pending
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Document, ImportBatch, Loan
from tests.books import add_loans
from tests.conftest import NOW, Browser
from tests.evidence.intake.making import pdf

SignIn = Callable[..., Browser]


@pytest.fixture
def document(app: Flask, actor: Actor, person: Callable[..., UserAccount]) -> Document:
    """Return a document of a loan of the branch that counsel works in."""
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    with work_as(actor) as work:
        loan = add_loans(work, branch_id=branch.id)[0]
        kept = keep_file(BytesIO(pdf("a")), "合同.pdf")
        [document] = add_documents(work, loan.id, [kept], Papers("loan_contract", title="合同正本"))
        return document


def item(document: Document) -> RegistrationIntent:
    """Return the registration of a document's bytes."""
    db.session.rollback()
    found = queries.item_of_document(db.session(), document.id)
    assert found is not None
    return found


def page(client: Browser, document: Document) -> str:
    """Return the page of a document's item."""
    return str(client.get(f"/evidence/items/{item(document).id}").text)


def test_an_item_shows_each_state_as_it_is_reached(signed_in: SignIn, document: Document) -> None:
    client = signed_in("counsel")
    assert "等待登记到日志" in page(client, document)
    register_pending()
    waiting = page(client, document)
    assert "尚无已签名的检查点包含它" in waiting
    assert "合同正本" in waiting
    assert checkpoint() is not None
    signed = page(client, document)
    assert "尚无已签名的检查点包含它" not in signed
    assert "没有第三方的时间戳或见证" in signed
    assert document.sha256 in signed


def test_a_time_stamp_ends_the_unanchored_interval(app: Flask, document: Document) -> None:
    register_pending()
    head = checkpoint()
    assert head is not None
    kept = db.session.get_one(EvidenceItem, item(document).id)
    before = standing.anchor_of(db.session(), kept)
    assert (before.reached, before.anchored_at, before.clock_offset) == ((1, 2), None, None)
    with work_as(Actor.system("tests")) as work:
        work.session.get_one(Checkpoint, head.size).stamped_at = head.made_at
    db.session.rollback()
    after = standing.anchor_of(db.session(), db.session.get_one(EvidenceItem, item(document).id))
    assert after.reached == (1, 2, 3)
    assert after.anchored_at == head.made_at
    span = after.unanchored(clock.now())
    assert after.registered_at is not None
    assert span == max(head.made_at - after.registered_at, span * 0)


def test_the_proof_verifies_with_the_logs_key_alone(signed_in: SignIn, document: Document) -> None:
    register_pending()
    checkpoint()
    kept = db.session.get_one(EvidenceItem, item(document).id)
    assert kept.log_index is not None
    with signed_in("auditor").get(f"/evidence/items/{kept.intent_id}/proof.tlog-proof") as answer:
        text = answer.text
    store = house_store()
    head = proof.verify(text, store.entry(kept.log_index).data, store.ring.vkeys(), store.origin)
    assert head.size > kept.log_index


def test_there_is_no_proof_before_a_checkpoint(signed_in: SignIn, document: Document) -> None:
    register_pending()
    answer = signed_in("counsel").get(f"/evidence/items/{item(document).id}/proof.tlog-proof")
    assert answer.status_code == 404


def test_a_recheck_says_when_and_what_and_is_audited(signed_in: SignIn, document: Document) -> None:
    register_pending()
    checkpoint()
    number = item(document).id
    text = signed_in("counsel").post(f"/evidence/items/{number}/recheck").text
    assert text.count("核验一致") >= 4
    assert "核验不一致" not in text
    db.session.rollback()
    rows = select(AuditEvent).where(AuditEvent.action == "evidence.verify")
    event = db.session.scalars(rows).one()
    assert (event.changes["item"], event.changes["failed"]) == (number, 0)
    assert "上次核验" in page(signed_in("counsel"), document)


def test_bytes_changed_in_the_store_are_found_out(
    signed_in: SignIn, document: Document, settings: Settings
) -> None:
    register_pending()
    checkpoint()
    digest = document.sha256
    path = Path(settings.blob_url.removeprefix("file://")) / "objects" / digest[:2] / digest[2:]
    path.chmod(0o600)
    path.write_bytes(pdf("b"))
    text = signed_in("counsel").post(f"/evidence/items/{item(document).id}/recheck").text
    assert "核验不一致" in text


def test_a_field_changed_in_the_database_is_found_out(
    signed_in: SignIn, document: Document
) -> None:
    register_pending()
    checkpoint()
    number = item(document).id
    with work_as(Actor.system("tests")) as work:
        work.session.get_one(EvidenceItem, number).commitment = "0" * 64
    text = signed_in("counsel").post(f"/evidence/items/{number}/recheck").text
    assert text.count("核验不一致") >= 2


def test_who_opened_and_downloaded_is_shown(
    app: Flask, signed_in: SignIn, document: Document
) -> None:
    register_pending()
    client = signed_in("counsel")
    page(client, document)
    client.get(f"/evidence/items/documents/{document.id}/file").close()
    access_log().write()
    text = page(signed_in("auditor"), document)
    assert "打开本页" in text
    assert "下载文件" in text.split("经手与访问记录", 1)[1]


def test_an_agency_sees_no_log_of_the_lenders_people(
    signed_in: SignIn, person: Callable[..., UserAccount], document: Document
) -> None:
    register_pending()
    agency = person("agency_user").agency_id
    with work_as(Actor.system("tests")) as work:
        work.session.get_one(Loan, document.loan_id).agency_id = agency
    text = page(signed_in("agency_user"), document)
    assert "合同正本" in text
    assert "经手与访问记录" not in text


def test_an_item_out_of_scope_is_not_there(signed_in: SignIn, document: Document) -> None:
    register_pending()
    other, number = signed_in("counsel", username="elsewhere", branch="202"), item(document).id
    for address in (
        f"/evidence/items/{number}",
        f"/evidence/items/{number}/proof.tlog-proof",
        f"/evidence/items/documents/{document.id}",
        f"/evidence/items/documents/{document.id}/file",
        f"/evidence/originals/receipts/new/{document.id}",
    ):
        assert other.get(address).status_code == 404, address
    assert other.post(f"/evidence/items/{number}/recheck").status_code == 404


def test_a_record_of_the_house_is_only_for_whoever_sees_everything(
    app: Flask, signed_in: SignIn, document: Document
) -> None:
    with work_as(Actor.system("tests")) as work:
        loan = work.session.get_one(Loan, document.loan_id)
        intent = work.register("batch", loan, loan_id=None, fields={"event": "x"})
    assert signed_in("counsel").get(f"/evidence/items/{intent.id}").status_code == 404
    assert signed_in("auditor").get(f"/evidence/items/{intent.id}").status_code == 200


def test_versions_name_each_other(
    app: Flask, actor: Actor, signed_in: SignIn, document: Document
) -> None:
    with work_as(actor) as work:
        kept = keep_file(BytesIO(pdf("second")), "合同.pdf")
        papers = Papers("loan_contract", title="合同正本", supersedes_id=document.id)
        [newer] = add_documents(work, document.loan_id, [kept], papers)
    register_pending()
    client = signed_in("counsel")
    assert f"/evidence/items/documents/{newer.id}" in page(client, document)
    assert f"/evidence/items/documents/{document.id}" in page(client, newer)
    assert document.sha256 in page(client, newer)  # registered: which version it supersedes


def test_who_saw_personal_data_in_full_stands_in_the_log(
    signed_in: SignIn, document: Document
) -> None:
    register_pending()
    with work_as(Actor.system("tests")) as work:
        loan = work.session.get_one(Loan, document.loan_id)
        work.record(Action.UNMASK_PERSONAL_DATA, loan, value="phone")
    assert "查看完整个人信息" in page(signed_in("auditor"), document)


def test_a_contract_of_a_tape_names_its_batch_with_the_control_totals(
    app: Flask, signed_in: SignIn, document: Document
) -> None:
    with work_as(Actor.system("tests"), now=NOW) as work:
        batch = work.add(
            ImportBatch(
                file_name="2026年3月资产明细.xlsx",
                sha256="ab" * 32,
                layout="plain",
                as_of=date(2026, 2, 28),
                created_at=NOW,
                state="applied",
                source={},
                row_count=1208,
                accepted_count=1208,
                created_count=1208,
                updated_count=0,
                unchanged_count=0,
                rejected_count=0,
                control_totals={
                    "expected": {"created.principal": "80000.00"},
                    "found": {"created": "1208", "created.principal": "80000.00"},
                },
            )
        )
        loan = work.session.get_one(Loan, document.loan_id)
        loan.import_batch_id = batch.id
        fields = {"contract_no": loan.contract_no, "origin": "core_system"}
        intent = work.register("contract", loan, loan_id=loan.id, fields=fields)
    register_pending()
    text = signed_in("auditor").get(f"/evidence/items/{intent.id}").text
    for told in ("2026年3月资产明细.xlsx", "ab" * 32, "1,208", "80,000.00", "核心系统导入"):
        assert told in text
