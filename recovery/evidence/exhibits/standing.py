"""How a list stands against the checklist of its case type: what it has, lacks, and could have."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.exhibits.checklist import ALWAYS, case_types
from recovery.evidence.exhibits.models import EvidenceList, EvidenceListLine
from recovery.evidence.exhibits.proposal import Candidate, ProposedGroup, propose
from recovery.evidence.exhibits.queries import arrangement_of
from recovery.evidence.exhibits.rules import lines_of
from recovery.kernel.models import RegistrationIntent
from recovery.loans.models import Document, Loan, LoanParty

RECORD_KINDS = ("contract", "event", "approval", "transaction")
"""Kinds of registered records that may stand on a list by themselves."""

NEWEST_RECORDS = 50

MORTGAGED = ("registered", "unregistered")
"""Mortgage states under which a mortgage was agreed and still is."""


def proposed(session: Session, one: EvidenceList, today: date) -> tuple[ProposedGroup, ...]:
    """Return how each item that the loan needs today stands."""
    loan = session.get_one(Loan, one.loan_id)
    lines = _lines(session, one)
    return propose(
        case_types()[one.case_type],
        conditions_of(session, loan, today),
        documents=[candidate(document) for document in documents_in_force(session, loan.id)],
        listed=[Candidate(line.document_id or 0, line.kind, line.name) for line in lines],
    )


def unlisted(session: Session, one: EvidenceList) -> list[Document]:
    """Return the loan's documents in force that are not on the list, the newest first."""
    listed = {line.document_id for line in _lines(session, one)}
    return [one for one in documents_in_force(session, one.loan_id) if one.id not in listed]


def unlisted_records(session: Session, one: EvidenceList) -> Sequence[RegistrationIntent]:
    """Return the newest records of the loan in the log that are not on the list."""
    listed = [line.intent_id for line in _lines(session, one) if line.intent_id]
    return session.scalars(
        select(RegistrationIntent)
        .where(
            RegistrationIntent.loan_id == one.loan_id,
            RegistrationIntent.kind.in_(RECORD_KINDS),
            RegistrationIntent.log_index.is_not(None),
            RegistrationIntent.id.not_in(listed),
        )
        .order_by(RegistrationIntent.id.desc())
        .limit(NEWEST_RECORDS)
    ).all()


def conditions_of(session: Session, loan: Loan, today: date) -> frozenset[str]:
    """Return which of the checklist's conditions hold for a loan today."""
    holding = {ALWAYS}
    if loan.mortgage_state in MORTGAGED:
        holding.add("mortgaged")
    if loan.matures_on is not None and loan.matures_on > today:
        holding.add("before_maturity")
    guarantors = select(LoanParty.id).where(
        LoanParty.loan_id == loan.id, LoanParty.role == "guarantor", LoanParty.ended_on.is_(None)
    )
    if session.scalars(guarantors.limit(1)).first() is not None:
        holding.add("guaranteed")
    return frozenset(holding)


def documents_in_force(session: Session, loan_id: int) -> list[Document]:
    """Return the documents of a loan that were neither ended nor superseded, the newest first."""
    superseded = select(Document.supersedes_id).where(
        Document.loan_id == loan_id, Document.supersedes_id.is_not(None)
    )
    statement = select(Document).where(
        Document.loan_id == loan_id, Document.ended_on.is_(None), Document.id.not_in(superseded)
    )
    return list(session.scalars(statement.order_by(Document.id.desc())))


def candidate(document: Document) -> Candidate:
    """Return a document as the checklist looks at it."""
    return Candidate(document.id, document.kind, document.title)


def _lines(session: Session, one: EvidenceList) -> list[EvidenceListLine]:
    ids = lines_of(arrangement_of(session, one))
    return list(session.scalars(select(EvidenceListLine).where(EvidenceListLine.id.in_(ids))))
