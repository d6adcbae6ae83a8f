"""What becomes of each file of a delivery: to which loan it goes, or why not; many at a time."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.intake.models import IntakeRow
from recovery.kernel import clock, gate
from recovery.kernel.gate import Scope
from recovery.kernel.job_rows import pack_text
from recovery.kernel.text import Text, _
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.loans.models import Document, Loan

AT_ONCE = 500
"""Rows of one statement."""

Known = tuple[int | None, int | None, datetime | None, str | None]
"""Of one row: the document of its loan with the same bytes; the newest document of its name and
kind, and when that came; a contract that the reader sees whose loan has the same bytes."""


def judge(session: Session, rows: Sequence[IntakeRow], scope: Scope) -> None:
    """Say of rows of a delivery whether each can be added, to which loan, and what to know.

    Three statements for each `AT_ONCE` rows. Nothing is said of loans outside `scope`.
    """
    open_rows = [row for row in rows if row.sha256 and row.state not in {"added", "linked"}]
    for part in _parts(open_rows):
        loans = _loans(session, part, scope)
        for row in part:
            _go_to(row, loans.get(row.contract_no))
        session.flush()
        known = _known(session, [row.id for row in part if row.state == "ready"], scope)
        for row in part:
            if row.id in known:
                _compare(row, *known[row.id])


def _parts(rows: Sequence[IntakeRow]) -> Iterator[Sequence[IntakeRow]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def _loans(session: Session, rows: Sequence[IntakeRow], scope: Scope) -> dict[str, int]:
    """Return contract number → loan of those that the reader sees."""
    numbers = {row.contract_no for row in rows if row.contract_no}
    wanted = select(Loan.contract_no, Loan.id).where(Loan.contract_no.in_(numbers))
    return dict(session.execute(gate.visible(wanted, Loan, scope)).all())


def _go_to(row: IntakeRow, loan_id: int | None) -> None:
    """Note the loan of a row, or why there is none."""
    problem = _problem(row, loan_id)
    row.document_id, row.supersedes_id, row.note = None, None, None
    row.state, row.problem = "refused" if problem else "ready", pack_text(problem)
    row.loan_id = None if problem else loan_id
    if problem is None:
        row.title = row.title or row.file_name


def _problem(row: IntakeRow, loan_id: int | None) -> Text | None:
    if not row.contract_no:
        return _("文件名不符合命名规则，索引表中也没有这个文件。")
    if loan_id is None:
        return _("没有合同编号为“{number}”的贷款，或您无权查看。", number=row.contract_no)
    if row.kind not in DOCUMENT_KINDS:
        return _("不认识的文件类型，请修改。")
    return None


def _known(session: Session, row_ids: Sequence[int], scope: Scope) -> dict[int, Known]:
    """Return what the book holds beside each of these rows, which are written by now."""
    in_force = (Document.loan_id == IntakeRow.loan_id, Document.ended_on.is_(None))
    same = select(Document.id).where(*in_force, Document.sha256 == IntakeRow.sha256)
    named = (Document.kind == IntakeRow.kind, Document.file_name == IntakeRow.file_name)
    newest = select(Document).where(*in_force, *named).order_by(Document.id.desc()).limit(1)
    other = (
        select(Loan.contract_no)
        .join(Document, Document.loan_id == Loan.id)
        .where(Document.sha256 == IntakeRow.sha256, Document.loan_id != IntakeRow.loan_id)
    )
    found = session.execute(
        select(
            IntakeRow.id,
            same.limit(1).correlate(IntakeRow).scalar_subquery(),
            newest.with_only_columns(Document.id).correlate(IntakeRow).scalar_subquery(),
            newest.with_only_columns(Document.added_at).correlate(IntakeRow).scalar_subquery(),
            gate.visible(other, Loan, scope).limit(1).correlate(IntakeRow).scalar_subquery(),
        ).where(IntakeRow.id.in_(row_ids))
    )
    return {row_id: tuple(told) for row_id, *told in found}


def _compare(
    row: IntakeRow, same: int | None, older: int | None, since: datetime | None, other: str | None
) -> None:
    """Link a row to what its loan has already, or say what it supersedes or resembles."""
    if same is not None:
        row.state, row.document_id = "linked", same
        row.note = pack_text(_("这笔贷款已有内容相同的文件，不再重复保存。"))
    elif older is not None and since is not None:
        row.supersedes_id = older
        day = clock.business_day(since).isoformat()
        row.note = pack_text(_("将作为 {day} 收录的同名文件的新版本，旧版本保留。", day=day))
    elif other is not None:
        row.note = pack_text(_("合同 {number} 也有内容相同的文件。", number=other))
