"""What the misstatements found in a sample say about its population.

Random and stratified samples are projected by difference (mean difference × items) and by ratio
(misstatement ÷ book value, × book value), stratum by stratum; the upper limit rests on the normal
distribution and is rough when few items differ. Monetary-unit samples are projected by tainting,
with the upper limit of Stringer: basic precision plus each tainting, the largest first, weighted by
the step of the Poisson factors (`sizes.poisson_factor`). Over- and understatements have limits of
their own, which are not netted.

A misstatement is book value less examined value: above zero, the book says too much. Amounts in
yuan; floats inside, rounded to the fen at the edge.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist

from recovery.evidence.sampling.sizes import poisson_factor
from recovery.kernel.money import ZERO, to_fen

FEW = 30
"""Items below which a limit by the normal distribution says little."""


@dataclass(frozen=True, slots=True)
class Examined:
    """An item of the sample with the auditor's figure."""

    book: Decimal
    examined: Decimal
    stratum: int = 0
    is_certain: bool = False

    @property
    def misstatement(self) -> Decimal:
        """Book value less examined value."""
        return self.book - self.examined


@dataclass(frozen=True, slots=True)
class Stratum:
    """What is known of the whole of a stratum."""

    count: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Projection:
    """Found and projected misstatement in yuan; `limit` None: it cannot be computed.

    `limit` is the upper limit of overstatement at the confidence asked for, `lower_limit` that of
    understatement, as an amount above zero.
    """

    method: str
    found: Decimal
    projected: Decimal
    limit: Decimal | None
    lower_limit: Decimal | None
    basic_precision: Decimal | None = None
    is_rough: bool = False


def by_difference(
    items: Sequence[Examined], strata: Sequence[Stratum], confidence: Decimal
) -> Projection:
    """Project by the mean difference of each stratum."""
    parts = [_of_stratum(items, place) for place in range(len(strata))]
    projected = sum(
        (_mean(part) * whole.count for part, whole in zip(parts, strata, strict=True) if part), 0.0
    )
    error = _joined(
        _standard_error([float(item.misstatement) for item in part], whole.count)
        for part, whole in zip(parts, strata, strict=True)
    )
    return _estimated("difference", items, projected, error, confidence=confidence)


def by_ratio(
    items: Sequence[Examined], strata: Sequence[Stratum], confidence: Decimal
) -> Projection:
    """Project by the misstatement per yuan of book value of each stratum."""
    projected = 0.0
    errors: list[float | None] = []
    for place, whole in enumerate(strata):
        part = _of_stratum(items, place)
        book = float(sum((item.book for item in part), ZERO))
        if not part or not book:
            errors.append(0.0 if not whole.count else None)
            continue
        rate = float(sum((item.misstatement for item in part), ZERO)) / book
        projected += rate * float(whole.value)
        residuals = [float(item.misstatement) - rate * float(item.book) for item in part]
        errors.append(_standard_error(residuals, whole.count))
    return _estimated("ratio", items, projected, _joined(errors), confidence=confidence)


def by_taint(items: Sequence[Examined], interval: Decimal, confidence: Decimal) -> Projection:
    """Project a monetary-unit sample; items that could not be left out count as they are."""
    width = float(interval)
    certain = float(sum((item.misstatement for item in items if item.is_certain), ZERO))
    taints = [float(item.misstatement / item.book) for item in items if not item.is_certain]
    basic = poisson_factor(0, confidence) * width
    over = [item.misstatement for item in items if item.is_certain and item.misstatement > 0]
    under = [-item.misstatement for item in items if item.is_certain and item.misstatement < 0]
    return Projection(
        method="taint",
        found=_found(items),
        projected=_yuan(certain + sum(taints) * width),
        limit=_yuan(float(sum(over, ZERO)) + basic + _steps(taints, confidence) * width),
        lower_limit=_yuan(
            float(sum(under, ZERO)) + basic + _steps([-t for t in taints], confidence) * width
        ),
        basic_precision=_yuan(basic),
    )


def _steps(taints: Sequence[float], confidence: Decimal) -> float:
    """Return the taintings above zero, the largest first, weighted by the steps of the factors."""
    total, before = 0.0, poisson_factor(0, confidence)
    for place, taint in enumerate(sorted((t for t in taints if t > 0), reverse=True), 1):
        factor = poisson_factor(place, confidence)
        total += taint * (factor - before)
        before = factor
    return total


def _of_stratum(items: Sequence[Examined], place: int) -> list[Examined]:
    return [item for item in items if item.stratum == place]


def _mean(items: Sequence[Examined]) -> float:
    return float(sum((item.misstatement for item in items), ZERO)) / len(items)


def _standard_error(values: Sequence[float], whole: int) -> float | None:
    """Return the standard error of a projected total; None: a single item of several says none."""
    count = len(values)
    if count >= whole:
        return 0.0
    if count < 2:
        return None
    mean = sum(values) / count
    variance = sum((value - mean) ** 2 for value in values) / (count - 1)
    return whole * math.sqrt(variance / count * (1 - count / whole))


def _joined(errors: Iterable[float | None]) -> float | None:
    """Return the standard error of a sum; None where one of them is not known."""
    total = 0.0
    for error in errors:
        if error is None:
            return None
        total += error * error
    return math.sqrt(total)


def _estimated(
    method: str,
    items: Sequence[Examined],
    projected: float,
    error: float | None,
    *,
    confidence: Decimal,
) -> Projection:
    width = None if error is None else NormalDist().inv_cdf(float(confidence)) * error
    return Projection(
        method=method,
        found=_found(items),
        projected=_yuan(projected),
        limit=None if width is None else max(_yuan(projected + width), ZERO),
        lower_limit=None if width is None else max(_yuan(width - projected), ZERO),
        is_rough=len(items) < FEW or sum(1 for item in items if item.misstatement) < 2,
    )


def _found(items: Sequence[Examined]) -> Decimal:
    return sum((item.misstatement for item in items), ZERO)


def _yuan(amount: float) -> Decimal:
    """Round to the fen; a float has more digits than an amount of any book."""
    return to_fen(Decimal(f"{amount:.6f}"))
