"""The five-category class (五级分类) as a condition on rows, for one business day.

The class of a loan is the worst of what the lender assigned, of events, and of days past due. The
first two are columns; days are a range of `overdue_since`, so nothing is written when a day ends.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from recovery.law.book import LawBook
from recovery.law.paper import decimal, rows, table
from recovery.loans.models import Loan
from recovery.loans.rules.classification import CLASSES, worst

NEVER = 100_000
"""Days that no loan is past due: the place of a class to which days alone do not lead."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """How a condition on being overdue is written: by the column that the index in use holds."""

    before: Callable[[date], ColumnElement[bool]]
    """Overdue since a day before the one given."""

    not_before: Callable[[date], ColumnElement[bool]]
    """Not overdue, or overdue since the day given or later."""


SINCE = Overdue(
    before=lambda day: Loan.overdue_since < day,
    not_before=lambda day: or_(Loan.overdue_since >= day, Loan.overdue_since.is_(None)),
)
ORDER = Overdue(
    before=lambda day: Loan.overdue_order < day,
    not_before=lambda day: Loan.overdue_order >= day,
)
"""For lists sorted by `overdue_order`. It is computed by the database, and SQLite then takes no
index to hold all that a query needs; so everything else goes by `SINCE`."""


@dataclass(frozen=True, slots=True)
class ClassFloors:
    """From how many days past due a loan is at least of a class, on one business day.

    `over` holds, for each class but the best, the days that must be exceeded.
    """

    today: date
    over: tuple[int, ...]

    def by_days(self, overdue_since: date | None) -> str:
        """Return the best class that the days past due allow."""
        days = 0 if overdue_since is None else (self.today - overdue_since).days
        return CLASSES[sum(days > over for over in self.over)]

    def class_of(
        self, assigned: str | None, overdue_since: date | None, by_events: str | None
    ) -> str:
        """Return the class of a loan."""
        return worst(assigned, self.by_days(overdue_since), by_events)


def floors_of(book: LawBook, today: date) -> ClassFloors:
    """Return the floors by days past due in force on `today`.

    Raises:
        NoLawInForce: the book has none for that day.
    """
    over = {
        str(row["floor"]): int(decimal(row["over"]))
        for row in map(table, rows(book.in_force("risk_class.overdue_floor", today).value))
    }
    return ClassFloors(today, tuple(over.get(name, NEVER) for name in CLASSES[1:]))


def in_classes(
    wanted: Collection[str], floors: ClassFloors, overdue: Overdue
) -> ColumnElement[bool]:
    """Return the condition that a loan is of one of the classes on the floors' business day."""
    runs = _runs(sorted(CLASSES.index(name) for name in wanted))
    return or_(
        *(
            and_(_at_least(first, floors, overdue), _at_most(last, floors, overdue))
            for first, last in runs
        )
    )


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return neighbouring places as (first, last): two classes in a row are one range of days."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _at_least(place: int, floors: ClassFloors, overdue: Overdue) -> ColumnElement[bool]:
    """Return the condition that one of the three makes the class as bad as `place`, or worse."""
    if place == 0:
        return true()
    bad = CLASSES[place:]
    return or_(
        overdue.before(_longest(place, floors)),
        Loan.assigned_class.in_(bad),
        Loan.class_floor.in_(bad),
    )


def _at_most(place: int, floors: ClassFloors, overdue: Overdue) -> ColumnElement[bool]:
    """Return the condition that none of the three makes the class worse than `place`."""
    if place == len(CLASSES) - 1:
        return true()
    good = CLASSES[: place + 1]
    return and_(
        overdue.not_before(_longest(place + 1, floors)),
        _none_or_in(Loan.assigned_class, good),
        _none_or_in(Loan.class_floor, good),
    )


def _longest(place: int, floors: ClassFloors) -> date:
    """Return the day before which a loan must be overdue to be of the class `place` by days."""
    return floors.today - timedelta(days=floors.over[place - 1])


def _none_or_in(column: InstrumentedAttribute[Any], names: Sequence[str]) -> ColumnElement[bool]:
    return or_(column.is_(None), column.in_(names))
