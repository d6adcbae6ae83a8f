"""Overdue rates (罚息利率): the contract rate raised within the bounds of the law.

Source: 银发〔2003〕251号, known from memory; 人民币利率管理规定 art. 25.
"""

from decimal import Decimal
from typing import TypedDict

from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Rate
from recovery.law.paper import Paper, decimal
from recovery.law.registry import rule


class PenaltyRate(TypedDict):
    """The overdue rate per year."""

    penalty_rate: Decimal


class PenaltyCheck(TypedDict):
    """Whether an uplift is allowed, and the highest overdue rate per year that is."""

    valid: bool
    max_penalty_rate: Decimal


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
