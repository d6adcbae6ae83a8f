"""What is read of a document: its pages, its masked text for search, its signatures."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.intake import bounded, pdf_child, signature_child
from recovery.evidence.intake.models import DocumentDetail
from recovery.evidence.intake.rules import masked_text
from recovery.evidence.intake.service import new_detail
from recovery.evidence.intake.signature_child import Trust
from recovery.kernel import search_index
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.job_rows import pack_text
from recovery.kernel.search_index import SearchEntry
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.documents import store
from recovery.loans.models import Document, Loan
from recovery.web.uploads import PDF

ROOTS_VARIABLE = "RECOVERY_SIGNATURE_ROOTS"
FETCH_VARIABLE = "RECOVERY_SIGNATURE_FETCH"
MOST_INDEXED = 20_000
"""Characters of a document's text that the index of search holds."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What reading a document gave; `trouble` says why it gave nothing."""

    pages: int | None = None
    text: str = ""
    signatures: tuple[dict[str, Any], ...] = ()
    trouble: Text | str | None = None


def trust() -> Trust:
    """Return the roots of signatures that this house trusts; none are configured by default.

    `RECOVERY_SIGNATURE_ROOTS` names a PEM file; with `RECOVERY_SIGNATURE_FETCH=on` revocation
    is asked of the issuers over the network.

    Raises:
        RuleViolation: the file cannot be read.
    """
    place = os.environ.get(ROOTS_VARIABLE)
    may_fetch = os.environ.get(FETCH_VARIABLE) == "on"
    try:
        return Trust(Path(place).read_bytes() if place else b"", may_fetch)
    except OSError as error:
        raise RuleViolation(_("签名根证书文件 {path} 无法读取。", path=place)) from error


def examine(sha256: str, media_type: str) -> Examined:
    """Read a PDF in the bounded child; of other types there is nothing to read."""
    if media_type != PDF.media_type:
        return Examined()
    try:
        with store().open(sha256) as file:
            data = file.read()
        looked = bounded.run(pdf_child.look, data)
        if looked.fault in {"damaged", "locked"}:
            return Examined(trouble=_("文件无法打开，没有读取文字和签名。"))
        text = masked_text(bounded.run(pdf_child.text_of, data))
        found = bounded.run(signature_child.signatures_of, data, trust())
    except (NotFound, RuleViolation) as error:
        return Examined(trouble=error.message)
    return Examined(looked.pages, text.strip(), tuple(found))


def keep_examined(work: Work, document_id: int, found: Examined) -> DocumentDetail:
    """Keep what was read of a document, register the report on its signatures, let search know."""
    document = work.session.get_one(Document, document_id)
    detail = work.session.get(DocumentDetail, document_id) or work.add(new_detail(document))
    detail.pages = found.pages or detail.pages
    detail.text = found.text or None
    detail.signature_count = len(found.signatures)
    detail.examined_at = work.now
    detail.trouble = pack_text(found.trouble)
    if found.signatures:
        detail.signatures = json.dumps(found.signatures, ensure_ascii=False, sort_keys=True)
        fields = _report_fields(document, found)
        work.register("event", document, loan_id=document.loan_id, fields=fields)
    work.session.flush()
    search_index.reindex(work.session, "document", [document.id])
    return detail


def _report_fields(document: Document, found: Examined) -> dict[str, str]:
    """Return what is committed to of the report on a document's signatures."""
    return {
        "event": "signature.check",
        "sha256": document.sha256,
        "signatures": json.dumps(found.signatures, ensure_ascii=False, sort_keys=True),
    }


def signatures_of(detail: DocumentDetail | None) -> list[dict[str, Any]]:
    """Return the reports on the signatures of a document, as they were kept."""
    kept = detail.signatures if detail is not None else None
    return list(json.loads(kept)) if kept else []


def unexamined(session: Session, limit: int) -> list[tuple[int, str, str]]:
    """Return documents in force that nobody has read: id, SHA-256, type."""
    rows = session.execute(
        select(Document.id, Document.sha256, Document.media_type)
        .outerjoin(DocumentDetail, DocumentDetail.document_id == Document.id)
        .where(DocumentDetail.examined_at.is_(None), Document.ended_on.is_(None))
        .order_by(Document.id)
        .limit(limit)
    )
    return [(one.id, one.sha256, one.media_type) for one in rows]


def search_entries(session: Session, document_ids: Sequence[int]) -> list[SearchEntry]:
    """Return what finds documents: title, masked text, contract number; scoped as their loans."""
    rows = session.execute(
        select(Document, Loan, DocumentDetail.text)
        .join(Loan, Loan.id == Document.loan_id)
        .outerjoin(DocumentDetail, DocumentDetail.document_id == Document.id)
        .where(Document.id.in_(document_ids), Document.ended_on.is_(None))
    )
    return [_entry(document, loan, text) for document, loan, text in rows]


def _entry(document: Document, loan: Loan, text: str | None) -> SearchEntry:
    words = " ".join((text or "")[:MOST_INDEXED].split())
    title = " ".join(document.title.split())
    return SearchEntry(
        kind="document",
        record_id=document.id,
        label=title,
        names=(title, words) if words else (title,),
        codes=(loan.contract_no,),
        branch_id=loan.branch_id,
        owner_id=loan.owner_id,
        agency_id=loan.agency_id,
        package_id=loan.package_id,
    )


def follow_loans(session: Session, loan_ids: Sequence[int]) -> None:
    """Index the documents of loans anew: their scope is their loans'."""
    rows = select(Document.id).where(Document.loan_id.in_(loan_ids))
    search_index.reindex(session, "document", list(session.scalars(rows)))
