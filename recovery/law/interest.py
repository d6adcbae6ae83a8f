"""Interest on a loan: contractual, penalty, compound, and the ceilings on all of it.

Rates are decimals per year (0.18 is 18%), amounts yuan, days counted from the first day inclusive
to the last exclusive. Each amount is exact until it is rounded once to the fen.
"""

from datetime import date
from decimal import Decimal
from typing import TypedDict

from recovery.kernel.money import ZERO, to_fen
from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Count, Rate, Yuan
from recovery.law.paper import Paper, decimal
from recovery.law.registry import rule
from recovery.law.results import Amount, AmountOverDays

DAYS_IN_CAP_YEAR = 365
"""A ceiling per year is spread over the days of an ordinary year."""


class PenaltyRate(TypedDict):
    """The overdue rate per year."""

    penalty_rate: Decimal


class PenaltyCheck(TypedDict):
    """Whether an uplift is allowed, and the highest overdue rate per year that is."""

    valid: bool
    max_penalty_rate: Decimal


class Cap(TypedDict):
    """The most that may be charged, and by how much the charges exceed it, in yuan."""

    cap: Decimal
    reduce_by: Decimal


class LprCap(TypedDict):
    """The loan prime rate and the ceiling, in per cent per year."""

    lpr_1y: Decimal
    cap_pct: Decimal


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
    amount = to_fen(over_days(principal, annual_rate, days, basis=basis))
    paper.say(
        _(
            "{principal} 元 × {rate} ÷ {basis} × {days} 天 = {amount} 元。",
            principal=principal,
            rate=annual_rate,
            basis=basis,
            days=days,
            amount=amount,
        )
    )
    return {"amount": amount}


@rule("interest.actual_days")
def interest_between_days(
    paper: Paper, *, principal: Yuan, annual_rate: Rate, from_: date, to: date
) -> AmountOverDays:
    """Interest over the actual days from `from_` (counted) to `to` (not counted), year of 360."""
    days = days_between(from_, to, "to")
    basis = paper.whole("interest.day_basis")
    amount = to_fen(over_days(principal, annual_rate, days, basis=basis))
    paper.say(
        _("自 {first} 至 {last}，算头不算尾，共 {days} 天。", first=from_, last=to, days=days)
    )
    paper.say(
        _(
            "{principal} 元 × {rate} ÷ {basis} × {days} 天 = {amount} 元。",
            principal=principal,
            rate=annual_rate,
            basis=basis,
            days=days,
            amount=amount,
        )
    )
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
    amount = to_fen(over_days(principal, annual_rate, days, basis=basis))
    paper.say(
        _(
            "{principal} 元 × {rate} ÷ {basis} × {days} 天 = {amount} 元。",
            principal=principal,
            rate=annual_rate,
            basis=basis,
            days=days,
            amount=amount,
        )
    )
    return {"amount": amount}


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


def _uplift_bounds(paper: Paper, name: str) -> tuple[Decimal, Decimal]:
    law = paper.table(name)
    return decimal(law["least"]), decimal(law["most"])


def raised_rate(paper: Paper, name: str, contract_rate: Decimal, uplift: Decimal) -> Decimal:
    """Return `contract_rate` raised by `uplift`, within the bounds of parameter `name`."""
    least, most = _uplift_bounds(paper, name)
    if not least <= uplift <= most:
        raise BadInput("uplift", _("上浮幅度须在 {least} 至 {most} 之间。", least=least, most=most))
    rate = contract_rate * (1 + uplift)
    paper.say(
        _(
            "合同利率 {rate} 上浮 {uplift}，罚息利率 {penalty}。",
            rate=contract_rate,
            uplift=uplift,
            penalty=rate,
        )
    )
    return rate


@rule("interest.penalty_rate")
def penalty_rate(paper: Paper, *, contract_rate: Rate, uplift: Rate) -> PenaltyRate:
    """Overdue rate (罚息利率): contract rate raised by 30% to 50%. Source: 银发〔2003〕251号."""
    return {"penalty_rate": raised_rate(paper, "interest.penalty_uplift", contract_rate, uplift)}


