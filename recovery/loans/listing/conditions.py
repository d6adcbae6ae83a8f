"""What the filters of the loan list mean as conditions on rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from recovery.access.models import UserAccount
from recovery.kernel import links, search
from recovery.kernel.gate import Scope, visible
from recovery.loans.listing.classes import SINCE, ClassFloors, Overdue, in_classes
from recovery.loans.models import Loan, Selection, SelectionRow
from recovery.web.filters import FilterState, Range

Condition = ColumnElement[bool]

MOST_DAYS = 40_000
"""Days past due beyond which no loan is: more than a century."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the list, on which business day, under which law."""

    user_id: int | None
    scope: Scope
    floors: ClassFloors
    overdue: Overdue = SINCE


def narrowed(
    statement: Select[Any], session: Session, filters: FilterState, reader: Reader
) -> Select[Any]:
    """Return `statement` over loans, narrowed to what `reader` may see and the filters name."""
    conditions = [
        build(filters.values[name], reader)
        for name, build in _BY_NAME.items()
        if filters.get(name) is not None
    ]
    if words := filters.get("q"):
        found = search.matching(session, "loan", words, reader.scope)
        conditions.append(false() if found is None else Loan.id.in_(found))
    return visible(statement.where(*conditions), Loan, reader.scope)


def _any_of(column: InstrumentedAttribute[Any]) -> Callable[[Sequence[Any], Reader], Condition]:
    """Return how a filter with a list of values narrows by `column`."""

    def build(values: Sequence[Any], _reader: Reader) -> Condition:
        return column == values[0] if len(values) == 1 else column.in_(values)

    return build


def _number_of(column: InstrumentedAttribute[Any]) -> Callable[[Sequence[str], Reader], Condition]:
    """Return how a filter with a list of record numbers narrows by `column`."""

    def build(values: Sequence[str], _reader: Reader) -> Condition:
        numbers = [int(value) for value in values]
        return column == numbers[0] if len(numbers) == 1 else column.in_(numbers)

    return build


def _balance(value: Range, _reader: Reader) -> Condition:
    return _between(Loan.balance, value)


def _between(column: Any, value: Range) -> Condition:
    """Return the condition that `column` lies in the range, both ends included."""
    if value.low is None:
        return column <= value.high  # type: ignore[no-any-return]
    if value.high is None:
        return column >= value.low  # type: ignore[no-any-return]
    return column.between(value.low, value.high)  # type: ignore[no-any-return]


def _days_past_due(value: Range, reader: Reader) -> Condition:
    """Return the condition on days past due as a range of days since when a loan is overdue.

    A loan that is not overdue is zero days past due; none is less, none more than a lifetime.
    """
    today, low, high = reader.floors.today, value.low or 0, value.high
    if high is not None and high < 0:
        return false()
    parts: list[Condition] = [true()]
    if low > 0:
        parts.append(reader.overdue.before(today - timedelta(days=min(low, MOST_DAYS) - 1)))
    if high is not None:
        parts.append(reader.overdue.not_before(today - timedelta(days=min(high, MOST_DAYS))))
    return and_(*parts)


def _asset_class(values: Sequence[str], reader: Reader) -> Condition:
    return in_classes(values, reader.floors, reader.overdue)


def _status(values: Sequence[str], _reader: Reader) -> Condition:
    """Return the condition on whether anything is still owed."""
    if len(values) == 2:
        return Loan.id.is_not(None)
    closed = Loan.closed_on
    return closed.is_(None) if values[0] == "open" else closed.is_not(None)


def _written_off(values: Sequence[str], _reader: Reader) -> Condition:
    if len(values) == 2:
        return Loan.id.is_not(None)
    day = Loan.written_off_on
    return day.is_not(None) if values[0] == "yes" else day.is_(None)


def _owner(words: str, _reader: Reader) -> Condition:
    """Return the condition that a loan is worked by the person of that user name or name."""
    account = UserAccount
    who = select(account.id).where((account.username == words.lower()) | (account.name == words))
    return Loan.owner_id.in_(who)


def _selection(selection_id: int, reader: Reader) -> Condition:
    """Return the condition that a loan is in a frozen selection of the reader's own."""
    own = select(Selection.id).where(
        Selection.id == selection_id, Selection.user_id == reader.user_id
    )
    rows = select(SelectionRow.record_id).where(SelectionRow.selection_id.in_(own))
    return Loan.id.in_(rows)


def _package(number: str, reader: Reader) -> Condition:
    """Return the condition that a loan stands in the package of that number, if it may be seen."""
    if "package" not in links.loan_sets:
        return false()
    return Loan.id.in_(links.loan_sets.get("package")(reader.scope, number))


_BY_NAME: dict[str, Callable[[Any, Reader], Condition]] = {
    "branch": _number_of(Loan.branch_id),
    "class": _asset_class,
    "days": _days_past_due,
    "stage": _any_of(Loan.stage),
    "balance": _balance,
    "province": _any_of(Loan.province),
    "mortgage": _any_of(Loan.mortgage_state),
    "vehicle": _any_of(Loan.vehicle_state),
    "owner": _owner,
    "agency": _number_of(Loan.agency_id),
    "written_off": _written_off,
    "status": _status,
    "package": _package,
    "selection": _selection,
}
