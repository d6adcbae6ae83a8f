"""Files that the erasure of a person can destroy with the records: ID scans, papers, pleadings.

Every stored file of the person's loans is offered. Those of a kind that is about the person, and
those whose name or read text names the person, are proposed; whoever asks decides on each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.dossiers.queries import derived_from
from recovery.evidence.intake.models import DocumentDetail
from recovery.evidence.keeping.objects import erased_objects, others_of
from recovery.evidence.keeping.reach import texts_of
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.loans.models import Document, Loan, Person

ABOUT_PERSONS = {"identity"}
"""Kinds of documents that are about a person whatever they say."""


@dataclass(frozen=True, slots=True)
class PersonFile:
    """A stored file of a person's loans."""

    document: Document
    contract_no: str
    is_proposed: bool
    """Whether it is about the person by its kind, its name or its read text."""

    others: int
    """Loans of others that have the same file: while there is one, it cannot be destroyed."""


def files_of(session: Session, person: Person, loans: Sequence[Loan]) -> list[PersonFile]:
    """Return the stored files of a person's loans, also superseded ones; each content once."""
    numbers = {loan.id: loan.contract_no for loan in loans}
    rows = (
        select(Document, DocumentDetail)
        .outerjoin(DocumentDetail, DocumentDetail.document_id == Document.id)
        .where(Document.loan_id.in_(numbers))
        .order_by(Document.loan_id, Document.id)
    )
    gone, texts = erased_objects(session), texts_of(person)
    found: dict[str, PersonFile] = {}
    for document, detail in session.execute(rows):
        if document.sha256 in gone or document.sha256 in found:
            continue
        said = f"{document.title}\n{document.file_name}\n{(detail and detail.text) or ''}"
        found[document.sha256] = PersonFile(
            document=document,
            contract_no=numbers[document.loan_id],
            is_proposed=document.kind in ABOUT_PERSONS or any(text in said for text in texts),
            others=len(others_of(session, document.sha256, set(numbers))),
        )
    return list(found.values())


def chosen_objects(
    session: Session, offered: Sequence[PersonFile], document_ids: Sequence[int]
) -> list[str]:
    """Return the objects of the chosen files, and what was blacked out of them.

    Raises:
        RuleViolation: one is not offered, or another's loan has it too.
    """
    by_id = {one.document.id: one for one in offered}
    found: list[str] = []
    for document_id in document_ids:
        one = by_id.get(document_id)
        if one is None:
            raise RuleViolation(_("所选文件不属于此人的贷款，或已经销毁。"))
        if one.others:
            raise RuleViolation(
                _("同一文件还属于另外 {count} 笔贷款，不能单独删除。", count=one.others)
            )
        found += [one.document.sha256, *derived_from(session, one.document.sha256)]
    return found
