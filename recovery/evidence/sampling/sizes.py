"""Sizes of monetary-unit samples by Poisson confidence factors, as audit guides publish them.

The factor for `k` misstatements at a confidence is the mean of the Poisson distribution whose
probability of at most `k` is one minus the confidence: the quantile of the gamma distribution of
shape `k + 1`. For a fraction of a misstatement the gamma distribution goes on where Poisson's has
no meaning; that is how the published tables for expected misstatement were made.

Floats are used inside; what leaves is rounded: counts up, factors to four decimals.
"""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _

STEPS = 200
PLACES = Decimal("0.0001")
MOST_EXPECTED = Decimal("0.6")
"""Share of the tolerable misstatement above which published tables end."""


def lower_gamma(shape: float, x: float) -> float:
    """Return the regularised lower incomplete gamma function P(shape, x), from 0 to 1."""
    if x <= 0:
        return 0.0
    scale = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    return scale * _series(shape, x) if x < shape + 1 else 1 - scale * _fraction(shape, x)


def _series(shape: float, x: float) -> float:
    """Return the sum of x^n / (shape (shape+1) … (shape+n))."""
    term = total = 1 / shape
    step = shape
    while term > total * 1e-16:
        step += 1
        term *= x / step
        total += term
    return total


def _fraction(shape: float, x: float) -> float:
    """Return the continued fraction of the upper function, from its tail (Legendre's form)."""
    value = x + 2 * STEPS + 1 - shape
    for n in range(STEPS, 0, -1):
        value = x + 2 * n - 1 - shape - n * (n - shape) / value
    return 1 / value


def poisson_factor(misstatements: float, confidence: Decimal) -> float:
    """Return the confidence factor for a number of misstatements, whole or not."""
    wanted = float(confidence)
    return _root(lambda x: lower_gamma(misstatements + 1, x) - wanted, misstatements + 1)


def sizing_factor(expected_share: Decimal, confidence: Decimal) -> float:
    """Return sample size × tolerable misstatement / book value.

    `expected_share` is the expected misstatement as a share of the tolerable. The factor is the one
    at which as many misstatements as then are expected still lead to no more than the tolerable.

    Raises:
        RuleViolation: more is expected than monetary-unit sampling can decide on.
    """
    if not 0 <= expected_share <= MOST_EXPECTED:
        raise RuleViolation(
            _("预计错报不能超过可容忍错报的 60%：预计错报这样多时，应改用其他方法。")
        )
    share, wanted = float(expected_share), float(confidence)
    return _root(lambda x: lower_gamma(1 + share * x, x) - wanted, 1.0)


def _root(rises: Callable[[float], float], high: float) -> float:
    """Return where a rising function passes zero, to the precision of floats."""
    low = 0.0
    while rises(high) < 0:
        low, high = high, high * 2
    for _step in range(STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if rises(middle) >= 0 else (middle, high)
    return high


def rounded(factor: float) -> Decimal:
    """Return a factor as it is shown."""
    return Decimal(factor).quantize(PLACES, rounding=ROUND_HALF_UP)


def monetary_size(
    value: Decimal, *, tolerable: Decimal, expected: Decimal, confidence: Decimal
) -> int:
    """Return the size of a monetary-unit sample of a population of `value` yuan.

    Raises:
        RuleViolation: impossible amounts or confidence.
    """
    check_confidence(confidence)
    if tolerable <= 0 or expected < 0 or value <= 0:
        raise RuleViolation(_("总体金额和可容忍错报须大于零，预计错报不能为负数。"))
    factor = sizing_factor(expected / tolerable, confidence)
    return max(1, math.ceil(factor * float(value / tolerable) - 1e-9))


def check_confidence(confidence: Decimal) -> None:
    """Refuse a confidence with which nothing can be concluded.

    Raises:
        RuleViolation: not from 50% to 99.9%.
    """
    if not Decimal("0.5") <= confidence <= Decimal("0.999"):
        raise RuleViolation(_("置信水平须在 50% 至 99.9% 之间。"))
