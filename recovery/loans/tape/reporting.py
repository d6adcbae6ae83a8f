"""Reporting rows of ABS-EE as values: one loan, one month."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from recovery.kernel.text import Text
from recovery.loans.tape.casting import Values

PREFIX = "abs-ee/"
"""Beginning of the references of entries that come from reporting rows."""


@dataclass(frozen=True, slots=True)
class Month:
    """One reporting row; None where the filing left the field blank."""

    period_end: date
    begin_balance: Decimal | None = None
    end_balance: Decimal | None = None
    total_paid: Decimal | None = None
    principal_paid: Decimal | None = None
    interest_paid: Decimal | None = None
    other_paid: Decimal | None = None
    principal_adjusted: Decimal | None = None
    charged_off: Decimal | None = None
    recovered: Decimal | None = None
    proceeds: Decimal | None = None
    zero_balance_code: str | None = None
    rows: int = 1
    """Rows of the payments file that it stands for."""

    file_mark: str = ""
    """Tells a row of the loans file from one of the payments file."""

    @property
    def tag(self) -> str:
        """The row as references of its entries begin; rows of one month sort in their order."""
        return f"{PREFIX}{self.period_end:%Y-%m}{self.file_mark}"

    @property
    def figures(self) -> tuple[Decimal | None, ...]:
        """What tells whether two rows are one."""
        return (self.principal_paid, self.total_paid, self.end_balance)


def stored(text: Text) -> str:
    """Return a sentence as rows keep it: in Chinese, whoever reads now."""
    return text.key.format(**text.values)


def month_of(values: Values) -> Month:
    """Return the reporting row that cast values hold; KeyError without its day."""
    names = [one.name for one in fields(Month)]
    return Month(**{name: values[name] for name in names if name in values})  # type: ignore[arg-type]


def merged(first: Month | None, others: Sequence[Month]) -> list[Month]:
    """Return the months of a loan in order: its row of the loans file, and those of its payments.

    Both files may tell of one month. The rows are one when they say the same; else the payments
    file goes on from where the loans file ended, and both count.
    """
    by_end = {month.period_end: month for month in others}
    months = [by_end[end] for end in sorted(by_end)]
    if first is None:
        return months
    same = by_end.get(first.period_end)
    if same is not None and same.figures == first.figures:
        months.remove(same)
    first = replace(first, file_mark="-a", rows=len(others) - len(months))
    return sorted([first, *months], key=lambda month: month.period_end)
