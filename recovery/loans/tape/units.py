"""Settling the unit of rates for a whole column: one issuer writes 4.79, another 0.0479.

A single value cannot tell: 0.9 is a subsidised rate in percent, or ninety percent as a share.
"""

import itertools
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from recovery.loans.tape.layouts import Layout, Mapped, apply_layout
from recovery.loans.tape.reading import Tape

LOOKED_AT = 1000
"""Rows from which the unit of a column is told."""

OPEN = frozenset({None, "auto", "fraction"})
"""Units that a column may contradict: a filing's own schema says fraction, its values percent."""


def settle_rates(layout: Layout, tape: Tape) -> Layout:
    """Return `layout` with the unit of each column of plain rates settled by its largest value."""
    mapping = apply_layout(layout, tape.columns, tape.unit)
    open_ones = [one for one in mapping.mapped if one.field.kind == "rate" and one.unit in OPEN]
    if not open_ones:
        return layout
    largest = _largest(open_ones, tape)
    rules = dict(layout.rules)
    for name, value in largest.items():
        unit = "percent" if value >= 1 else "fraction"
        rules[name] = replace(rules[name], unit=unit)
    return replace(layout, rules=rules)


def _largest(columns: list[Mapped], tape: Tape) -> dict[str, Decimal]:
    """Return the largest plain number of each column; columns without one are missing."""
    largest: dict[str, Decimal] = {}
    for row in itertools.islice(tape.rows(), LOOKED_AT):
        for one in columns:
            number = _number(row.cells[one.columns[0].index])
            if number is not None:
                largest[one.field.name] = max(number, largest.get(one.field.name, number))
    return largest


def _number(text: str) -> Decimal | None:
    """Return a plain number; None for anything else, numbers with a unit of their own included."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
