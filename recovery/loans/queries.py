"""Reads of loans: ledgers and schedules as the rules take them, and claims on any day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Scope, visible
from recovery.kernel.models import AuditEvent
from recovery.loans.models import (
    AccountingFact,
    Concession,
    Document,
    Instalment,
    LedgerEntry,
    Loan,
    LoanOwnership,
    MonthEndSnapshot,
    Vehicle,
)
from recovery.loans.rules.accrual import Contract, Posting
from recovery.loans.rules.balances import Stated
from recovery.loans.rules.claim import Claim, compute_claim
from recovery.loans.rules.schedule import Due

BATCH = 500


@dataclass(frozen=True, slots=True)
class Book:
    """What a loan's claim is computed from: the rows that stand and the schedule in force."""

    postings: tuple[Posting, ...] = ()
    dues: tuple[Due, ...] = ()


def contract_of(loan: Loan) -> Contract:
    """Return the terms of `loan` as the rules take them."""
    return Contract(
        disbursed_on=loan.disbursed_on,
        matures_on=loan.matures_on,
        rate_per_year=loan.rate_per_year,
        penalty_rate_per_year=loan.penalty_rate_per_year,
        compound_rate_per_year=loan.compound_rate_per_year,
        day_count=loan.day_count,
        method=loan.repayment_method,
        accelerated_on=loan.accelerated_on,
    )


def stated_of(loan: Loan) -> Stated:
    """Return what is known of `loan` beside its rows."""
    return Stated(loan.repayment_method, loan.matures_on, loan.accelerated_on, loan.overdue_since)


def books_of(session: Session, loan_ids: Iterable[int]) -> dict[int, Book]:
    """Return the books of many loans, in two statements for each `BATCH` of them."""
    ids, books = list(dict.fromkeys(loan_ids)), {}
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        postings, dues = _postings(session, batch), _dues(session, batch)
        for loan_id in batch:
            books[loan_id] = Book(tuple(postings[loan_id]), tuple(dues[loan_id]))
    return books


def book_of(session: Session, loan_id: int) -> Book:
    """Return the book of one loan."""
    return books_of(session, [loan_id])[loan_id]


def claim_on(session: Session, loan: Loan, on: date) -> Claim:
    """Return the claim on `loan` at the end of the day `on`, past or future."""
    return claim_from(loan, book_of(session, loan.id), on)


def claim_from(loan: Loan, book: Book, on: date) -> Claim:
    """Return the claim on `loan`, whose book was read already, on the day `on`."""
    return compute_claim(contract_of(loan), book.dues, book.postings, on)


def claims_on(session: Session, loans: Sequence[Loan], on: date) -> dict[int, Claim]:
    """Return the claims on many loans at the end of the day `on`, by loan id."""
    books = books_of(session, [loan.id for loan in loans])
    return {
        loan.id: compute_claim(contract_of(loan), books[loan.id].dues, books[loan.id].postings, on)
        for loan in loans
    }


def schedule_in_force(loan_ids: Sequence[int]) -> Select[Instalment]:
    """Select the instalments of each loan's latest schedule, in order."""
    other = aliased(Instalment)
    latest = (
        select(func.max(other.schedule))
        .where(other.loan_id == Instalment.loan_id)
        .scalar_subquery()
    )
    return (
        select(Instalment)
        .where(Instalment.loan_id.in_(loan_ids), Instalment.schedule == latest)
        .order_by(Instalment.loan_id, Instalment.number)
    )


_POSTED = (
    LedgerEntry.loan_id,
    LedgerEntry.number,
    LedgerEntry.kind,
    LedgerEntry.value_date,
    LedgerEntry.principal,
    LedgerEntry.interest,
    LedgerEntry.penalty,
    LedgerEntry.compound,
    LedgerEntry.costs,
    LedgerEntry.amount,
    LedgerEntry.accrued_until,
    LedgerEntry.instalment_number,
    LedgerEntry.origin,
)


def posting_of(row: LedgerEntry | Row[*tuple[Any, ...]]) -> Posting:
    """Return a ledger row as the rules take it."""
    return Posting(
        number=row.number,
        kind=row.kind,
        value_date=row.value_date,
        principal=row.principal,
        interest=row.interest,
        penalty=row.penalty,
        compound=row.compound,
        costs=row.costs,
        amount=row.amount,
        accrued_until=row.accrued_until,
        instalment_number=row.instalment_number,
        is_own=row.origin == "born_here",
    )


def _postings(session: Session, loan_ids: Sequence[int]) -> dict[int, list[Posting]]:
    """Return, by loan, the rows that are neither reversed nor reversals, in order of number."""
    rows = session.execute(
        select(*_POSTED, LedgerEntry.id, LedgerEntry.reverses_id)
        .where(LedgerEntry.loan_id.in_(loan_ids))
        .order_by(LedgerEntry.loan_id, LedgerEntry.number)
    ).all()
    undone = {row.reverses_id for row in rows if row.reverses_id is not None}
    postings: dict[int, list[Posting]] = defaultdict(list)
    for row in rows:
        if row.kind != "reversal" and row.id not in undone:
            postings[row.loan_id].append(posting_of(row))
    return postings


