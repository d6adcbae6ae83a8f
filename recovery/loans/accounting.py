"""What the lender's accountants say of a loan: figures of the general ledger on a day.

They are imported or recorded here, dated, and never computed. A correction changes the figures of
its day; what they were and who changed them stays in the audit log, and why beside it.
"""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import AccountingFact, Loan

STAGES = (1, 2, 3)
"""IFRS 9: twelve months' losses, lifetime losses, credit-impaired."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Accounting figures of one day, amounts in yuan; None: unknown."""

    gross_carrying_amount: Decimal | None = None
    allowance: Decimal | None = None
    ifrs9_stage: int | None = None
    effective_rate_per_year: Decimal | None = None
    written_off_on: date | None = None


NAMES = tuple(field.name for field in fields(Figures))


def figures_of(fact: AccountingFact) -> Figures:
    """Return the figures that are recorded."""
    return Figures(**{name: getattr(fact, name) for name in NAMES})


def record_figures(
    work: Work, loan_id: int, version: int, as_of: date, *, figures: Figures, reason: str
) -> AccountingFact:
    """Record the figures of the day `as_of`, or correct those that are recorded for it.

    `version` is the version of the loan that the form showed: of two people who correct the same
    figures the second is told.

    Raises:
        RuleViolation: no figure, one that cannot be, a day in the future, or no reason.
        Conflict: the loan was changed since.
    """
    loan = work.get_version(Loan, loan_id, version)
    _check(work, as_of, figures, reason)
    known = select(AccountingFact).where(
        AccountingFact.loan_id == loan.id, AccountingFact.as_of == as_of
    )
    fact = work.session.scalars(known).one_or_none()
    before = figures_of(fact) if fact else Figures()
    if fact is None:
        fact = AccountingFact(loan_id=loan.id, as_of=as_of, import_batch_id=None)
    for name in NAMES:
        setattr(fact, name, getattr(figures, name))
    work.add(fact)
    # Figures have no version of their own: the loan's, counted up here, stands for them.
    flag_modified(loan, "contract_no")
    changes = {
        name: (getattr(before, name), getattr(figures, name))
        for name in NAMES
        if getattr(before, name) != getattr(figures, name)
    }
    work.record(Action.CHANGE_LOAN, loan, reason=reason, as_of=as_of, **changes)
    return fact


def _check(work: Work, as_of: date, figures: Figures, reason: str) -> None:
    if not reason.strip():
        raise RuleViolation(_("请填写理由。"))
    for day in (as_of, figures.written_off_on):
        if day is not None and day > work.today:
            raise RuleViolation(_("日期 {day} 在将来。", day=day))
    if figures == Figures():
        raise RuleViolation(_("请至少填写一项会计数据。"))
    if figures.ifrs9_stage not in (None, *STAGES):
        raise RuleViolation(_("减值阶段只有一、二、三。"))
    gross, allowance = figures.gross_carrying_amount, figures.allowance
    if gross is not None and allowance is not None and allowance > gross:
        raise RuleViolation(_("减值准备不能超过账面总额。"))
