"""Computes the figures of the book, a branch at a time, for pages to read."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, delete, extract, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from recovery.insight.models import BookFigure
from recovery.insight.rules import AGE_BANDS, age_band, months_until
from recovery.kernel.db import db
from recovery.kernel.work import Work
from recovery.loans.listing.classes import ClassFloors, floors_of
from recovery.loans.models import LedgerEntry, Loan
from recovery.loans.rules.balances import PAYING
from recovery.rulebook.service import current_book

CLASS_AND_AGE = "class_and_age"
RECOVERIES = "recoveries"
MONTHS = 12

OpenWork = Callable[[], AbstractContextManager[Work]]
Tables = dict[str, dict[int, list[list[Any]]]]
"""Name of a figure → branch (0: none) → rows."""


def refresh(open_work: OpenWork, day: date) -> None:
    """Compute the figures of the business day `day` and keep them in the place of earlier ones.

    Reads every loan before the unit of work opens: reading is long, writing is short.
    """
    figures = _compute(db.session(), day)
    with open_work() as work:
        work.session.execute(delete(BookFigure).where(BookFigure.day == day))
        work.session.add_all(
            BookFigure(day=day, name=name, branch_id=branch, rows=rows, computed_at=work.now)
            for name, branches in figures.items()
            for branch, rows in branches.items()
        )


def _compute(session: Session, today: date) -> Tables:
    """Return all figures of the whole book on the business day `today`."""
    floors = floors_of(current_book(), today)
    return {
        CLASS_AND_AGE: _class_and_age(session, floors),
        RECOVERIES: _recoveries(session, today),
    }


@dataclass(frozen=True, slots=True)
class Bin:
    """Days past due from `first` on, within which neither band nor class changes."""

    first: int
    band: str
    by_days: str


def bins_of(floors: ClassFloors) -> list[Bin]:
    """Return the bins by which every band and every class floor of the law is a whole number."""
    starts = sorted({band.first for band in AGE_BANDS} | {over + 1 for over in floors.over})
    days = [(first, floors.today - timedelta(days=first)) for first in starts]
    return [
        Bin(first, age_band(since, floors.today).code, floors.by_days(since))
        for first, since in days
    ]


def _class_and_age(session: Session, floors: ClassFloors) -> dict[int, list[list[Any]]]:
    """Return, by branch, rows of class, band, loans, principal and balance (fen) of open loans."""
    bins = bins_of(floors)
    place = _bin_of(bins, floors.today)
    rows = session.execute(
        select(
            func.coalesce(Loan.branch_id, 0).label("branch"),
            Loan.assigned_class,
            Loan.class_floor,
            place.label("place"),
            func.count(),
            func.sum(type_coerce(Loan.principal, BigInteger)),
            func.sum(type_coerce(Loan.balance, BigInteger)),
        )
        .where(Loan.closed_on.is_(None))
        .group_by("branch", Loan.assigned_class, Loan.class_floor, "place")
    )
    sums: dict[int, dict[tuple[str, str], list[int]]] = defaultdict(dict)
    for branch, assigned, by_events, number, count, principal, balance in rows:
        one = bins[number]
        since = floors.today - timedelta(days=one.first)
        key = (floors.class_of(assigned, since, by_events), one.band)
        cell = sums[branch].setdefault(key, [0, 0, 0])
        for at, value in enumerate((count, principal, balance)):
            cell[at] += int(value)
    return {
        branch: [[*key, *cell] for key, cell in sorted(cells.items())]
        for branch, cells in sums.items()
    }


def _bin_of(bins: list[Bin], today: date) -> ColumnElement[int]:
    """Return the number of a loan's bin as an expression; not overdue, or due today: the first."""
    whens = [
        (Loan.overdue_since <= today - timedelta(days=one.first), number)
        for number, one in reversed(list(enumerate(bins)))
        if one.first > 0
    ]
    return case(*whens, else_=0)


def _recoveries(session: Session, today: date) -> dict[int, list[list[Any]]]:
    """Return, by branch, rows of month, kind, receipts and amount (fen) that stand."""
    first = months_until(today, MONTHS)[0]
    taken_back = aliased(LedgerEntry)
    year, month = (extract(part, LedgerEntry.value_date) for part in ("year", "month"))
    rows = session.execute(
        select(
            func.coalesce(Loan.branch_id, 0).label("branch"),
            year.label("year"),
            month.label("month"),
            LedgerEntry.kind,
            func.count(),
            func.sum(type_coerce(LedgerEntry.amount, BigInteger)),
        )
        .join(Loan, Loan.id == LedgerEntry.loan_id)
        .where(
            LedgerEntry.kind.in_(PAYING),
            LedgerEntry.value_date.between(first, today),
            ~select(taken_back.id)
            .where(
                taken_back.reverses_id == LedgerEntry.id,
                taken_back.loan_id == LedgerEntry.loan_id,
            )
            .exists(),
        )
        .group_by("branch", "year", "month", LedgerEntry.kind)
    )
    found: dict[int, list[list[Any]]] = defaultdict(list)
    for branch, in_year, in_month, kind, count, amount in rows:
        label = f"{int(in_year):04d}-{int(in_month):02d}"
        found[branch].append([label, kind, int(count), int(amount)])
    return {branch: sorted(rows) for branch, rows in found.items()}
