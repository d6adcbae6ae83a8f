"""What loans themselves contribute to a loan's timeline: money and documents."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel import clock, links
from recovery.kernel.gate import Scope
from recovery.kernel.links import TimelineItem
from recovery.kernel.text import Text, _
from recovery.loans.labels import DOCUMENT_KINDS, ENTRY_KINDS
from recovery.loans.models import Document, LedgerEntry

QUIET = ("instalment_due", "interest")
"""Kinds of rows that the calendar makes: the schedule shows them."""

MOST = 300


def transactions(session: Session, loan_id: int, _scope: Scope, limit: int) -> list[TimelineItem]:
    """Return the newest transactions of a loan, by the day they took effect."""
    rows = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.loan_id == loan_id, LedgerEntry.kind.not_in(QUIET))
        .order_by(LedgerEntry.value_date.desc(), LedgerEntry.number.desc())
        .limit(limit)
    )
    return [
        TimelineItem(
            at=clock.start_of(row.value_date),
            kind=row.kind,
            title=ENTRY_KINDS.get(row.kind, Text(row.kind)),
            detail=row.description or row.reference or "",
            amount=row.amount,
            endpoint="loans.money",
            arguments={"loan_id": loan_id, "_anchor": f"entry-{row.number}"},
        )
        for row in rows
    ]


def documents(session: Session, loan_id: int, _scope: Scope, limit: int) -> list[TimelineItem]:
    """Return the newest documents of a loan."""
    rows = session.scalars(
        select(Document)
        .where(Document.loan_id == loan_id)
        .order_by(Document.id.desc())
        .limit(limit)
    )
    return [
        TimelineItem(
            at=row.added_at,
            kind="document",
            title=_("文件：{title}", title=row.title),
            detail=DOCUMENT_KINDS.get(row.kind, ""),
            endpoint="loans.papers",
            arguments={"loan_id": loan_id},
        )
        for row in rows
    ]


def of_loan(session: Session, loan_id: int, scope: Scope, limit: int) -> list[TimelineItem]:
    """Return the newest of everything that happened to a loan, from every feature."""
    items = [
        item
        for provider in links.timeline.all()
        for item in provider(session, loan_id, scope, limit)
    ]
    return sorted(items, key=lambda item: item.at, reverse=True)[:limit]


def register() -> None:
    """Contribute to the timeline."""
    links.timeline.put("transactions", transactions, order=10)
    links.timeline.put("documents", documents, order=20)
