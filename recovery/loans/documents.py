"""Documents of a loan: the bytes in the evidence store, the row here, both registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select

from recovery.kernel import links, search_index
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.links import DocumentStore, StoredFile
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.loans.models import Document, Loan
from recovery.loans.registration import document_fields

ORIGINS = ("born_here", "core_system", "scanned")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is in the store already, with the name it came with."""

    file_name: str
    stored: StoredFile


@dataclass(frozen=True, slots=True)
class Papers:
    """What several files of one upload are: `kind` of the checklist, `origin`, a title of all.

    Without a title each goes by its file name. `supersedes_id` names the document of the loan of
    which they are a new version.
    """

    kind: str
    origin: str = "scanned"
    title: str = ""
    supersedes_id: int | None = None


def store() -> DocumentStore:
    """Return where the bytes of documents are.

    Raises:
        RuleViolation: this installation keeps none.
    """
    if "evidence" not in links.document_store:
        raise RuleViolation(_("证据库尚未启用，不能保存文件。"))
    return links.document_store.get("evidence")


def keep_file(file: BinaryIO, file_name: str) -> KeptFile:
    """Put the bytes into the store, before the business transaction.

    Raises:
        RuleViolation: empty, too large, of a type that is not taken, or the store is down.
    """
    return KeptFile(file_name, store().keep(file, file_name))


def add_documents(
    work: Work, loan_id: int, files: Sequence[KeptFile], papers: Papers
) -> list[Document]:
    """Add files to the loan and register each; one that the loan has already is not added twice.

    Raises:
        RuleViolation: no file, an unknown kind or origin.
    """
    loan = work.get(Loan, loan_id)
    if not files:
        raise RuleViolation(_("请选择要上传的文件。"))
    if papers.kind not in DOCUMENT_KINDS or papers.origin not in ORIGINS:
        raise RuleViolation(_("请选择文件类型和来源。"))
    known = _digests(work, loan)
    added = []
    for file in files:
        if file.stored.sha256 not in known:
            known.add(file.stored.sha256)
            added.append(_add(work, loan, file, papers))
    return added


def _add(work: Work, loan: Loan, file: KeptFile, papers: Papers) -> Document:
    """Add, register and audit one document."""
    document = work.add(
        Document(
            loan_id=loan.id,
            kind=papers.kind,
            title=papers.title or file.file_name,
            file_name=file.file_name,
            media_type=file.stored.media_type,
            size=file.stored.size,
            sha256=file.stored.sha256,
            origin=papers.origin,
            added_at=work.now,
            added_by_id=work.actor.id,
            supersedes_id=papers.supersedes_id,
            ended_on=None,
        )
    )
    fields = document_fields(document, loan.contract_no)
    if papers.supersedes_id is not None:
        fields["supersedes"] = _older(work, loan, papers.supersedes_id).sha256
    work.register("file", document, loan_id=loan.id, fields=fields)
    work.record(Action.ADD_EVIDENCE, loan, document=document.id, kind=papers.kind)
    return document


def _older(work: Work, loan: Loan, document_id: int) -> Document:
    """Return the document of which another is a new version.

    Raises:
        RuleViolation: the loan has none such in force.
    """
    older = work.session.get(Document, document_id)
    if older is None or older.loan_id != loan.id or older.ended_on is not None:
        raise RuleViolation(_("要替代的文件不属于这笔贷款，或已停用。"))
    return older


def _digests(work: Work, loan: Loan) -> set[str]:
    """Return the digests of the loan's documents that are in force."""
    return set(
        work.session.scalars(
            select(Document.sha256).where(Document.loan_id == loan.id, Document.ended_on.is_(None))
        )
    )


def end_document(work: Work, loan_id: int, document_id: int, reason: str) -> Document:
    """End a document that was added by mistake; it and its registration stay.

    Raises:
        NotFound: the loan has no such document.
        RuleViolation: it has ended, or no reason is given.
    """
    loan = work.get(Loan, loan_id)
    document = work.session.get(Document, document_id)
    if document is None or document.loan_id != loan.id:
        raise NotFound
    if document.ended_on is not None or not reason.strip():
        raise RuleViolation(_("请说明停用的原因；已停用的文件不能再次停用。"))
    document.ended_on = work.today
    if "document" in search_index.sources:
        work.session.flush()
        search_index.reindex(work.session, "document", [document.id])
    work.record(Action.ADD_EVIDENCE, loan, document=document.id, ended_on=(None, work.today))
    return document
