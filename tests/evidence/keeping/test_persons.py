"""Erasing a person reaches every record at once: borrower or co-party, rows, dossiers, search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access import approvals
from recovery.access.models import UserAccount
from recovery.evidence.comparison import compare
from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.house import house_store
from recovery.evidence.keeping import erasure_log, persons
from recovery.evidence.keeping.hold import set_hold
from recovery.evidence.keeping.models import Erasure
from recovery.evidence.keeping.opening import open_records
from recovery.evidence.models import EvidenceItem
from recovery.kernel import search, search_index
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.models import Document, Loan, LoanParty, Person
from tests.conftest import NOW, Browser
from tests.evidence.dossiers.checking import unpack, verified, words_of
from tests.evidence.keeping.making import acting, add_file, closed_loan, opener, register

GUARANTOR, BORROWER = "赵云飞", "王伟"
BASIS = {"ground": "unlawful", "basis": "个人信息保护法第47条", "reason": "本人申请"}


@dataclass(frozen=True, slots=True)
class Case:
    """A closed loan with a guarantor, its particulars registered, and who acts."""

    loan: Loan
    guarantor: Person
    counsel: Actor
    approver: Actor
    dossier: Dossier

    def ask(self, person_id: int, *document_ids: int) -> Erasure:
        """Ask for the erasure of a person, with files."""
        with work_as(self.counsel, now=NOW) as work:
            return persons.request_person_erasure(
                work, self.loan.id, person_id, document_ids=document_ids, **BASIS
            )

    def approve(self, erasure: Erasure) -> None:
        """Approve an erasure as the second person."""
        with work_as(self.approver, now=NOW) as work:
            request = approvals.pending_on(work.session, "erasure", erasure.id)
            assert request is not None
            approvals.approve_request(work, request.id, shown=request.digest)

    def erase(self, person_id: int, *document_ids: int) -> Erasure:
        """Ask, approve and finish."""
        erasure = self.ask(person_id, *document_ids)
        self.approve(erasure)
        self.finish()
        return erasure

    def finish(self) -> None:
        """Destroy what approved erasures leave to the job, and register what waits."""
        erasure_log.finish(opener(self.approver))
        register()
        db.session.rollback()

    def told(self) -> str:
        """Return all that the registered records of the loan still say."""
        items = self.items()
        return str([record.fields for record in open_records(db.session(), list(items)).values()])

    def items(self) -> Sequence[EvidenceItem]:
        """Return the registered records of the loan."""
        mine = RegistrationIntent.loan_id == self.loan.id
        rows = select(EvidenceItem).join(EvidenceItem.intent).where(mine)
        return db.session.scalars(rows).all()


@pytest.fixture
def case(app: Flask, person: Callable[..., UserAccount]) -> Case:
    """Return a case whose dossier was exported once, so that its particulars are registered."""
    counsel, approver = acting(person("counsel")), acting(person("approver"))
    loan = closed_loan(counsel)
    add_file(counsel, loan, f"{BORROWER} card")
    with work_as(counsel, now=NOW) as work:
        borrower = work.session.get_one(Person, loan.borrower_id)
        borrower.id_number, borrower.phone = "310101199001011234", "15400000001"
        guarantor = Person(row_uuid=b"guarantor-0000-1", name=GUARANTOR)
        guarantor.id_number, guarantor.address = "310101198001011235", "上海市浦东新区 1 号"
        work.add(guarantor)
        part = {"role": "guarantor", "guarantee_mode": None, "guarantee_last_day": None}
        work.add(LoanParty(loan_id=loan.id, person_id=guarantor.id, ended_on=None, **part))
        search_index.reindex(work.session, "loan", [loan.id])
    dossier = export_dossier(counsel, loan.id, Wanted())
    register()
    db.session.rollback()
    return Case(loan, guarantor, counsel, approver, dossier)


def test_a_guarantor_goes_from_the_particulars_and_the_borrower_stays(
    case: Case, tmp_path: Path
) -> None:
    assert GUARANTOR in case.told()
    assert search.find(db.session(), GUARANTOR, EVERYTHING)
    case.erase(case.guarantor.id)
    told = case.told()
    assert GUARANTOR not in told
    assert "310101198001011235" not in told
    assert BORROWER in told
    row = db.session.get_one(Person, case.guarantor.id)
    assert (row.name, row.id_number, row.address) == (None, None, None)
    assert search.find(db.session(), GUARANTOR, EVERYTHING) == []
    assert not house_store().has_object(case.dossier.sha256)
    assert list(compare()) == []
    assert house_store().verify(full=True) == []
    folder = unpack(export_dossier(case.counsel, case.loan.id, Wanted()), tmp_path)
    assert verified(folder).returncode == 0
    assert GUARANTOR not in words_of(folder)
    assert GUARANTOR not in case.told(), "no later dossier registers the name again"


def test_a_borrower_goes_from_contract_particulars_and_titles_in_one_request(case: Case) -> None:
    erasure = case.erase(case.loan.borrower_id)
    assert len(erasure.further) == 2
    told = case.told()
    for text in (BORROWER, "310101199001011234", "15400000001"):
        assert text not in told
    assert GUARANTOR in told
    document = db.session.scalars(select(Document)).one()
    assert (document.title, document.file_name) == ("（已删除）", "（已删除）")
    assert db.session.get_one(Loan, case.loan.id).borrower_name == "（已删除）"
    for item in case.items():
        assert open_records(db.session(), [item])[item.intent_id].leads_to(item.commitment)
    fields = {
        name for names in [erasure.field_names, *(n for _u, n in erasure.further)] for name in names
    }
    assert {"borrower_name", "party.1.id_number", "party.1.phone", "title", "file_name"} <= fields
    assert not any(name.startswith("party.2") for name in fields)


def test_what_is_registered_of_it_names_records_and_fields_but_no_value(case: Case) -> None:
    erasure = case.erase(case.loan.borrower_id)
    register()
    intent = db.session.scalars(
        select(RegistrationIntent).where(RegistrationIntent.kind == "erasure")
    ).one()
    item = db.session.get_one(EvidenceItem, intent.id)
    fields = open_records(db.session(), [item])[intent.id].fields
    assert all(uuid in fields["further"] for uuid, _names in erasure.further)
    assert BORROWER not in str(fields)
    [entry] = erasure_log.entries()
    assert erasure_log.LogEntry.decode(entry.encode()) == entry
    assert entry.person == db.session.get_one(Person, case.loan.borrower_id).row_uuid.hex()
    assert erasure_log.replay(opener(case.approver)).erased == 0


def test_another_loan_of_the_person_is_reached_too_and_must_be_closed(case: Case) -> None:
    other = closed_loan(case.counsel, "HT-0002")
    with work_as(case.counsel, now=NOW) as work:
        loan = work.session.get_one(Loan, other.id)
        loan.borrower_id, loan.closed_on = case.loan.borrower_id, None
    register()
    db.session.rollback()
    with pytest.raises(RuleViolation, match="HT-0002 尚未结清"):
        case.ask(case.loan.borrower_id)
    db.session.rollback()
    with work_as(case.counsel, now=NOW) as work:
        work.session.get_one(Loan, other.id).closed_on = NOW.date()
    case.erase(case.loan.borrower_id)
    assert db.session.get_one(Loan, other.id).borrower_name == "（已删除）"
    everything = db.session.scalars(select(EvidenceItem)).all()
    for record in open_records(db.session(), list(everything)).values():
        assert BORROWER not in str(record.fields)


def test_nobody_is_erased_on_hold_nor_once_registered_again(case: Case) -> None:
    erasure = case.ask(case.guarantor.id)
    with work_as(case.counsel, now=NOW) as work:
        work.session.get_one(Loan, case.loan.id).guarantee = "guarantee"
    export_dossier(case.counsel, case.loan.id, Wanted())
    register()
    db.session.rollback()
    with pytest.raises(RuleViolation, match="重新申请"):
        case.approve(erasure)
    db.session.rollback()
    with work_as(case.counsel, now=NOW) as work:
        set_hold(work, case.loan.id, "债务人已起诉")
    register()
    with pytest.raises(RuleViolation, match="留存期"):
        case.ask(case.loan.borrower_id)
    db.session.rollback()
    assert db.session.get_one(Person, case.guarantor.id).name == GUARANTOR


def test_the_page_lists_the_records_before_it_asks(
    case: Case, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in("administrator")
    of_loan = browser.get(f"/evidence/keeping/of-loan/{case.loan.id}").get_data(as_text=True)
    url = f"/evidence/keeping/erase-person/{case.loan.id}/{case.guarantor.id}"
    assert url in of_loan
    page = browser.get(url).get_data(as_text=True)
    for said in (GUARANTOR, "保证人", "当事人 2：姓名", "当事人 2：证件号码"):
        assert said in page
    assert "当事人 1" not in page
    answer = browser.post(url, data=BASIS)
    assert answer.status_code == 302
    shown = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "一位当事人在全部记录中的信息" in shown
    assert GUARANTOR not in shown
    assert browser.get(url.replace(f"/{case.guarantor.id}", "/9999")).status_code == 404
