"""Our side of an outside total: what the ledger says for a day and scope, as booked by now."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from recovery.access.models import Branch
from recovery.evidence.totals.rules import BALANCES
from recovery.kernel.errors import RuleViolation
from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.loans.models import LedgerEntry, Loan

RECEIVED = ("payment", "recovery", "sale_proceeds")
"""Kinds of transactions that bring money in."""

PAID_OUT = ("disbursement",)


@dataclass(slots=True)
class OurSide:
    """Reads our figures; each day and scope is added up once."""

    session: Session
    _balances: dict[tuple[date, str], dict[str, Decimal]] = field(default_factory=dict)
    _flows: dict[tuple[date, str], dict[str, Decimal]] = field(default_factory=dict)
    _branches: dict[str, int] = field(default_factory=dict)

    def figure(self, day: date, measure: str, scope: str) -> Decimal:
        """Return our figure in yuan.

        Raises:
            RuleViolation: there is no branch of this code.
        """
        if measure in BALANCES:
            known, read = self._balances, self._read_balances
        else:
            known, read = self._flows, self._read_flows
        if (day, scope) not in known:
            known[day, scope] = read(day, scope)
        return known[day, scope][measure]

    def _read_balances(self, day: date, scope: str) -> dict[str, Decimal]:
        sums = [func.sum(getattr(LedgerEntry, name)) for name in BALANCES]
        statement = select(*sums).where(LedgerEntry.value_date <= day)
        row = self.session.execute(self._within(statement, scope)).one()
        return {name: value or ZERO for name, value in zip(BALANCES, row, strict=True)}

    def _read_flows(self, day: date, scope: str) -> dict[str, Decimal]:
        """Add up the day's money; a reversal takes back on the day it is valued."""
        old = aliased(LedgerEntry)
        kind = func.coalesce(old.kind, LedgerEntry.kind)
        signed = case(
            (LedgerEntry.kind == "reversal", -LedgerEntry.amount), else_=LedgerEntry.amount
        )
        statement = (
            select(_total(kind, RECEIVED, signed), _total(kind, PAID_OUT, signed))
            .select_from(LedgerEntry)
            .outerjoin(old, and_(old.id == LedgerEntry.reverses_id, LedgerEntry.kind == "reversal"))
            .where(
                LedgerEntry.value_date == day,
                LedgerEntry.kind.in_((*RECEIVED, *PAID_OUT, "reversal")),
            )
        )
        receipts, disbursed = self.session.execute(self._within(statement, scope)).one()
        return {"receipts": receipts or ZERO, "disbursed": disbursed or ZERO}

    def _within(self, statement: Select[*tuple[Any, ...]], scope: str) -> Select[*tuple[Any, ...]]:
        if not scope:
            return statement
        branch_id = self._branch(scope)
        return statement.join(Loan, Loan.id == LedgerEntry.loan_id).where(
            Loan.branch_id == branch_id
        )

    def _branch(self, code: str) -> int:
        if code not in self._branches:
            found = self.session.scalar(select(Branch.id).where(Branch.code == code))
            if found is None:
                raise RuleViolation(_("没有代码为“{code}”的机构。", code=code))
            self._branches[code] = found
        return self._branches[code]


def _total(
    kind: ColumnElement[str], kinds: tuple[str, ...], amount: ColumnElement[Decimal]
) -> ColumnElement[Decimal]:
    return func.sum(case((kind.in_(kinds), amount), else_=None))
