"""Appropriation of a payment (清偿抵充) over the parts of a claim, in the contract's order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from recovery.kernel.errors import RuleViolation
from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.law.appropriation import settle

PARTS = ("costs", "penalty", "compound", "interest", "principal")
"""Every part of a claim, in the order of 民法典 561 where the contract agrees none."""

ALL = (*PARTS, "undue")


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed when a payment comes, in yuan; each part is not negative.

    `principal` is what has fallen due; `undue` is the principal that has not.
    """

    costs: Decimal = ZERO
    penalty: Decimal = ZERO
    compound: Decimal = ZERO
    interest: Decimal = ZERO
    principal: Decimal = ZERO
    undue: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Everything, principal not yet due included."""
        return self.due + self.undue

    @property
    def due(self) -> Decimal:
        """What has fallen due."""
        return self.costs + self.penalty + self.compound + self.interest + self.principal

    def within(self, other: "Owed") -> "Owed":
        """Return the smaller of both, part by part."""
        return Owed(**{part: min(getattr(self, part), getattr(other, part)) for part in ALL})

    def less(self, other: "Owed") -> "Owed":
        """Return what `other` leaves of this, part by part."""
        return Owed(**{part: getattr(self, part) - getattr(other, part) for part in ALL})

    def plus(self, other: "Owed") -> "Owed":
        """Return both together, part by part."""
        return Owed(**{part: getattr(self, part) + getattr(other, part) for part in ALL})


def read_order(text: str) -> tuple[str, ...]:
    """Return the order that `text` (comma-separated parts) names; parts left out come last.

    Raises:
        RuleViolation: a part is unknown or named twice.
    """
    named = tuple(part.strip() for part in text.split(",") if part.strip())
    if len(set(named)) != len(named) or not set(named) <= set(PARTS):
        raise RuleViolation(_("抵充顺序“{order}”无效。", order=text))
    return named + tuple(part for part in PARTS if part not in named)


def appropriate(amount: Decimal, owed: Owed, order: Sequence[str]) -> Owed:
    """Return how much of `amount` goes to each part: what is due in `order`, then principal early.

    Raises:
        RuleViolation: `amount` is not above zero, or above all that is owed.
    """
    if amount <= 0:
        raise RuleViolation(_("金额须大于零。"))
    if amount > owed.total:
        raise RuleViolation(
            _("金额 {amount} 元超过全部债权 {total} 元。", amount=amount, total=owed.total)
        )
    given = settle(amount, [(part, getattr(owed, part)) for part in order])
    return Owed(**given, undue=amount - sum(given.values()))


def appropriate_in_turn(amount: Decimal, first: Owed, owed: Owed, order: Sequence[str]) -> Owed:
    """Return how much of `amount` goes to each part: to `first` in `order`, then to the rest.

    For money that came in before it was booked: `first` is what was owed on its own day, within
    `owed`, what is owed by now.

    Raises:
        RuleViolation: as `appropriate`.
    """
    if amount <= first.due:
        return appropriate(amount, replace(first, undue=ZERO), order)
    due = replace(first, undue=ZERO)
    return due.plus(appropriate(amount - due.due, owed.less(due), order))
