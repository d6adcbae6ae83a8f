"""What the erasure of a person reaches beside loans: files, custody, approvals, API contracts."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select

from recovery.access import approvals
from recovery.access.approvals import shown_content
from recovery.access.models import ApprovalRequest
from recovery.evidence.house import house_store
from recovery.evidence.intake import custody
from recovery.evidence.intake.custody import Act, NewOriginal
from recovery.evidence.intake.models import CustodyEvent, DocumentDetail, PaperOriginal
from recovery.evidence.keeping.labels import LEFT, why_left
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.keeping.person_files import files_of
from recovery.evidence.keeping.persons import records_of
from recovery.evidence.keeping.reach import loans_of
from recovery.evidence.models import EvidenceItem
from recovery.evidence.totals.contracts import NewContract, register_contracts
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Concession, Document, LedgerEntry, Loan, Person
from tests.conftest import NOW, Browser
from tests.evidence.keeping.making import add_file, closed_loan, register
from tests.evidence.keeping.test_persons import (  # noqa: F401 - a fixture
    BORROWER,
    GUARANTOR,
    Case,
    case,
)
from tests.evidence.making import NIL, small_pdf
from tests.evidence.totals.test_totals import book


def told_by(subject_type: str) -> dict[str, str]:
    """Return what the last registration of a table still says."""
    wanted = RegistrationIntent.subject_type == subject_type
    last = select(RegistrationIntent).where(wanted).order_by(RegistrationIntent.id.desc()).limit(1)
    item = db.session.get_one(EvidenceItem, db.session.scalars(last).one().id)
    record = open_record(db.session(), item)
    assert record.leads_to(item.commitment)
    return record.fields


def borrower_of(case: Case) -> Person:  # noqa: F811
    """Return the borrower, read afresh."""
    db.session.rollback()
    return db.session.get_one(Person, case.loan.borrower_id)


def test_scans_and_papers_that_name_the_person_are_proposed_and_go_when_chosen(
    case: Case,  # noqa: F811
) -> None:
    plain = add_file(case.counsel, case.loan, "statement", "statement")
    read = add_file(case.counsel, case.loan, "scan 0001", "pleading")
    with work_as(case.counsel, now=NOW) as work:
        detail = work.session.get(DocumentDetail, read.id) or work.add(
            DocumentDetail(document_id=read.id, row_uuid=b"detail-000000001")
        )
        detail.text = f"被告：{BORROWER}"
    register()
    person = borrower_of(case)
    offered = files_of(db.session(), person, loans_of(db.session(), person))
    card = db.session.scalars(select(Document).where(Document.kind == "identity")).one()
    assert {one.document.id: one.is_proposed for one in offered} == {
        card.id: True,
        plain.id: False,
        read.id: True,
    }
    case.erase(person.id, card.id, read.id)
    assert not house_store().has_object(card.sha256)
    assert not house_store().has_object(read.sha256)
    assert house_store().has_object(plain.sha256)
    left = files_of(db.session(), person, loans_of(db.session(), person))
    assert [one.document.id for one in left] == [plain.id]


def test_a_file_that_a_strangers_loan_has_too_stays_also_when_it_came_after_the_request(
    case: Case,  # noqa: F811
) -> None:
    card = db.session.scalars(select(Document).where(Document.kind == "identity")).one()
    erasure = case.ask(case.loan.borrower_id, card.id)
    other = closed_loan(case.counsel, "HT-0002")
    kept = keep_file(BytesIO(small_pdf(f"{BORROWER} card")), "same.pdf")
    with work_as(case.counsel, now=NOW) as work:
        add_documents(work, other.id, [kept], Papers("identity"))
    register()
    with pytest.raises(RuleViolation, match="另外 1 笔贷款"):
        case.approve(erasure)
    db.session.rollback()
    with work_as(case.counsel) as work:
        request = approvals.pending_on(work.session, "erasure", erasure.id)
        assert request is not None
        approvals.withdraw_request(work, request.id)
    with pytest.raises(RuleViolation, match="另外 1 笔贷款"):
        case.ask(case.loan.borrower_id, card.id)


def test_nobody_can_choose_a_file_that_is_not_offered(case: Case) -> None:  # noqa: F811
    other = closed_loan(case.counsel, "HT-0002")
    document = add_file(case.counsel, other, "somebody else")
    with pytest.raises(RuleViolation, match="不属于此人"):
        case.ask(case.loan.borrower_id, document.id)


def test_whom_an_act_of_custody_names_goes_and_the_act_stays(case: Case) -> None:  # noqa: F811
    new = NewOriginal("registration_certificate", "登记证书", "库房 1", page_count=2)
    with work_as(case.counsel, now=NOW) as work:
        original = custody.receive(work, case.loan.id, new)
    with work_as(case.counsel, now=NOW) as work:
        act = Act("hand_over", to_holder=BORROWER, reason="结清退还")
        custody.hand_over(work, original.id, original.version, act)
    register()
    case.erase(case.loan.borrower_id)
    told = told_by("custody_event")
    assert BORROWER not in str(told)
    assert (told["event"], told["reason"]) == ("custody.hand_over", "结清退还")
    assert db.session.get_one(PaperOriginal, original.id).holder == "（已删除）"
    last = select(CustodyEvent).order_by(CustodyEvent.id.desc()).limit(1)
    assert db.session.scalars(last).one().to_holder == "（已删除）"


def test_what_was_approved_loses_the_name_and_keeps_digest_and_decision(
    case: Case,  # noqa: F811
    signed_in: Callable[..., Browser],
) -> None:
    erasure = case.ask(case.guarantor.id)
    with work_as(case.approver, now=NOW) as work:
        request = approvals.pending_on(work.session, "erasure", erasure.id)
        assert request is not None
        approvals.reject_request(
            work, request.id, shown=request.digest, reason=f"{GUARANTOR} 仍在保证期间"
        )
    register()
    case.erase(case.guarantor.id)
    rows = select(ApprovalRequest).order_by(ApprovalRequest.id).limit(1)
    first = db.session.scalars(rows).one()
    assert (first.status, first.decision_reason) == ("rejected", "（已删除）")
    assert shown_content(first).digest == first.digest, "it did not name the person"
    page = signed_in("administrator").get(f"/approvals/{first.id}").get_data(as_text=True)
    assert GUARANTOR not in page


def test_what_another_system_told_of_a_contract_is_reached_also_before_the_loan_was_there(
    case: Case,  # noqa: F811
) -> None:
    told = {"borrower": BORROWER, "dealer": "东方汽车"}
    new = NewContract("HT-LATE", "ab" * 32, date(2009, 3, 1), told)
    with work_as(case.counsel, now=NOW) as work:
        register_contracts(work, [new], source_system="core")
    register()
    with work_as(case.counsel, now=NOW) as work:
        work.session.get_one(Loan, case.loan.id).contract_no = "HT-LATE"
    case.erase(case.loan.borrower_id)
    left = told_by("contract_registration")
    assert "borrower" not in left
    assert (left["dealer"], left["contract_no"], left["sha256"]) == (
        "东方汽车",
        "HT-LATE",
        "ab" * 32,
    )


def test_what_was_asked_for_and_withdrawn_goes_with_the_person(case: Case) -> None:  # noqa: F811
    erasure = case.ask(case.guarantor.id)
    with work_as(case.counsel, now=NOW) as work:
        request = approvals.pending_on(work.session, "erasure", erasure.id)
        assert request is not None
        request.reason = f"{GUARANTOR} 来电"
        approvals.withdraw_request(work, request.id)
    case.erase(case.guarantor.id)
    kept = db.session.get_one(ApprovalRequest, request.id)
    assert (kept.status, kept.reason) == ("withdrawn", "（已删除）")
    assert kept.content == '{"erased":true}'


def test_what_was_written_beside_the_money_goes_and_the_ledger_stays_registered(
    case: Case,  # noqa: F811
) -> None:
    with work_as(case.counsel, now=NOW) as work:
        loan = work.session.get_one(Loan, case.loan.id)
        entry = book(work, loan, 1, amount=Decimal(1), description="其妻柜台代还")
        work.register("transaction", entry, loan_id=loan.id)
        amounts = dict.fromkeys(("principal", "interest", "penalty", "compound", "costs"), NIL)
        waiver = Concession(loan_id=loan.id, kind="waiver", value_date=NOW.date(), **amounts)
        waiver.reason, waiver.proposed_at = "其妻患病", NOW
        work.add(waiver)
    register()
    case.erase(case.guarantor.id)
    assert db.session.get_one(LedgerEntry, entry.id).description is None
    assert db.session.get_one(Concession, waiver.id).reason == "（已删除）"
    assert told_by("ledger_entry")["amount"] == "1.00"


def test_every_field_that_stays_says_why(case: Case) -> None:  # noqa: F811
    erasure = case.ask(case.guarantor.id)
    with work_as(case.counsel, now=NOW) as work:
        request = approvals.pending_on(work.session, "erasure", erasure.id)
        assert request is not None
        approvals.withdraw_request(work, request.id)
        work.register(
            "event", case.guarantor, loan_id=case.loan.id, fields={"remark": f"{GUARANTOR} 来电"}
        )
    register()
    db.session.rollback()
    person = db.session.get_one(Person, case.guarantor.id)
    [one] = [one for one in records_of(db.session(), person) if one.left]
    assert one.left == ("remark",)
    assert why_left(one.intent) not in LEFT.values()
    assert "更正" in str(why_left(one.intent))
