"""Interest on a loan: contractual, penalty and compound.

Rates are decimals per year (0.18 is 18%), amounts yuan, days counted from the first day inclusive
to the last exclusive. Each amount is exact until it is rounded once to the fen.
"""

from datetime import date
from decimal import Decimal

from recovery.kernel.money import to_fen
from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Count, Rate, Yuan
from recovery.law.paper import Paper
from recovery.law.penalty import raised_rate
from recovery.law.registry import rule
from recovery.law.results import Amount, AmountOverDays


def days_in_year(day: date) -> int:
    """Return 366 in a leap year, 365 in any other."""
    return (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days


def over_days(principal: Decimal, rate: Decimal, days: int, *, basis: int) -> Decimal:
    """Return the exact interest over `days` at `rate` a year of `basis` days."""
    return principal * rate * days / basis


def over_actual_years(principal: Decimal, rate: Decimal, first: date, last: date) -> Decimal:
    """Return the exact interest from `first` up to `last`, each day by the length of its year."""
    amount, start = Decimal(0), first
    while start < last:
        end = min(last, date(start.year + 1, 1, 1))
        amount += principal * rate * (end - start).days / days_in_year(start)
        start = end
    return amount


def days_between(first: date, last: date, field: str) -> int:
    """Return the days from `first` to `last`.

    Raises:
        BadInput: `last` is before `first`; `field` names it.
    """
    if last < first:
        raise BadInput(field, _("不得早于起始日 {first}。", first=first.isoformat()))
    return (last - first).days


@rule("interest.days_360")
def interest_over_days(paper: Paper, *, principal: Yuan, annual_rate: Rate, days: Count) -> Amount:
    """Interest over a number of days at the yearly rate divided by 360.

    Source: 银发〔2005〕129号 art. 3. Contracts may say 365: see `interest.days_365`.
    """
    basis = paper.whole("interest.day_basis")
    return {"amount": _said(paper, principal, annual_rate, days, basis=basis)}


def _said(paper: Paper, principal: Decimal, rate: Decimal, days: int, *, basis: int) -> Decimal:
    """Return interest over `days` days, and say how it comes about."""
    amount = to_fen(over_days(principal, rate, days, basis=basis))
    paper.say(
        _(
            "{principal} 元 × {rate} ÷ {basis} × {days} 天 = {amount} 元。",
            principal=principal,
            rate=rate,
            basis=basis,
            days=days,
            amount=amount,
        )
    )
    return amount


@rule("interest.actual_days")
def interest_between_days(
    paper: Paper, *, principal: Yuan, annual_rate: Rate, from_: date, to: date
) -> AmountOverDays:
    """Interest over the actual days from `from_` (counted) to `to` (not counted), year of 360."""
    days = days_between(from_, to, "to")
    basis = paper.whole("interest.day_basis")
    paper.say(
        _("自 {first} 至 {last}，算头不算尾，共 {days} 天。", first=from_, last=to, days=days)
    )
    amount = _said(paper, principal, annual_rate, days, basis=basis)
    return {"days": days, "amount": amount}


@rule("interest.whole_months_plus_days")
def interest_over_months(
    paper: Paper, *, principal: Yuan, annual_rate: Rate, months: Count, odd_days: Count
) -> Amount:
    """Interest over whole months at a twelfth of the yearly rate, and odd days at a 360th.

    Source: 银发〔2005〕129号 art. 3(4).
    """
    basis, twelve = paper.whole("interest.day_basis"), paper.whole("interest.month_basis")
    exact = principal * annual_rate * (months * basis + odd_days * twelve) / (twelve * basis)
    amount = to_fen(exact)
    paper.say(
        _(
            "整月 {months} 个月按年利率÷{twelve}，零头 {days} 天按年利率÷{basis}，共 {amount} 元。",
            months=months,
            twelve=twelve,
            days=odd_days,
            basis=basis,
            amount=amount,
        )
    )
    return {"amount": amount}


@rule("interest.days_365")
def interest_over_days_365(
    paper: Paper, *, principal: Yuan, annual_rate: Rate, days: Count
) -> Amount:
    """Interest over a number of days where the contract divides the yearly rate by 365."""
    basis = paper.whole("interest.day_basis.contract")
    return {"amount": _said(paper, principal, annual_rate, days, basis=basis)}


@rule("interest.actual_years")
def interest_over_actual_years(
    paper: Paper, *, principal: Yuan, annual_rate: Rate, from_: date, to: date
) -> AmountOverDays:
    """Interest where the contract divides by the actual days of each year (365 or 366)."""
    days = days_between(from_, to, "to")
    paper.read("interest.day_basis.contract")
    amount = to_fen(over_actual_years(principal, annual_rate, from_, to))
    paper.say(
        _(
            "自 {first} 至 {last}，算头不算尾，共 {days} 天，按各年实际天数折算，共 {amount} 元。",
            first=from_,
            last=to,
            days=days,
            amount=amount,
        )
    )
    return {"days": days, "amount": amount}


@rule("interest.penalty")
def penalty_interest(
    paper: Paper,
    *,
    overdue_principal: Yuan,
    contract_rate: Rate,
    uplift: Rate,
    from_: date,
    to: date,
) -> AmountOverDays:
    """Penalty interest (罚息) on overdue principal from the day it was due to `to`."""
    days = days_between(from_, to, "to")
    rate = raised_rate(paper, "interest.penalty_uplift", contract_rate, uplift)
    basis = paper.whole("interest.day_basis")
    amount = to_fen(over_days(overdue_principal, rate, days, basis=basis))
    paper.say(
        _(
            "{principal} 元 × {rate} ÷ {basis} × {days} 天 = {amount} 元。",
            principal=overdue_principal,
            rate=rate,
            basis=basis,
            days=days,
            amount=amount,
        )
    )
    return {"days": days, "amount": amount}


@rule("interest.compound")
def compound_interest(
    paper: Paper,
    *,
    unpaid_interest: Yuan,
    contract_rate: Rate,
    uplift: Rate,
    from_: date,
    maturity: date,
    to: date,
) -> AmountOverDays:
    """Compound interest (复利) on unpaid interest from `from_` to `to`.

    At the contract rate before maturity, at the penalty rate from then on.
    Source: 人民币利率管理规定 arts. 20, 21.
    """
    days = days_between(from_, to, "to")
    paper.read("interest.compound")
    rate = raised_rate(paper, "interest.penalty_uplift", contract_rate, uplift)
    basis = paper.whole("interest.day_basis")
    before = max((min(to, maturity) - from_).days, 0)
    exact = unpaid_interest * (contract_rate * before + rate * (days - before)) / basis
    amount = to_fen(exact)
    paper.say(
        _(
            "到期前 {before} 天按合同利率，到期后 {after} 天按罚息利率，复利共 {amount} 元。",
            before=before,
            after=days - before,
            amount=amount,
        )
    )
    return {"days": days, "amount": amount}
