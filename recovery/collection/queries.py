"""Reads of collection, shaped for its pages and its rules."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload, with_polymorphic
from sqlalchemy.orm.util import AliasedClass

from recovery.collection.models import CollectionRecord, Contact, DemandDelivery
from recovery.collection.rules import EFFECTIVE, UNANSWERED
from recovery.collection.words import title_of
from recovery.kernel.crypto import keyring
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Scope, visible
from recovery.kernel.links import TimelineItem
from recovery.kernel.text import _
from recovery.loans.models import Document, Loan, LoanParty, Person
from recovery.web.pagination import Cursor, Order, Page, Sort, keyset_page

SIZE = 50


def _standing() -> ColumnElement[bool]:
    """Return the condition that nothing corrected or took back a contact."""
    later = aliased(CollectionRecord)
    return ~exists().where(later.supersedes_id == Contact.id)


def _calls_on(day: date, outcomes: frozenset[str], but: int | None) -> Select[int]:
    counted = (
        select(func.count())
        .select_from(Contact)
        .where(
            Contact.happened_on == day,
            Contact.channel == "call",
            Contact.direction == "outbound",
            Contact.outcome.in_(sorted(outcomes)),
            _standing(),
        )
    )
    return counted if but is None else counted.where(Contact.id != but)


def effective_calls_on(
    session: Session, person_id: int | None, day: date, *, but: int | None = None
) -> int:
    """Count the effective calls that we made to a person on a day, on whatever loan.

    `but` is the record that the one being entered corrects.
    """
    if person_id is None:
        return 0
    wanted = _calls_on(day, EFFECTIVE, but).where(Contact.person_id == person_id)
    return session.scalar(wanted) or 0


def unanswered_calls_on(
    session: Session, number: str | None, day: date, *, but: int | None = None
) -> int:
    """Count our calls to a number on a day that nobody answered, on whatever loan."""
    if not (number or "").strip():
        return 0
    index = keyring().blind_index((number or "").strip(), "address")
    wanted = _calls_on(day, UNANSWERED, but).where(Contact.address_index == index)
    return session.scalar(wanted) or 0


def of_loan(session: Session, loan_id: int, cursor: Cursor | None) -> Page[Any]:
    """Return the records of a loan that passed the gate, the newest first."""
    whole = with_polymorphic(CollectionRecord, "*")
    order = Order(Sort("at", _("时间"), whole.at), descending=True, tie=whole.id)
    statement = (
        select(whole)
        .where(whole.loan_id == loan_id)
        .options(joinedload(whole.person), joinedload(whole.document))
    )
    return keyset_page(session, statement, order, cursor, size=SIZE)


def record(session: Session, record_id: int, scope: Scope) -> CollectionRecord:
    """Return one record, whole, through the gate of its loan.

    Raises:
        NotFound: there is none, or `scope` may not see its loan.
    """
    whole: AliasedClass[CollectionRecord] = with_polymorphic(CollectionRecord, "*")
    statement = select(whole).join(Loan, Loan.id == whole.loan_id).where(whole.id == record_id)
    found = session.scalars(visible(statement, Loan, scope)).one_or_none()
    if found is None:
        raise NotFound
    return found


def superseded(
    session: Session, records: Sequence[CollectionRecord]
) -> dict[int, CollectionRecord]:
    """Return, by the id of each record that was corrected or taken back, the one that did it."""
    numbers = [one.id for one in records]
    later = select(CollectionRecord).where(CollectionRecord.supersedes_id.in_(numbers))
    return {one.supersedes_id or 0: one for one in session.scalars(later)}


def deliveries_of(session: Session, demand_id: int) -> list[DemandDelivery]:
    """Return what became of a demand, by the id of its first record; what stands, newest first."""
    found = session.scalars(
        select(DemandDelivery)
        .where(DemandDelivery.demand_id == demand_id)
        .order_by(DemandDelivery.at.desc(), DemandDelivery.id.desc())
    ).all()
    gone = superseded(session, found)
    return [one for one in found if one.id not in gone]


def people_of(session: Session, loan: Loan) -> list[tuple[Person, str]]:
    """Return the people of a loan with their part in it, the borrower first."""
    parties = session.scalars(
        select(LoanParty)
        .where(LoanParty.loan_id == loan.id, LoanParty.person_id != loan.borrower_id)
        .options(joinedload(LoanParty.person))
        .order_by(LoanParty.ended_on.is_not(None), LoanParty.id)
    )
    found = {loan.borrower_id: (loan.borrower, "borrower")}
    for party in parties:
        found.setdefault(party.person_id, (party.person, party.role))
    return list(found.values())


def documents_of(session: Session, loan_id: int, kind: str) -> list[Document]:
    """Return the documents in force of a kind of document, the newest first."""
    rows = select(Document).where(
        Document.loan_id == loan_id, Document.kind == kind, Document.ended_on.is_(None)
    )
    return list(session.scalars(rows.order_by(Document.id.desc()).limit(50)))


ICONS = {"demand": "document", "delivery": "document", "agreement": "document"}
"""Kind of record → kind in the timeline, where it is no contact."""


def timeline(session: Session, loan_id: int, _scope: Scope, limit: int) -> list[TimelineItem]:
    """Return the newest records of a loan, for its timeline."""
    whole = with_polymorphic(CollectionRecord, "*")
    rows = session.scalars(
        select(whole)
        .where(whole.loan_id == loan_id)
        .order_by(whole.at.desc(), whole.id.desc())
        .limit(limit)
    ).all()
    gone = superseded(session, rows)
    return [
        TimelineItem(
            at=row.at,
            kind=ICONS.get(row.kind, "contact"),
            title=title_of(row),
            detail=_("已更正或撤回") if row.id in gone else "",
            amount=getattr(row, "amount", None),
            endpoint="collection.show",
            arguments={"record_id": row.id},
        )
        for row in rows
        if row.kind != "withdrawal"
    ]
