"""Photographed or scanned pages joined into one document, in an order that a person chose."""

from collections.abc import Sequence
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.intake import bounded, pdf_child
from recovery.evidence.intake.models import ScanDraft, ScanPage
from recovery.evidence.intake.rules import checked_order
from recovery.evidence.intake.service import EXAMINE_JOB, new_detail
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Scope
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.belonging import find_of_loan
from recovery.loans.documents import KeptFile, Papers, add_documents, keep_file, store
from recovery.loans.models import Document, Loan

MOST_PAGES = 300


def find_draft(session: Session, draft_id: int, scope: Scope) -> ScanDraft:
    """Return a draft, through the gate of its loan; NotFound without one."""
    return find_of_loan(session, ScanDraft, draft_id, scope)


def pages_of(session: Session, draft_id: int) -> Sequence[ScanPage]:
    """Return the pages of a draft in their order."""
    rows = select(ScanPage).where(ScanPage.draft_id == draft_id)
    return session.scalars(rows.order_by(ScanPage.position, ScanPage.id)).all()


def start_draft(work: Work, loan_id: int, papers: Papers, files: Sequence[KeptFile]) -> ScanDraft:
    """Begin a document of pages that are in the store already.

    Raises:
        RuleViolation: none, or too many.
    """
    loan = work.get(Loan, loan_id)
    if not files or len(files) > MOST_PAGES:
        raise RuleViolation(_("请选择 1 至 {most} 个图片或 PDF。", most=MOST_PAGES))
    draft = work.add(
        ScanDraft(
            loan_id=loan.id,
            kind=papers.kind,
            title=papers.title,
            created_at=work.now,
            created_by_id=work.actor.id,
            document_id=None,
        )
    )
    for place, file in enumerate(files, 1):
        work.add(
            ScanPage(
                draft_id=draft.id,
                position=place,
                sha256=file.stored.sha256,
                file_name=file.file_name,
                media_type=file.stored.media_type,
            )
        )
    return draft


def reorder(work: Work, draft_id: int, typed: list[str], left_out: list[str]) -> ScanDraft:
    """Put the pages in the order of the ids `typed`, leaving some out."""
    draft = _open_draft(work, draft_id)
    kept = _chosen(work.session, draft, typed, left_out)
    for page in pages_of(work.session, draft.id):
        if page not in kept:
            work.session.delete(page)
    for place, page in enumerate(kept, 1):
        page.position = place
    return draft


def _chosen(
    session: Session, draft: ScanDraft, typed: Sequence[str], left_out: Sequence[str]
) -> list[ScanPage]:
    """Return the pages that are not left out, in the order of the ids `typed`."""
    pages = {page.id: page for page in pages_of(session, draft.id) if str(page.id) not in left_out}
    return [pages[page_id] for page_id in checked_order(list(typed), list(pages))]


def shift(work: Work, draft_id: int, page_id: int, by: int) -> ScanDraft:
    """Move one page earlier (-1) or later (1), for those who drag nothing."""
    draft = _open_draft(work, draft_id)
    order = [page.id for page in pages_of(work.session, draft.id)]
    if page_id in order:
        at = order.index(page_id)
        to = min(max(at + by, 0), len(order) - 1)
        order.insert(to, order.pop(at))
    return reorder(work, draft_id, [str(one) for one in order], [])


def _open_draft(work: Work, draft_id: int) -> ScanDraft:
    draft = find_draft(work.session, draft_id, work.actor.scope)
    if draft.document_id is not None:
        raise RuleViolation(_("这些页面已经合成，不能再改。"))
    return draft


def joined(
    session: Session, draft: ScanDraft, typed: Sequence[str] = (), left_out: Sequence[str] = ()
) -> KeptFile:
    """Join the pages of a draft into one PDF and put it into the store; `reorder` says the rest.

    Raises:
        RuleViolation: no page, or one that cannot be read.
    """
    pages = _chosen(session, draft, typed, left_out)
    if not pages:
        raise RuleViolation(_("没有页面可以合成。"))
    files = []
    for page in pages:
        with store().open(page.sha256) as file:
            files.append((page.media_type, file.read()))
    try:
        pdf = bounded.run(pdf_child.joined, files)
    except ValueError as error:
        raise RuleViolation(
            _("第 {place} 个文件无法读取，请去掉后重试。", place=str(error))
        ) from error
    return keep_file(BytesIO(pdf), f"{draft.title}.pdf")


def finish(work: Work, draft_id: int, file: KeptFile) -> Document:
    """Add the joined document to its loan; its scanner is who finishes it.

    Raises:
        RuleViolation: joined already, or the loan has the same document.
    """
    draft = _open_draft(work, draft_id)
    papers = Papers(draft.kind, "scanned", draft.title)
    added = add_documents(work, draft.loan_id, [file], papers)
    if not added:
        raise RuleViolation(_("这笔贷款已有内容相同的文件。"))
    draft.document_id = added[0].id
    work.add(new_detail(added[0]))
    work.enqueue(EXAMINE_JOB, {})
    return added[0]
