"""Order of appropriation (清偿抵充顺序): which part of a debt, and which debt, a payment settles.

Source: 民法典 arts. 560, 561. What a payment leaves over stays with the payer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TypedDict

from recovery.kernel.money import FEN, ZERO, to_fen
from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Yuan
from recovery.law.paper import Paper, rows
from recovery.law.registry import rule

PARTS = ("costs", "interest", "principal")


class Appropriated(TypedDict):
    """What of a payment settles costs, interest and principal, in yuan."""

    costs: Decimal
    interest: Decimal
    principal: Decimal


@dataclass(frozen=True, slots=True)
class Debt:
    """One of several debts of the same kind to the same creditor."""

    id: str
    due: date
    secured: bool
    amount: Yuan


def settle(payment: Decimal, parts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Return how much of `payment` goes to each of `parts`, in their order; all in yuan."""
    settled = {}
    for name, owed in parts:
        settled[name] = min(payment, owed)
        payment -= settled[name]
    return settled


def _split(
    paper: Paper, payment: Decimal, owed: Mapping[str, Decimal], order: Iterable[str]
) -> Appropriated:
    settled = settle(payment, [(part, owed[part]) for part in order])
    left = payment - sum(settled.values())
    paper.say(_("费用 {costs} 元、利息 {interest} 元、本金 {principal} 元。", **settled))
    if left > 0:
        paper.say(_("清偿全部债务后尚余 {left} 元。", left=left))
    return {
        "costs": to_fen(settled["costs"]),
        "interest": to_fen(settled["interest"]),
        "principal": to_fen(settled["principal"]),
    }


@rule("repayment.appropriation")
def appropriation(
    paper: Paper, *, payment: Yuan, costs: Yuan, interest: Yuan, principal: Yuan
) -> Appropriated:
    """Split a payment by law: costs, then interest, then principal. Source: 民法典 art. 561."""
    order = [str(part) for part in rows(paper.value("repayment.appropriation"))]
    paper.say(_("未约定顺序，依次抵充实现债权的费用、利息、主债务。"))
    owed = {"costs": costs, "interest": interest, "principal": principal}
    return _split(paper, payment, owed, order)


@rule("repayment.appropriation.agreed")
def agreed_appropriation(
    paper: Paper,
    *,
    payment: Yuan,
    costs: Yuan,
    interest: Yuan,
    principal: Yuan,
    agreed_order: tuple[str, ...],
) -> Appropriated:
    """Split a payment in the order the parties agreed. Source: 民法典 art. 561."""
    if sorted(agreed_order) != sorted(PARTS):
        raise BadInput("agreed_order", _("须恰好列出一次：{parts}。", parts="、".join(PARTS)))
    paper.read("repayment.appropriation")
    paper.say(_("按约定的顺序抵充。"))
    owed = {"costs": costs, "interest": interest, "principal": principal}
    return _split(paper, payment, owed, agreed_order)


@rule("repayment.several_debts")
def several_debts(
    paper: Paper,
    *,
    payment: Yuan,
    debts: tuple[Debt, ...],
    as_of: date,
    debtor_designation: str | None,
) -> dict[str, Decimal]:
    """Split a payment over several debts: what goes to each, by its id.

    The debt that the debtor designates comes first; then due debts, the unsecured, the older,
    and equals in proportion. Whether a debt burdens the debtor more is not among the inputs.
    Source: 民法典 art. 560.
    """
    ids = [debt.id for debt in debts]
    if len(set(ids)) != len(ids):
        raise BadInput("debts", _("债务编号重复。"))
    if debtor_designation is not None and debtor_designation not in ids:
        raise BadInput("debtor_designation", _("指定的债务不在列表中。"))
    paper.read("repayment.several_debts")
    paper.say(_("先抵充已到期的债务；其中先无担保的，再先到期的；条件相同的按比例。"))

    def rank(debt: Debt) -> tuple[bool, bool, bool, date]:
        return (debt.id != debtor_designation, debt.due > as_of, debt.secured, debt.due)

    settled: dict[str, Decimal] = {}
    for _rank, equals in groupby(sorted(debts, key=rank), key=rank):
        group = list(equals)
        shares = proportionally(min(payment, sum((debt.amount for debt in group), ZERO)), group)
        payment -= sum(shares.values())
        settled |= shares
        for name, share in shares.items():
            paper.say(_("债务 {id} 抵充 {amount} 元。", id=name, amount=share))
    return {name: to_fen(settled[name]) for name in ids}


def proportionally(payment: Decimal, debts: list[Debt]) -> dict[str, Decimal]:
    """Split `payment` over `debts` in proportion, to the fen, losing none.

    Fen that do not divide go to the largest remainders, earlier debts first.
    """
    total = sum((debt.amount for debt in debts), ZERO)
    if payment == total or len(debts) == 1 or not total:
        return settle(payment, [(debt.id, debt.amount) for debt in debts])
    exact = {debt.id: payment * debt.amount / total for debt in debts}
    floors = {name: value.quantize(FEN, rounding="ROUND_FLOOR") for name, value in exact.items()}
    left = payment - sum(floors.values())
    for name in sorted(exact, key=lambda each: floors[each] - exact[each]):
        step = min(FEN, left)
        floors[name] += step
        left -= step
    return floors
