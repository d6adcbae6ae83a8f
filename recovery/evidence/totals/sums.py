"""Balances of our ledger at the ends of days, from kept daily sums and what was booked since.

The ledger only grows, so what is kept for a scope is the sum of each value day over the entries up
to a number; entries above it, back-dated ones included, are added when it is read. Who reads adds
up some minutes of booking instead of years. A branch's sums hold for the loans it then had: where a
loan has come or gone since, they are left aside until they are made anew.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import BigInteger, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from recovery.evidence.totals.models import LedgerSum
from recovery.evidence.totals.rules import BALANCES
from recovery.loans.models import LedgerEntry, Loan

Fen = tuple[int, ...]
"""Whole fen, in the order of `BALANCES`."""

HOUSE = 0
"""Scope of the whole book; any other is the number of a branch."""

SETTLED = timedelta(minutes=9)
"""After this long, no unit of work is open that took a lower number than those seen before."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The daily sums of a scope over the entries up to `entries_to`, in its loans of then."""

    scope: int
    days: dict[str, list[int]]
    entries_to: int = 0
    loans_to: int = 0
    loans: str = ""
    """Count and two sums of the numbers of the scope's loans up to `loans_to`."""


def balances(session: Session, scope: int, days: Iterable[date]) -> dict[date, Fen]:
    """Return the balances of a scope in fen at the end of each of `days`."""
    kept = _usable(session, scope)
    by_day = _together(kept.days, _booked(session, scope, after=kept.entries_to))
    order = sorted(by_day)
    running = list(accumulate((tuple(by_day[day]) for day in order), _plus))
    nothing = (0,) * len(BALANCES)
    places = {day: bisect_right(order, day.isoformat()) for day in days}
    return {day: running[place - 1] if place else nothing for day, place in places.items()}


def _plus(one: Fen, other: Fen) -> Fen:
    return tuple(map(sum, zip(one, other, strict=True)))


def _together(one: dict[str, list[int]], other: dict[str, list[int]]) -> dict[str, list[int]]:
    """Return both tables of daily sums added up."""
    nothing = [0] * len(BALANCES)
    return {
        day: list(_plus(tuple(one.get(day, nothing)), tuple(other.get(day, nothing))))
        for day in {*one, *other}
    }


def _booked(
    session: Session, scope: int, *, after: int, upto: int | None = None
) -> dict[str, list[int]]:
    """Add up by value day what was booked under the numbers above `after`, up to `upto`."""
    fen = [type_coerce(func.sum(getattr(LedgerEntry, name)), BigInteger) for name in BALANCES]
    asked: tuple[Any, ...] = (LedgerEntry.value_date, *fen)
    rows: Select[Any] = select(*asked).group_by(LedgerEntry.value_date)
    rows = rows.where(LedgerEntry.id > after)
    if upto is not None:
        rows = rows.where(LedgerEntry.id <= upto)
    found = session.execute(_within(rows, scope, after))
    return {day.isoformat(): [int(value) for value in values] for day, *values in found}


def _within(rows: Select[Any], scope: int, after: int) -> Select[Any]:
    """Narrow to a branch: all of it through its loans, the newest entries one by one."""
    if scope == HOUSE:
        return rows
    if after == 0:
        return rows.join(Loan, Loan.id == LedgerEntry.loan_id).where(Loan.branch_id == scope)
    branch = select(Loan.branch_id).where(Loan.id == LedgerEntry.loan_id).scalar_subquery()
    return rows.where(branch == scope)


def _usable(session: Session, scope: int) -> Kept:
    """Return the kept sums of a scope; none where there are none or its loans have changed."""
    row = session.get(LedgerSum, scope)
    if row is None or row.loans != _loans(session, scope, row.loans_to):
        return Kept(scope, {})
    return Kept(scope, row.days, row.entries_to, row.loans_to, row.loans)


def _loans(session: Session, scope: int, upto: int) -> str:
    """Return what tells one set of loans from another: an index answers it."""
    if scope == HOUSE:
        return ""
    mixed = (Loan.id % 1_000_003) * (Loan.id % 999_983) % 1_000_033
    told = select(func.count(), func.sum(Loan.id), func.sum(mixed)).where(
        Loan.branch_id == scope, Loan.id <= upto
    )
    return " ".join(str(int(value or 0)) for value in session.execute(told).one())


def advanced(session: Session, scope: int, now: datetime) -> LedgerSum | None:
    """Return the sums of a scope up to the entries seen at the last run; None: it is too early.

    Read-only; the result is not yet in any session.
    """
    row = session.get(LedgerSum, scope)
    if row is not None and now - row.kept_at < SETTLED:
        return None
    upto = 0 if row is None else row.next_to
    return kept_upto(session, _usable(session, scope), upto, now)


def rebuilt(session: Session, scope: int, now: datetime) -> LedgerSum | None:
    """Return the sums of a scope added up from its first entry; None where none were kept."""
    row = session.get(LedgerSum, scope)
    return None if row is None else kept_upto(session, Kept(scope, {}), row.entries_to, now)


def kept_upto(session: Session, kept: Kept, upto: int, now: datetime) -> LedgerSum:
    """Return `kept` with the entries up to the number `upto`, to be stored."""
    if upto > kept.entries_to:
        added = _booked(session, kept.scope, after=kept.entries_to, upto=upto)
        newest = session.scalar(select(func.max(Loan.id))) or 0
        kept = replace(
            kept,
            days=_together(kept.days, added),
            entries_to=upto,
            loans_to=newest,
            loans=_loans(session, kept.scope, newest),
        )
    return LedgerSum(
        scope=kept.scope,
        days=kept.days,
        entries_to=kept.entries_to,
        loans_to=kept.loans_to,
        loans=kept.loans,
        next_to=session.scalar(select(func.max(LedgerEntry.id))) or 0,
        kept_at=now,
    )
