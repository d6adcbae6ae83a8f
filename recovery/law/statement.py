"""The claim statement (债权计算书): what a loan owes on a day, in exact decimals.

Each head is rounded once.

For an instalment due on or before the day: its unpaid principal bears penalty interest, its unpaid
interest bears compound interest, at the contract rate before maturity and at the penalty rate from
then on. Principal not yet due bears contract interest. Compound interest bears none.
Source: 人民币利率管理规定 arts. 20, 21; 银发〔2003〕251号; 银发〔2005〕129号 art. 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import TypedDict

from recovery.kernel.money import to_fen
from recovery.kernel.text import _
from recovery.law.inputs import Rate, Yuan
from recovery.law.paper import Paper
from recovery.law.penalty import raised_rate
from recovery.law.registry import rule

_EXACT_DIGITS = 60


class Statement(TypedDict):
    """What is owed, in yuan."""

    principal: Decimal
    interest: Decimal
    penalty: Decimal
    compound: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Billed:
    """An instalment: when it is due, and what of it is unpaid, in yuan."""

    due: date
    principal: Yuan
    interest: Yuan


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms that decide the interest: rates per year, and the days that divide them."""

    contract_rate: Decimal
    penalty_rate: Decimal
    maturity: date
    accrues_from: date
    """Day from which interest on principal not yet due has not been billed."""
    basis: int


def claim(instalments: Sequence[Billed], terms: Terms, as_of: date) -> Statement:
    """Return what is owed at the end of the day `as_of`, exact until each head is rounded."""
    with localcontext(prec=_EXACT_DIGITS):
        due = [each for each in instalments if each.due <= as_of]
        undue = sum((each.principal for each in instalments if each.due > as_of), Decimal(0))
        accrued = undue * terms.contract_rate * max((as_of - terms.accrues_from).days, 0)
        overdue = sum((each.principal * (as_of - each.due).days for each in due), Decimal(0))
        compound = sum((_compounded(each, terms, as_of) for each in due), Decimal(0))
        billed = sum((each.interest for each in due), Decimal(0))
        principal = to_fen(sum((each.principal for each in instalments), Decimal(0)))
        interest = to_fen(billed + accrued / terms.basis)
        penalty = to_fen(overdue * terms.penalty_rate / terms.basis)
        compounded = to_fen(compound / terms.basis)
    return {
        "principal": principal,
        "interest": interest,
        "penalty": penalty,
        "compound": compounded,
        "total": principal + interest + penalty + compounded,
    }


def _compounded(billed: Billed, terms: Terms, as_of: date) -> Decimal:
    """Return unpaid interest times rate times days, before and after maturity."""
    before = max((min(as_of, terms.maturity) - billed.due).days, 0)
    after = (as_of - billed.due).days - before
    return billed.interest * (terms.contract_rate * before + terms.penalty_rate * after)


@rule("interest.claim_statement")
def claim_statement(
    paper: Paper,
    *,
    instalments: tuple[Billed, ...],
    annual_rate: Rate,
    uplift: Rate,
    maturity: date,
    accrues_from: date,
    as_of: date,
) -> Statement:
    """What a loan owes on the day `as_of`: principal, interest, penalty and compound interest."""
    penalty_rate = raised_rate(paper, "interest.penalty_uplift", annual_rate, uplift)
    paper.read("interest.compound")
    terms = Terms(
        contract_rate=annual_rate,
        penalty_rate=penalty_rate,
        maturity=maturity,
        accrues_from=accrues_from,
        basis=paper.whole("interest.day_basis"),
    )
    owed = claim(instalments, terms, as_of)
    paper.say(_("计至 {day}，日利率为年利率÷{basis}。", day=as_of, basis=terms.basis))
    paper.say(
        _(
            "本金 {principal} 元、利息 {interest} 元、罚息 {penalty} 元、复利 {compound} 元。",
            **owed,
        )
    )
    return owed
