"""Doubled part of delayed-performance interest (加倍部分债务利息): base x 0.000175 x days.

The base leaves general interest out; days run from the end of the performance period to payment.
Three ways of counting days are in use: the setting `interest.doubled.day_convention` decides.
Source: 法释〔2014〕8号 arts. 1-4; 民事诉讼法 art. 264.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal, TypedDict

from recovery.kernel.money import ZERO, to_fen
from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Count, Yuan
from recovery.law.paper import Paper, decimal
from recovery.law.registry import rule
from recovery.law.results import Amount, AmountOverDays

_ONE = timedelta(days=1)
_EXTRA_DAYS = {"payment_minus_expiry": 0, "next_day_to_day_before": -1, "both_ends": 1}
"""By convention, the days to add to payment day minus last day of performance."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment towards the base, in yuan."""

    date: date
    to_base: Yuan


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment of a judgment debt: its last day of performance and its base in yuan."""

    due: date
    base: Yuan


class Segment(TypedDict):
    """One span between payments."""

    days: int
    amount: Decimal


class Segments(TypedDict):
    """Doubled interest over all spans, and each of them."""

    segments: list[Segment]
    amount: Decimal


class BaseAndAmount(TypedDict):
    """What bears doubled interest, and the interest, in yuan."""

    base: Decimal
    amount: Decimal


class DoubledAppropriation(TypedDict):
    """How recovered money splits over judgment debt and doubled interest, in yuan."""

    to_judgment_debt: Decimal
    to_doubled_interest: Decimal
    unpaid_doubled_interest: Decimal


def _daily_rate(paper: Paper) -> Decimal:
    paper.read("interest.doubled.duty")
    return paper.rate("interest.doubled")


def _daily_rate_since(paper: Paper, last_day_of_performance: date) -> Decimal:
    """Return the daily rate; refuse days of delay before the first law known."""
    _daily_rate(paper)
    paper.read("interest.doubled.start")
    return decimal(paper.read_on("interest.doubled", last_day_of_performance + _ONE).value)


def _write(paper: Paper, base: Decimal, rate: Decimal, days: int) -> None:
    paper.say(_("{base} 元 × {rate} × {days} 天。", base=base, rate=rate, days=days))


def _days(paper: Paper, performance_end: date, last: date) -> int:
    convention = paper.text("interest.doubled.day_convention")
    days = (last - performance_end).days
    if days <= 0:
        paper.say(_("{last} 未逾履行期间，不计加倍利息。", last=last))
        return 0
    days += _EXTRA_DAYS[convention]
    paper.say(
        _(
            "履行期间至 {end} 届满，计至 {last}，共 {days} 天（{convention}）。",
            end=performance_end,
            last=last,
            days=days,
            convention=_convention(convention),
        )
    )
    return days


def _convention(name: str) -> object:
    names = {
        "payment_minus_expiry": _("届满次日起算，含清偿日"),
        "next_day_to_day_before": _("届满次日起算，不含清偿日"),
        "both_ends": _("届满日与清偿日均计入"),
    }
    return names[name]


@rule("interest.doubled")
def doubled_interest(paper: Paper, *, base: Yuan, days: Count) -> Amount:
    """Doubled interest on `base` over a given number of days."""
    rate = _daily_rate(paper)
    _write(paper, base, rate, days)
    return {"amount": to_fen(base * rate * days)}


@rule("interest.doubled.dates")
def doubled_interest_between(
    paper: Paper, *, base: Yuan, performance_period_end: date, paid: date
) -> AmountOverDays:
    """Doubled interest on `base` from the end of the performance period to the day of payment."""
    rate = _daily_rate_since(paper, performance_period_end)
    days = _days(paper, performance_period_end, paid)
    _write(paper, base, rate, days)
    return {"days": days, "amount": to_fen(base * rate * days)}


@rule("interest.doubled.by_convention")
def doubled_interest_by_convention(
    paper: Paper,
    *,
    base: Yuan,
    performance_period_end: date,
    paid: date,
    convention: Literal["payment_minus_expiry", "next_day_to_day_before", "both_ends"],
) -> AmountOverDays:
    """Doubled interest with the days counted as one of the three conventions has it."""
    rate = _daily_rate_since(paper, performance_period_end)
    days = (paid - performance_period_end).days
    days = days + _EXTRA_DAYS[convention] if days > 0 else 0
    paper.say(
        _(
            "履行期间至 {end} 届满，计至 {last}，共 {days} 天（{convention}）。",
            end=performance_period_end,
            last=paid,
            days=days,
            convention=_convention(convention),
        )
    )
    return {"days": days, "amount": to_fen(base * rate * days)}


@rule("interest.doubled.base")
def doubled_interest_base(
    paper: Paper, *, principal: Yuan, general_interest: Yuan, lawyer_fee: Yuan, days: Count
) -> BaseAndAmount:
    """The base is the unpaid money debt of the judgment without general interest."""
    rate = _daily_rate(paper)
    base = principal + lawyer_fee
    paper.say(_("一般债务利息 {interest} 元不计入基数。", interest=general_interest))
    _write(paper, base, rate, days)
    return {"base": to_fen(base), "amount": to_fen(base * rate * days)}


@rule("interest.doubled.suspension")
def doubled_interest_with_suspension(
    paper: Paper, *, base: Yuan, gross_days: Count, suspended_days_not_on_debtor_application: Count
) -> AmountOverDays:
    """Doubled interest without the days of a suspension that the debtor did not ask for."""
    suspended = suspended_days_not_on_debtor_application
    if suspended > gross_days:
        raise BadInput("suspended_days_not_on_debtor_application", _("不得多于总天数。"))
    rate = _daily_rate(paper)
    paper.read("interest.doubled.end")
    days = gross_days - suspended
    paper.say(
        _(
            "共 {gross} 天，扣除非因被执行人申请的中止 {suspended} 天。",
            gross=gross_days,
            suspended=suspended,
        )
    )
    _write(paper, base, rate, days)
    return {"days": days, "amount": to_fen(base * rate * days)}


@rule("interest.doubled.auction")
def doubled_interest_until_auction(
    paper: Paper,
    *,
    base: Yuan,
    performance_period_end: date,
    auction_confirmation_ruling_effective: date,
    proceeds_released: date,
) -> AmountOverDays:
    """Doubled interest where property was auctioned: it ends when the ruling takes effect."""
    rate = _daily_rate_since(paper, performance_period_end)
    paper.read("interest.doubled.end")
    if proceeds_released < auction_confirmation_ruling_effective:
        raise BadInput("proceeds_released", _("不得早于成交裁定生效之日。"))
    paper.say(_("计至成交裁定生效之日，不计至发款之日 {day}。", day=proceeds_released))
    days = _days(paper, performance_period_end, auction_confirmation_ruling_effective)
    _write(paper, base, rate, days)
    return {"days": days, "amount": to_fen(base * rate * days)}


@rule("interest.doubled.partial")
def doubled_interest_with_payments(
    paper: Paper, *, base: Yuan, performance_period_end: date, payments: tuple[Payment, ...]
) -> Segments:
    """Doubled interest where the base is paid in parts: each span on what was still unpaid."""
    rate = _daily_rate_since(paper, performance_period_end)
    if sum(payment.to_base for payment in payments) > base:
        raise BadInput("payments", _("清偿合计超过基数。"))
    ordered = sorted(payments, key=lambda payment: payment.date)
    counted = [0, *(_days(paper, performance_period_end, each.date) for each in ordered)]
    segments: list[Segment] = []
    total, unpaid = Decimal(0), base
    for (before, until), payment in zip(pairwise(counted), ordered, strict=True):
        exact = unpaid * rate * (until - before)
        segments.append({"days": until - before, "amount": to_fen(exact)})
        _write(paper, unpaid, rate, until - before)
        total, unpaid = total + exact, unpaid - payment.to_base
    return {"segments": segments, "amount": to_fen(total)}


@rule("interest.doubled.instalments")
def doubled_interest_on_instalments(
    paper: Paper, *, instalments: tuple[Instalment, ...], paid_all_on: date
) -> Amount:
    """Doubled interest where the judgment orders instalments: each from its own last day."""
    total = Decimal(0)
    for instalment in instalments:
        rate = _daily_rate_since(paper, instalment.due)
        days = _days(paper, instalment.due, paid_all_on)
        _write(paper, instalment.base, rate, days)
        total += instalment.base * rate * days
    return {"amount": to_fen(total)}


@rule("interest.doubled.appropriation")
def doubled_interest_appropriation(
    paper: Paper, *, recovered: Yuan, judgment_money_debt: Yuan, doubled_interest_accrued: Yuan
) -> DoubledAppropriation:
    """Split recovered money: the judgment debt first, then doubled interest. Source: art. 4."""
    paper.read("interest.doubled.order")
    to_debt = min(recovered, judgment_money_debt)
    to_interest = min(max(recovered - to_debt, ZERO), doubled_interest_accrued)
    paper.say(
        _(
            "先清偿判决确定的金钱债务 {debt} 元，再清偿加倍利息 {interest} 元。",
            debt=to_debt,
            interest=to_interest,
        )
    )
    return {
        "to_judgment_debt": to_fen(to_debt),
        "to_doubled_interest": to_fen(to_interest),
        "unpaid_doubled_interest": to_fen(doubled_interest_accrued - to_interest),
    }
