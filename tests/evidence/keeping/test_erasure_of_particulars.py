"""What dossiers print of the borrower goes with the borrower's name."""

from recovery.evidence.dossiers import particulars, subjects
from recovery.evidence.house import house_store
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.models import EvidenceItem
from recovery.kernel.db import db
from recovery.kernel.work import work_as
from recovery.loans.models import Loan
from tests.conftest import NOW
from tests.evidence.keeping.making import register
from tests.evidence.keeping.test_erasure import Case, case  # noqa: F401 - a fixture


def test_an_erasure_reaches_the_particulars_that_dossiers_print(
    case: Case,  # noqa: F811
) -> None:
    with work_as(case.counsel, now=NOW) as work:
        person = work.session.get_one(Loan, case.loan.id).borrower
        person.phone, person.address = "13800001111", "浦东新区世纪大道1号"
    assert particulars.register_changed(case.counsel, subjects.LOAN, case.loan.id)
    register()
    intent = case.intent("particulars")
    before = open_record(db.session(), db.session.get_one(EvidenceItem, intent.id)).fields
    assert {"party.1.name", "party.1.phone", "party.1.address"} <= before.keys()
    case.erase("contract", "borrower_name", "borrower_id_number")
    item = db.session.get_one(EvidenceItem, case.intent("particulars").id)
    record = open_record(db.session(), item)
    personal = {f"party.1.{name}" for name in ("name", "phone", "address", "id_number")}
    assert not personal & record.fields.keys()
    assert record.fields["party.1.role"] == "borrower"
    assert item.log_index is not None
    assert record.leads_to(house_store().entry(item.log_index).commitment)
