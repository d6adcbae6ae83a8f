"""The steps of a delivery after staging: correct a row, leave one out, add all, examine each."""

import os
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from recovery.evidence.intake.judging import judge
from recovery.evidence.intake.models import DocumentDetail, IntakeBatch, IntakeRow
from recovery.evidence.intake.staging import Correction, correct, find_batch
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import Job
from recovery.kernel.links import StoredFile
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.documents import KeptFile, Papers, add_documents
from recovery.loans.models import Document
from recovery.web.filters import FilterState

APPLY_JOB = "evidence.intake"
EXAMINE_JOB = "evidence.examine"
STATES = ("ready", "linked", "refused", "added", "failed")


def rows(batch_id: int, filters: FilterState) -> Select[Any]:
    """Return the statement of the files of a delivery, filtered."""
    found: Select[Any] = select(IntakeRow).where(IntakeRow.batch_id == batch_id)
    if states := filters.get("state"):
        found = found.where(IntakeRow.state.in_(states))
    if words := filters.get("q"):
        named = IntakeRow.file_name.contains(words, autoescape=True)
        found = found.where(named | (IntakeRow.contract_no == words))
    return found


def rows_of(session: Session, batch_id: int) -> Sequence[IntakeRow]:
    """Return the files of a delivery as they came."""
    rows = select(IntakeRow).where(IntakeRow.batch_id == batch_id).order_by(IntakeRow.id)
    return session.scalars(rows).all()


def counts_of(session: Session, batch_id: int) -> dict[str, int]:
    """Return how many files of a delivery are in each state."""
    rows = session.execute(
        select(IntakeRow.state, func.count())
        .where(IntakeRow.batch_id == batch_id)
        .group_by(IntakeRow.state)
    )
    return dict.fromkeys(STATES, 0) | dict(iter(rows))


def batches_of(session: Session, actor: Actor, limit: int = 30) -> Sequence[IntakeBatch]:
    """Return the actor's newest deliveries."""
    rows = select(IntakeBatch).order_by(IntakeBatch.id.desc()).limit(limit)
    if not actor.scope.everything:
        rows = rows.where(IntakeBatch.created_by_id == actor.id)
    return session.scalars(rows).all()


def last_rule(session: Session, actor: Actor) -> str | None:
    """Return the naming rule that the actor used last."""
    rows = select(IntakeBatch.rule).where(IntakeBatch.created_by_id == actor.id)
    return session.scalars(rows.order_by(IntakeBatch.id.desc()).limit(1)).first()


def find_row(session: Session, row_id: int, actor: Actor) -> IntakeRow:
    """Return a file of one of the actor's deliveries.

    Raises:
        NotFound: there is none, or somebody else's.
    """
    row = session.get(IntakeRow, row_id)
    if row is None:
        raise NotFound(_("没有这次收录，或您无权查看。"))
    find_batch(session, row.batch_id, actor)
    return row


def correct_row(work: Work, row_id: int, said: Correction) -> IntakeRow:
    """Say of a file what its name did not.

    Raises:
        RuleViolation: it was not taken at all, or has been added.
    """
    row = find_row(work.session, row_id, work.actor)
    if row.sha256 is None or row.state == "added":
        raise RuleViolation(_("这个文件没有被接收，或已经入库，不能修改。"))
    correct(work, row, said)
    return row


def request_apply(work: Work, batch_id: int) -> Job:
    """Ask for the files of a delivery to be added; asked again, it goes on with what is left.

    Raises:
        RuleViolation: no file of it can be added.
    """
    batch = find_batch(work.session, batch_id, work.actor)
    counts = counts_of(work.session, batch.id)
    if not counts["ready"] + counts["failed"]:
        raise RuleViolation(_("没有可以入库的文件。"))
    batch.state = "applying"
    return work.enqueue(APPLY_JOB, {"batch": batch.id})


def cancel_batch(work: Work, batch_id: int) -> None:
    """Give up a delivery of which nothing has been added.

    Raises:
        NotFound: there is none, or somebody else's.
        RuleViolation: its files are being added, or were.
    """
    batch = find_batch(work.session, batch_id, work.actor)
    if batch.state != "staged":
        raise RuleViolation(_("这次收录已经开始入库，不能放弃。"))
    batch.state = "cancelled"
    work.record(Action.ADD_EVIDENCE, None, intake=batch.id, state="cancelled")


def waiting_rows(session: Session, batch_id: int) -> list[int]:
    """Return the files of a delivery that are to be added."""
    rows = select(IntakeRow.id).where(
        IntakeRow.batch_id == batch_id, IntakeRow.state.in_(("ready", "failed"))
    )
    return list(session.scalars(rows.order_by(IntakeRow.id)))


def add_row(work: Work, row_id: int) -> Document | None:
    """Add one file to its loan; None where it cannot be added (any more), and the row says why.

    Judged anew first: since the preview the loan may have got the same file.
    """
    row = find_row(work.session, row_id, work.actor)
    wanted = row.supersedes_id
    judge(work.session, [row], work.actor.scope)
    if row.state != "ready" or row.loan_id is None or row.sha256 is None:
        return None
    stored = StoredFile(row.sha256, row.size, row.media_type)
    papers = Papers(row.kind, row.origin, row.title, wanted and row.supersedes_id)
    [document] = add_documents(work, row.loan_id, [KeptFile(row.file_name, stored)], papers)
    row.state, row.document_id = "added", document.id
    row.supersedes_id = papers.supersedes_id
    work.add(new_detail(document, dated=row.dated, pages=row.pages))
    return document


def new_detail(
    document: Document, *, dated: date | None = None, pages: int | None = None
) -> DocumentDetail:
    """Return the empty detail of a document that is yet to be examined."""
    return DocumentDetail(
        document_id=document.id,
        row_uuid=os.urandom(16),
        dated=dated,
        pages=pages,
        text=None,
        signature_count=None,
        signatures_sealed=None,
        examined_at=None,
        trouble=None,
    )


def finish_batch(work: Work, batch_id: int) -> dict[str, int]:
    """Close a delivery; with files that failed it stays open to be run again."""
    batch = find_batch(work.session, batch_id, work.actor)
    counts = counts_of(work.session, batch.id)
    batch.state = "staged" if counts["failed"] else "done"
    if counts["added"]:
        work.record(Action.ADD_EVIDENCE, None, intake=batch.id, added=counts["added"])
    return counts
