"""Our side of an outside total: what the ledger says for a day and scope, as booked by now.

Read before the unit of work that keeps it, never inside: a writer must not wait for a sum.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from recovery.access.models import Branch
from recovery.evidence.totals.rules import BALANCES
from recovery.evidence.totals.sums import HOUSE, balances
from recovery.kernel.errors import RuleViolation
from recovery.kernel.money import ZERO, yuan_of
from recovery.kernel.text import _
from recovery.loans.models import LedgerEntry, Loan

RECEIVED = ("payment", "recovery", "sale_proceeds")
"""Kinds of transactions that bring money in."""

PAID_OUT = ("disbursement",)

Key = tuple[date, str, str]
"""Day, measure and scope (code of a branch, blank for all)."""

Figures = Mapping[Key, Decimal]
"""Our figures in yuan."""


def read_figures(session: Session, keys: Iterable[Key]) -> dict[Key, Decimal]:
    """Return our figure for each key; each day and scope is added up once.

    Raises:
        RuleViolation: there is no branch of a code.
    """
    wanted: dict[str, set[tuple[date, str]]] = {}
    for day, measure, scope in keys:
        wanted.setdefault(scope, set()).add((day, measure))
    found: dict[Key, Decimal] = {}
    for scope, asked in wanted.items():
        branch_id = _branch(session, scope)
        of_days = _balances(session, branch_id, {day for day, name in asked if name in BALANCES})
        for day in {day for day, name in asked if name not in BALANCES}:
            of_days[day] = of_days.get(day, {}) | _flows(session, branch_id, day)
        found |= {(day, name, scope): of_days[day][name] for day, name in asked}
    return found


def _balances(session: Session, branch_id: int, days: set[date]) -> dict[date, dict[str, Decimal]]:
    if not days:
        return {}
    found = balances(session, branch_id, days)
    return {
        day: {name: yuan_of(value) for name, value in zip(BALANCES, fen, strict=True)}
        for day, fen in found.items()
    }


def _flows(session: Session, branch_id: int, day: date) -> dict[str, Decimal]:
    """Add up the day's money; a reversal takes back on the day it is valued."""
    old = aliased(LedgerEntry)
    kind = func.coalesce(old.kind, LedgerEntry.kind)
    signed = case((LedgerEntry.kind == "reversal", -LedgerEntry.amount), else_=LedgerEntry.amount)
    statement: Any = (
        select(_total(kind, RECEIVED, signed), _total(kind, PAID_OUT, signed))
        .select_from(LedgerEntry)
        .outerjoin(old, and_(old.id == LedgerEntry.reverses_id, LedgerEntry.kind == "reversal"))
        .where(
            LedgerEntry.value_date == day,
            LedgerEntry.kind.in_((*RECEIVED, *PAID_OUT, "reversal")),
        )
    )
    if branch_id != HOUSE:
        of_branch = select(Loan.branch_id).where(Loan.id == LedgerEntry.loan_id)
        # From the day's rows to their loans, never from all of a branch's loans to the day's rows.
        statement = statement.where(of_branch.scalar_subquery() == branch_id)
    receipts, disbursed = session.execute(statement).one()
    return {"receipts": receipts or ZERO, "disbursed": disbursed or ZERO}


def _branch(session: Session, code: str) -> int:
    """Return the number of the branch of a code; `HOUSE` for the blank one."""
    if not code:
        return HOUSE
    found = session.scalar(select(Branch.id).where(Branch.code == code))
    if found is None:
        raise RuleViolation(_("没有代码为“{code}”的机构。", code=code))
    return found


def _total(
    kind: ColumnElement[str], kinds: tuple[str, ...], amount: ColumnElement[Decimal]
) -> ColumnElement[Decimal]:
    return func.sum(case((kind.in_(kinds), amount), else_=None))
