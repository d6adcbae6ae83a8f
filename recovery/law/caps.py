"""Ceilings on what a lender may charge: 24% a year, or four times LPR.

Which ceiling a court applies to licensed lenders is a policy that courts differ on.
Source: 法发〔2017〕22号 art. 2; 民间借贷规定 arts. 26, 29, 30; 法释〔2020〕27号.
"""

from datetime import date
from decimal import Decimal
from typing import TypedDict

from recovery.kernel.money import ZERO, to_fen
from recovery.kernel.text import _
from recovery.law.inputs import Count, Yuan
from recovery.law.interest import over_days
from recovery.law.paper import Paper, decimal
from recovery.law.registry import rule

DAYS_IN_CAP_YEAR = 365
"""A ceiling per year is spread over the days of an ordinary year."""


class Cap(TypedDict):
    """The most that may be charged, and by how much the charges exceed it, in yuan."""

    cap: Decimal
    reduce_by: Decimal


class Damages(TypedDict):
    """The amount above which damages are generally excessive, in yuan, and whether they are."""

    limit: Decimal
    excessive: bool


class LprCap(TypedDict):
    """The loan prime rate and the ceiling, in per cent per year."""

    lpr_1y: Decimal
    cap_pct: Decimal


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


@rule("interest.excessive_damages")
def excessive_damages(paper: Paper, *, loss: Yuan, damages: Yuan) -> Damages:
    """Whether liquidated damages (违约金) are generally excessive: over 30% above the loss.

    Source: 合同编通则解释 (法释〔2023〕13号) art. 65.
    """
    share = paper.rate("interest.excessive_damages")
    limit = to_fen(loss * (1 + share))
    paper.say(_("超过损失 {share} 的一般视为过高，界限 {limit} 元。", share=share, limit=limit))
    return {"limit": limit, "excessive": damages > limit}
