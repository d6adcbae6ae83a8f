"""Receipts of court chains, notaries and time-stamp authorities, kept with what they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from recovery.evidence.intake.labels import RECEIPT_KINDS
from recovery.evidence.intake.models import OutsideReceipt
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.belonging import find_of_loan
from recovery.loans.documents import KeptFile, Papers, add_documents
from recovery.loans.models import Document, Loan


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """What a third party certified: who, under which number, when."""

    kind: str
    issuer: str
    number: str
    issued_on: date


def receipts_of(session: Session, document_id: int) -> Sequence[OutsideReceipt]:
    """Return the receipts about a document, newest first."""
    rows = select(OutsideReceipt).where(OutsideReceipt.document_id == document_id)
    rows = rows.options(joinedload(OutsideReceipt.file))
    return session.scalars(rows.order_by(OutsideReceipt.id.desc())).all()


def add_receipt(work: Work, document_id: int, new: NewReceipt, file: KeptFile) -> OutsideReceipt:
    """Keep a receipt with the document it is about; both the file and the link are registered.

    Raises:
        NotFound: no such document, or not for this actor to see.
        RuleViolation: unknown kind, a day to come, the same file as another document.
    """
    document = find_of_loan(work.session, Document, document_id, work.actor.scope)
    loan = work.get(Loan, document.loan_id)
    if new.kind not in RECEIPT_KINDS or new.issued_on > work.today:
        raise RuleViolation(_("请选择出具方，日期不能晚于今天。"))
    papers = Papers("other", "born_here", f"{new.issuer} {new.number}")
    added = add_documents(work, loan.id, [file], papers)
    if not added:
        raise RuleViolation(_("这笔贷款已有内容相同的文件。"))
    receipt = work.add(
        OutsideReceipt(
            loan_id=loan.id,
            document_id=document.id,
            file_id=added[0].id,
            kind=new.kind,
            issuer=new.issuer,
            number=new.number,
            issued_on=new.issued_on,
        )
    )
    fields = {
        "event": "receipt.add",
        "kind": new.kind,
        "issuer": new.issuer,
        "number": new.number,
        "issued_on": new.issued_on.isoformat(),
        "about": document.sha256,
        "sha256": added[0].sha256,
    }
    work.register("event", receipt, loan_id=loan.id, fields=fields)
    return receipt