@rule("interest.penalty_rate.misuse")
def misuse_penalty_rate(paper: Paper, *, contract_rate: Rate, uplift: Rate) -> PenaltyRate:
    """Rate for money used otherwise than agreed (挪用): raised by 50% to 100%."""
    rate = raised_rate(paper, "interest.penalty_uplift.misuse", contract_rate, uplift)
    return {"penalty_rate": rate}


@rule("interest.penalty_rate.heavier_only")
def heavier_penalty_rate(
    paper: Paper, *, contract_rate: Rate, overdue_uplift: Rate, misuse_uplift: Rate
) -> PenaltyRate:
    """Rate of a loan overdue and misused: only the heavier. Source: 人民币利率管理规定 art. 25."""
    paper.read("interest.heavier_only")
    overdue = raised_rate(paper, "interest.penalty_uplift", contract_rate, overdue_uplift)
    misuse = raised_rate(paper, "interest.penalty_uplift.misuse", contract_rate, misuse_uplift)
    paper.say(_("既逾期又挪用，择其重，不并处。"))
    return {"penalty_rate": max(overdue, misuse)}


@rule("interest.penalty_rate.out_of_range")
def penalty_rate_check(paper: Paper, *, contract_rate: Rate, uplift: Rate) -> PenaltyCheck:
    """Whether an uplift lies within 30% to 50%, and the highest overdue rate allowed."""
    least, most = _uplift_bounds(paper, "interest.penalty_uplift")
    paper.say(_("上浮幅度须在 {least} 至 {most} 之间。", least=least, most=most))
    return {"valid": least <= uplift <= most, "max_penalty_rate": contract_rate * (1 + most)}


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


@rule("interest.cap.financial_loan")
def financial_loan_cap(paper: Paper, *, principal: Yuan, period_days: Count, charges: Yuan) -> Cap:
    """Ceiling on all charges of a licensed lender, when the debtor asks; a policy, courts differ.

    `charges` are interest, compound, penalty, liquidated damages and fees together.
    Source: 法发〔2017〕22号 art. 2.
    """
    rate = paper.rate("interest.cap.financial_loan")
    cap = to_fen(over_days(principal, rate, period_days, basis=DAYS_IN_CAP_YEAR))
    paper.say(_("总费用以年利率 {rate} 为限：{cap} 元（须债务人请求调减）。", rate=rate, cap=cap))
    return {"cap": cap, "reduce_by": to_fen(max(charges - cap, ZERO))}


@rule("interest.cap.private_lending_4xLPR")
def private_lending_cap(paper: Paper, *, contract_formed: date) -> LprCap:
    """Ceiling of private lending: four times the one-year LPR when the contract was formed.

    Not for licensed lenders (法释〔2020〕27号). Source: 民间借贷规定 arts. 26, 29, 30.
    """
    lpr = paper.read_on("lpr.one_year", contract_formed)
    times = paper.whole("interest.cap.private_lending")
    rate = decimal(lpr.value)
    paper.say(
        _(
            "合同成立日 {day} 适用 {since} 公布的一年期LPR {rate}%，{times} 倍。",
            day=contract_formed,
            since=lpr.since,
            rate=rate,
            times=times,
        )
    )
    latest = paper.book.parameters["lpr.one_year"].versions[-1]
    if latest is lpr and contract_formed > lpr.since:
        paper.say(_("其后没有已录入的LPR，沿用最近一次公布的数值。"))
    return {"lpr_1y": rate, "cap_pct": rate * times}


@rule("interest.cap.financial_loan_4xLPR")
def financial_loan_cap_by_lpr(
    paper: Paper, *, principal: Yuan, period_days: Count, charges: Yuan, contract_formed: date
) -> Cap:
    """Ceiling where a court leans on four times LPR for licensed lenders too: a court's policy."""
    lpr = decimal(paper.read_on("lpr.one_year", contract_formed).value)
    rate = lpr * paper.whole("interest.cap.court_multiple") / 100
    cap = to_fen(over_days(principal, rate, period_days, basis=DAYS_IN_CAP_YEAR))
    paper.say(_("总费用以年利率 {rate} 为限：{cap} 元（须债务人请求调减）。", rate=rate, cap=cap))
    return {"cap": cap, "reduce_by": to_fen(max(charges - cap, ZERO))}
