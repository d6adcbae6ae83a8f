"""Reads of the loan list: one page, how many there are, and the totals of a filter."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    case,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from recovery.access.models import UserAccount
from recovery.loans.listing.classes import ORDER
from recovery.loans.listing.conditions import Reader, narrowed
from recovery.loans.listing.worklist import ListedLoan
from recovery.loans.models import Loan, Vehicle
from recovery.web.filters import FilterState
from recovery.web.pagination import Page
from recovery.web.worklist import Asked

_OWNER = select(UserAccount.name).where(UserAccount.id == Loan.owner_id).scalar_subquery()
_PLATE = (
    select(func.min(Vehicle.plate))
    .where(Vehicle.loan_id == Loan.id, Vehicle.ended_on.is_(None))
    .scalar_subquery()
)
SHOWN = (
    Loan.id,
    Loan.contract_no,
    Loan.borrower_name,
    Loan.balance,
    Loan.principal,
    Loan.overdue_since,
    Loan.assigned_class,
    Loan.class_floor,
    Loan.stage,
    Loan.branch_id,
    Loan.province,
    Loan.mortgage_state,
    Loan.vehicle_state,
    Loan.agency_id,
    Loan.product,
    Loan.disbursed_on,
    Loan.last_paid_on,
    Loan.written_off_on,
    Loan.closed_on,
    _OWNER.label("owner"),
    _PLATE.label("plate"),
)


def matching(session: Session, filters: FilterState, reader: Reader) -> Select[Any]:
    """Select the ids of the loans that match the filters and that `reader` may see."""
    return narrowed(select(Loan.id), session, filters, reader)


def page_of(
    session: Session, asked: Asked, reader: Reader, places: Mapping[str, Mapping[int, str]]
) -> Page[ListedLoan]:
    """Return the page asked for; `places` names branches and agencies by id.

    The ids of the page are found in an index alone; only its own rows are then read.
    """
    if asked.order.sort.column is Loan.overdue_order:
        reader = replace(reader, overdue=ORDER)
    page = asked.page(session, matching(session, asked.filters, reader))
    rows = session.execute(select(*SHOWN).where(Loan.id.in_(page.rows)))
    found = {row.id: listed(row, reader, places) for row in rows}
    return replace(page, rows=[found[loan_id] for loan_id in page.rows if loan_id in found])


def listed(row: Row[Any], reader: Reader, places: Mapping[str, Mapping[int, str]]) -> ListedLoan:
    """Return a row as the list shows it on the reader's business day."""
    since, today = row.overdue_since, reader.floors.today
    return ListedLoan(
        id=row.id,
        contract_no=row.contract_no,
        borrower_name=row.borrower_name,
        days_past_due=max((today - since).days, 0) if since else 0,
        asset_class=reader.floors.class_of(row.assigned_class, since, row.class_floor),
        balance=row.balance,
        principal=row.principal,
        overdue_since=since,
        stage=row.stage,
        branch=places["branch"].get(row.branch_id),
        province=row.province,
        mortgage_state=row.mortgage_state,
        vehicle_state=row.vehicle_state,
        owner=row.owner,
        agency=places["agency"].get(row.agency_id),
        plate=row.plate,
        product=row.product,
        disbursed_on=row.disbursed_on,
        last_paid_on=row.last_paid_on,
        written_off_on=row.written_off_on,
        closed_on=row.closed_on,
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """What the loans of a filter come to.

    `days_past_due` is their mean, weighted by principal and billed interest; None: nothing owed.
    """

    loans: int
    borrowers: int
    principal: Decimal
    balance: Decimal
    days_past_due: Decimal | None


def totals_of(session: Session, filters: FilterState, reader: Reader) -> Totals:
    """Return the totals of a filter, read in one pass over the index made for it."""
    weight = type_coerce(Loan.principal, BigInteger) + type_coerce(Loan.billed_interest, BigInteger)
    days = _days_past_due(session, reader.floors.today)
    statement = narrowed(
        select(
            func.count(),
            func.count(Loan.borrower_id.distinct()),
            func.coalesce(func.sum(Loan.principal), 0),
            func.coalesce(func.sum(Loan.balance), 0),
            func.coalesce(func.sum(weight), 0),
            func.coalesce(func.sum(days * weight), 0),
        ).select_from(Loan),
        session,
        filters,
        reader,
    )
    loans, borrowers, principal, balance, owed, weighted = session.execute(statement).one()
    mean = None if not owed else (Decimal(weighted) / Decimal(owed)).quantize(Decimal("0.1"))
    return Totals(loans, borrowers, principal, balance, mean)


def _days_past_due(session: Session, today: date) -> ColumnElement[Any]:
    """Return the days past due of a row on `today`, in the language of the engine."""
    if session.get_bind().dialect.name == "sqlite":
        days = func.julianday(today.isoformat()) - func.julianday(Loan.overdue_since)
    else:
        days = literal(today) - Loan.overdue_since
    return case((Loan.overdue_since < today, type_coerce(days, BigInteger)), else_=0)
