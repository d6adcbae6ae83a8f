"""A loan with scanned papers, for the tests of evidence lists."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import pikepdf
from sqlalchemy import select

from recovery.evidence.exhibits import adding
from recovery.evidence.exhibits.arranging import open_list
from recovery.evidence.exhibits.models import EvidenceList, EvidenceListLine
from recovery.evidence.exhibits.pages import count_pages
from recovery.evidence.exhibits.queries import arrangement_of
from recovery.evidence.exhibits.rules import lines_of
from recovery.evidence.exhibits.service import Signature, sign, start_list
from recovery.evidence.exhibits.subjects import find_subject
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import Work, work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Document, Loan
from tests.books import add_loans

PAPERS: Mapping[str, int] = {
    "identity": 2,
    "loan_contract": 12,
    "disbursement_proof": 1,
    "repayment_schedule": 3,
    "mortgage_contract": 5,
    "mortgage_registration": 1,
    "demand": 2,
}
"""Kinds of the documents that a loan has, with their pages."""

SIGNED = Signature("示例汽车金融有限公司", "张律师", "上海市浦东新区人民法院", None, 2)


def pdf_of_pages(pages: int, mark: str) -> bytes:
    """Return a PDF of blank pages whose bytes are like no other's."""
    buffer = BytesIO()
    with pikepdf.new() as document:
        for _page in range(pages):
            document.add_blank_page()
        document.docinfo["/Title"] = mark
        document.save(buffer)
    return buffer.getvalue()


def loan_with_papers(
    actor: Actor, papers: Mapping[str, int] = PAPERS, *, branch_id: int | None = None
) -> Loan:
    """Return a loan that has a document of each kind, each of as many pages as told."""
    kept = {
        kind: keep_file(BytesIO(pdf_of_pages(pages, kind)), f"{kind}.pdf")
        for kind, pages in papers.items()
    }
    with work_as(actor) as work:
        loan = add_loans(work, branch_id=branch_id)[0]
        loan.mortgage_state = "registered"
        for kind, file in kept.items():
            add_documents(work, loan.id, [file], Papers(kind))
    return loan


def documents_of(loan: Loan) -> list[Document]:
    """Return the documents of a loan, as they were added."""
    rows = select(Document).where(Document.loan_id == loan.id).order_by(Document.id)
    return list(db.session.scalars(rows))


def started(work: Work, loan: Loan, case_type: str = "loan_suit") -> EvidenceList:
    """Return a new list of the loan."""
    return start_list(work, find_subject(work.session, "loan", loan.id, EVERYTHING), case_type)


def proposed_list(actor: Actor, loan: Loan) -> EvidenceList:
    """Return a signed list of the loan that holds what the checklist proposes."""
    pages = count_pages(db.session(), documents_of(loan))
    with work_as(actor) as work:
        one = started(work, loan)
        adding.use_proposal(work, one, pages)
        sign(work, one, SIGNED)
    return one


def reopened(work: Work, one: EvidenceList) -> EvidenceList:
    """Return the list for change in a new unit of work."""
    version = work.session.get_one(EvidenceList, one.id).version
    return open_list(work, one.id, version)


def kinds_on(work: Work, one: EvidenceList) -> list[list[str]]:
    """Return the kinds of the lines, group by group."""
    session = work.session
    return [
        [session.get_one(EvidenceListLine, line).kind for line in group.lines]
        for group in arrangement_of(session, one)
    ]


def ids_on(work: Work, one: EvidenceList) -> Sequence[int]:
    """Return the ids of the lines in their order."""
    return lines_of(arrangement_of(work.session, one))