def _dues(session: Session, loan_ids: Sequence[int]) -> dict[int, list[Due]]:
    """Return, by loan, the schedule in force: the latest one."""
    rows = session.execute(
        schedule_in_force(loan_ids).with_only_columns(
            Instalment.loan_id,
            Instalment.number,
            Instalment.due_on,
            Instalment.principal,
            Instalment.interest,
        )
    )
    dues: dict[int, list[Due]] = defaultdict(list)
    for row in rows:
        dues[row.loan_id].append(Due(row.number, row.due_on, row.principal, row.interest))
    return dues


def ledger_of(session: Session, loan_id: int) -> list[LedgerEntry]:
    """Return every row of a loan's ledger, the newest number first."""
    rows = select(LedgerEntry).where(LedgerEntry.loan_id == loan_id)
    return list(session.scalars(rows.order_by(LedgerEntry.number.desc())))


def instalments_of(session: Session, loan_id: int) -> list[Instalment]:
    """Return the schedule in force of a loan."""
    return list(session.scalars(schedule_in_force([loan_id])))


def documents_of(session: Session, loan_id: int) -> list[Document]:
    """Return the documents of a loan, ended ones last, the newest first."""
    rows = select(Document).where(Document.loan_id == loan_id)
    order = (Document.ended_on.is_not(None), Document.id.desc())
    return list(session.scalars(rows.order_by(*order)))


def newest_documents_of(session: Session, loan_id: int) -> list[Document]:
    """Return the documents of a loan without those that a version in force supersedes."""
    every = documents_of(session, loan_id)
    older = {one.supersedes_id for one in every if one.ended_on is None}
    return [one for one in every if one.id not in older]


def document_of(session: Session, loan_id: int, document_id: int) -> Document:
    """Return one document of a loan whose gate was passed.

    Raises:
        NotFound: the loan has no such document.
    """
    document = session.get(Document, document_id)
    if document is None or document.loan_id != loan_id:
        raise NotFound
    return document


def owners_of(session: Session, loan_id: int) -> list[LoanOwnership]:
    """Return who owned the claim when, the latest first."""
    rows = select(LoanOwnership).where(LoanOwnership.loan_id == loan_id)
    return list(session.scalars(rows.order_by(LoanOwnership.since.desc(), LoanOwnership.id.desc())))


def loan_numbered(session: Session, contract_no: str, scope: Scope) -> int:
    """Return the id of the loan with that contract number, through the gate.

    Raises:
        NotFound: absent, or not for this reader to see.
    """
    statement = visible(select(Loan.id).where(Loan.contract_no == contract_no), Loan, scope)
    loan_id = session.scalar(statement)
    if loan_id is None:
        raise NotFound
    return loan_id


def entry_of(session: Session, loan_id: int, entry_id: int) -> LedgerEntry:
    """Return one ledger row of a loan whose gate was passed.

    Raises:
        NotFound: the loan has no such row.
    """
    entry = session.get(LedgerEntry, entry_id)
    if entry is None or entry.loan_id != loan_id:
        raise NotFound
    return entry


def vehicle_of(session: Session, loan_id: int) -> Vehicle | None:
    """Return the car that secures a loan whose gate was passed; None: none does."""
    rows = select(Vehicle).where(Vehicle.loan_id == loan_id, Vehicle.ended_on.is_(None))
    return session.scalars(rows.order_by(Vehicle.id.desc()).limit(1)).first()


def months_of(session: Session, loan_id: int, *, limit: int = 36) -> list[MonthEndSnapshot]:
    """Return the newest month ends of a loan."""
    rows = select(MonthEndSnapshot).where(MonthEndSnapshot.loan_id == loan_id)
    return list(session.scalars(rows.order_by(MonthEndSnapshot.month_end.desc()).limit(limit)))


def facts_of(session: Session, loan_id: int, *, limit: int = 12) -> list[AccountingFact]:
    """Return the newest accounting figures of a loan, as imported."""
    rows = select(AccountingFact).where(AccountingFact.loan_id == loan_id)
    return list(session.scalars(rows.order_by(AccountingFact.as_of.desc()).limit(limit)))


def history_of(session: Session, loan_id: int, *, limit: int = 200) -> list[AuditEvent]:
    """Return the newest acts on a loan, its cars and its concessions."""
    subjects = [
        ("loan", [loan_id]),
        ("vehicle", session.scalars(select(Vehicle.id).where(Vehicle.loan_id == loan_id)).all()),
        (
            "concession",
            session.scalars(select(Concession.id).where(Concession.loan_id == loan_id)).all(),
        ),
    ]
    found = [
        event
        for table, ids in subjects
        for event in session.scalars(
            select(AuditEvent)
            .options(selectinload(AuditEvent.reason))
            .where(AuditEvent.subject_type == table, AuditEvent.subject_id.in_(ids))
            .order_by(AuditEvent.id.desc())
            .limit(limit)
        )
    ]
    return sorted(found, key=lambda event: event.id, reverse=True)[:limit]
