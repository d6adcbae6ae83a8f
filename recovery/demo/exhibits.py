"""Evidence lists of the demonstration: for the loans whose contracts were uploaded."""

from datetime import date

from sqlalchemy import select

from recovery.access.models import Branch
from recovery.demo.places import PLACES
from recovery.evidence.exhibits import adding
from recovery.evidence.exhibits.models import EvidenceList
from recovery.evidence.exhibits.pages import count_pages
from recovery.evidence.exhibits.service import (
    Signature,
    add_statement,
    sign,
    start_list,
    submit_list,
)
from recovery.evidence.exhibits.standing import documents_in_force
from recovery.evidence.exhibits.subjects import find_subject
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.litigation.models import LitigationFile
from recovery.loans.models import Document, Loan

LENDER = "示例汽车金融有限公司"
AGENT = "林法务"


def build_lists(counsel: Actor, today: date) -> None:
    """Start a list for each loan with documents, of its file where it has one.

    The first that is complete, of the branch that counsel works in, is submitted, and its next
    version begun: where a judgment is enforced, a contract has no purpose of its own.
    """
    rows = select(Loan.id).where(Loan.id.in_(select(Document.loan_id)))
    loan_ids = list(db.session.scalars(rows.order_by(Loan.branch_id, Loan.id)))
    is_submitted = False
    for loan_id in loan_ids:
        one = _list(counsel, loan_id, today)
        is_submitted = is_submitted or _submit(counsel, one)


def _submit(counsel: Actor, one: EvidenceList) -> bool:
    """Submit a list and begin its next version; return whether it was complete."""
    try:
        submit_list(counsel, one.id, one.version)
    except RuleViolation:
        return False
    with work_as(counsel) as work:
        subject = find_subject(work.session, one.subject_type, one.subject_id, counsel.scope)
        start_list(work, subject, one.case_type)
    return True


def _list(counsel: Actor, loan_id: int, today: date) -> EvidenceList:
    """Return a signed list of what the loan has, with its printed ledger."""
    file = db.session.scalars(
        select(LitigationFile).where(LitigationFile.loan_id == loan_id).limit(1)
    ).first()
    kind, number = ("litigation_file", file.id) if file else ("loan", loan_id)
    loan = db.session.get_one(Loan, loan_id)
    code = db.session.scalar(select(Branch.code).where(Branch.id == loan.branch_id))
    court = file.court if file else next(place.court for place in PLACES if place.code == code)
    pages = count_pages(db.session(), documents_in_force(db.session(), loan_id))
    with work_as(counsel) as work:
        subject = find_subject(work.session, kind, number, counsel.scope)
        one = start_list(work, subject, subject.case_type)
        adding.add_documents(
            work, one, [d.id for d in documents_in_force(work.session, loan_id)], pages
        )
        sign(work, one, Signature(LENDER, AGENT, court, today, 2))
    return add_statement(counsel, one.id, one.version, today)
