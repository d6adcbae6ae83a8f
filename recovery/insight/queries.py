"""Reads of the dashboard: kept figures of the book, and what is small enough to read live."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.insight.models import BookFigure
from recovery.insight.rules import AGE_BANDS, months_until, week_of
from recovery.insight.service import CLASS_AND_AGE, MONTHS, RECOVERIES
from recovery.kernel.gate import Scope
from recovery.kernel.money import ZERO, yuan_of
from recovery.litigation.models import Deadline
from recovery.litigation.queries import due_between
from recovery.loans.labels import CLASSES


@dataclass(frozen=True, slots=True)
class Cell:
    """Loans with their principal and balance in yuan."""

    loans: int = 0
    principal: Decimal = ZERO
    balance: Decimal = ZERO

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(
            self.loans + other.loans,
            self.principal + other.principal,
            self.balance + other.balance,
        )


@dataclass(frozen=True, slots=True)
class Book:
    """The kept figures of the branches that a person sees, of one business day."""

    day: date
    computed_at: datetime
    by_class: dict[str, Cell]
    by_age: dict[str, Cell]
    months: list[date]
    received: dict[str, dict[str, Decimal]]
    """Kind → month (`2026-03`) → amount received."""

    @property
    def total(self) -> Cell:
        """The whole book."""
        return sum(self.by_class.values(), Cell())

    @property
    def non_performing(self) -> Cell:
        """Substandard, doubtful and loss together."""
        return sum((self.by_class[c] for c in ("substandard", "doubtful", "loss")), Cell())

    @property
    def non_performing_share(self) -> Decimal | None:
        """Share of the balance that is non-performing; None of an empty book."""
        total = self.total.balance
        return self.non_performing.balance / total if total else None


def book(session: Session, scope: Scope) -> Book | None:
    """Return the latest kept figures; None where there are none for this scope."""
    if not (scope.everything or scope.branches):
        return None
    day = session.scalar(select(func.max(BookFigure.day)))
    if day is None:
        return None
    statement = select(BookFigure).where(BookFigure.day == day)
    if not scope.everything:
        statement = statement.where(BookFigure.branch_id.in_(sorted(scope.branches)))
    figures = session.scalars(statement).all()
    computed_at = session.scalar(select(func.max(BookFigure.computed_at)))
    assert computed_at is not None
    by_class = {code: Cell() for code in CLASSES}
    by_age = {band.code: Cell() for band in AGE_BANDS}
    received: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for figure in figures:
        for row in figure.rows:
            if figure.name == CLASS_AND_AGE:
                cell = Cell(row[2], yuan_of(row[3]), yuan_of(row[4]))
                by_class[row[0]] += cell
                by_age[row[1]] += cell
            elif figure.name == RECOVERIES:
                received[row[1]][row[0]] += yuan_of(row[3])
    months = months_until(day, MONTHS)
    return Book(
        day, computed_at, by_class, by_age, months, {k: dict(v) for k, v in received.items()}
    )


def due_this_week(session: Session, scope: Scope, today: date, limit: int = 10) -> list[Deadline]:
    """Return the next open deadlines of the seven days from today."""
    first, last = week_of(today)
    return list(session.scalars(due_between(scope, first, last).limit(limit)))
