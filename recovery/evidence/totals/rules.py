"""Outside totals (外部总数): what may be compared with what, and how a month is judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from recovery.kernel.text import Text, _

SOURCES: dict[str, Text] = {
    "general_ledger": _("总账"),
    "core_system": _("核心系统"),
    "bank_receipts": _("银行入账"),
}

MEASURES: dict[str, Text] = {
    "principal": _("本金余额"),
    "interest": _("已计利息余额"),
    "penalty": _("罚息与复利余额"),
    "costs": _("费用余额"),
    "receipts": _("当日收款"),
    "disbursed": _("当日放款"),
}

BALANCES = ("principal", "interest", "penalty", "costs")
"""Measures at the end of the day; the others are of the day alone."""

OF_SOURCE: dict[str, tuple[str, ...]] = {
    "general_ledger": (*BALANCES, "receipts", "disbursed"),
    "core_system": (*BALANCES, "receipts", "disbursed"),
    "bank_receipts": ("receipts",),
}

CAUSES: dict[str, Text] = {
    "timing": _("入账时间不同"),
    "back_dated": _("倒起息补记"),
    "entry_missing": _("我方漏记"),
    "entry_wrong": _("我方错记"),
    "outside_wrong": _("对方有误"),
    "other": _("其他"),
}

CLOSINGS: dict[str, Text] = {
    "agrees": _("复核后一致"),
    "corrected": _("已更正"),
    "explained": _("已说明"),
}


@dataclass(frozen=True, slots=True)
class Entered:
    """A control total as it is imported or typed; `scope` is a branch code, blank for all."""

    day: date
    source: str
    measure: str
    amount: Decimal
    scope: str = ""
    reference: str | None = None

    @property
    def key(self) -> tuple[date, str, str, str]:
        """What there is one standing figure of."""
        return self.day, self.source, self.measure, self.scope


def month_end(month: date) -> date:
    """Return the last day of the month that begins on `month`."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def days_of(month: date) -> Iterator[date]:
    """Yield every day of the month that begins on `month`."""
    day, last = month, month_end(month)
    while day <= last:
        yield day
        day += timedelta(days=1)


def days_open(day: date, today: date) -> int:
    """Return the age of a difference in days."""
    return max(0, (today - day).days)


def yuan_of_text(text: str) -> Decimal:
    """Return an amount that a reconciliation keeps as text."""
    return Decimal(text)
