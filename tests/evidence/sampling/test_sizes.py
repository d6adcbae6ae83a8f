"""Sizes and projections against published factors, an independent formula, and sums by hand."""

import math
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.evidence.sampling.projection import (
    Examined,
    Stratum,
    by_difference,
    by_ratio,
    by_taint,
)
from recovery.evidence.sampling.sizes import monetary_size, poisson_factor, sizing_factor
from recovery.kernel.errors import RuleViolation

D = Decimal
PUBLISHED = {
    "0.95": ("3.00", "4.75", "6.30", "7.76", "9.16", "10.52"),
    "0.90": ("2.31", "3.89", "5.33", "6.69", "8.00", "9.28"),
}
"""Confidence factors for 0, 1, 2 … overstatements in audit guides, which round them up."""

EXPECTED = {
    "0.95": ("3.00", "3.31", "3.68", "4.11", "4.63", "5.24", "6.00", "6.92", "8.09", "9.59",
             "11.54", "14.18", "17.85"),
    "0.90": ("2.31", "2.52", "2.77", "3.07", "3.41", "3.83", "4.33", "4.95", "5.72", "6.71",
             "7.99", "9.70", "12.07"),
}  # fmt: skip
"""Factors of sample sizes, by expected ÷ tolerable misstatement in steps of 0.05."""


def up(number: float) -> str:
    """Return a number with two decimals, rounded up as the guides do."""
    return str(Decimal(f"{number:.9f}").quantize(D("0.01"), rounding=ROUND_CEILING))


@pytest.mark.parametrize("confidence", PUBLISHED)
def test_the_factors_are_those_of_the_guides(confidence: str) -> None:
    found = [up(poisson_factor(k, D(confidence))) for k in range(6)]
    assert found == list(PUBLISHED[confidence])


@pytest.mark.parametrize("confidence", EXPECTED)
def test_the_factors_for_expected_misstatement_are_those_of_the_guides(confidence: str) -> None:
    found = [up(sizing_factor(D(step) / 20, D(confidence))) for step in range(13)]
    assert found == list(EXPECTED[confidence])


@given(st.integers(0, 40), st.integers(50, 99))
def test_a_factor_is_the_mean_at_which_so_few_events_are_that_improbable(
    events: int, percent: int
) -> None:
    mean = poisson_factor(events, D(percent) / 100)
    terms = [
        math.exp(-mean + n * math.log(mean) - math.log(math.factorial(n)))
        for n in range(events + 1)
    ]
    assert math.fsum(terms) == pytest.approx(1 - percent / 100, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "tolerable", "expected", "size"),
    [
        # 95 %: 3.00 × 100; 4.63 × 100 by the rounded table, 462.04 … exactly; 6.00 × 20
        ("1000000", "10000", "0", 300),
        ("1000000", "10000", "2000", 463),
        ("1000000", "50000", "15000", 120),
        ("1000000", "500000", "0", 6),
    ],
)
def test_sizes_by_hand(value: str, tolerable: str, expected: str, size: int) -> None:
    found = monetary_size(
        D(value), tolerable=D(tolerable), expected=D(expected), confidence=D("0.95")
    )
    assert found == size


def test_more_expected_than_can_be_decided_on_is_refused() -> None:
    with pytest.raises(RuleViolation):
        monetary_size(D(1000), tolerable=D(100), expected=D(61), confidence=D("0.95"))
    with pytest.raises(RuleViolation):
        monetary_size(D(1000), tolerable=D(100), expected=D(0), confidence=D("0.3"))


def test_taints_by_hand() -> None:
    """Interval 1,000; taints 0.4 and 0.1; an item of 5,000 that is 50 too high.

    Projected: 400 + 100 + 50. Limit: basic 2995.73; 0.4 × (4.74386 − 2.99573) × 1000 = 699.25;
    0.1 × (6.29579 − 4.74386) × 1000 = 155.19; with the 50: 3,900.18.
    """
    items = [
        Examined(D("500.00"), D("300.00")),
        Examined(D("200.00"), D("180.00")),
        Examined(D("700.00"), D("700.00")),
        Examined(D("5000.00"), D("4950.00"), is_certain=True),
    ]
    found = by_taint(items, D("1000.00"), D("0.95"))
    assert (found.found, found.projected) == (D("270.00"), D("550.00"))
    assert found.basic_precision == D("2995.73")
    assert found.limit is not None
    assert abs(found.limit - D("3900.18")) <= D("0.01")
    assert found.lower_limit == D("2995.73")


def test_understatements_have_a_limit_of_their_own() -> None:
    items = [Examined(D("100.00"), D("150.00")), Examined(D("100.00"), D("100.00"))]
    found = by_taint(items, D("1000.00"), D("0.95"))
    assert found.projected == D("-500.00")
    assert found.limit == D("2995.73")
    assert found.lower_limit is not None
    assert abs(found.lower_limit - D("3869.80")) <= D("0.01")  # 2995.73 + 0.5 × 1748.13


def test_differences_by_hand() -> None:
    """Four of 100 items, differences 10, 0, 0, 20: mean 7.5, so 750.

    Variance of the four: (6.25 + 56.25 + 56.25 + 156.25) / 3 = 91.667; standard error
    100 × √(91.667 / 4 × 0.96) = 469.04; × 1.64485 at 95 %: 771.51.
    """
    items = [Examined(D(100), D(100) - d) for d in (D(10), D(0), D(0), D(20))]
    found = by_difference(items, [Stratum(100, D(9000))], D("0.95"))
    assert (found.found, found.projected, found.is_rough) == (D(30), D("750.00"), True)
    assert found.limit is not None
    assert abs(found.limit - D("1521.51")) < D("0.02")
    ratio = by_ratio(items, [Stratum(100, D(9000))], D("0.95"))
    assert ratio.projected == D("675.00")  # 30 / 400 × 9,000


def test_strata_are_projected_by_themselves() -> None:
    items = [
        Examined(D(10), D(9), 0),
        Examined(D(10), D(10), 0),
        Examined(D(1000), D(900), 1),
        Examined(D(2000), D(2000), 1),
    ]
    strata = [Stratum(50, D(500)), Stratum(2, D(3000))]
    # Stratum 1: 0.5 × 50 = 25; stratum 2 was examined whole: 100, without uncertainty.
    found = by_difference(items, strata, D("0.95"))
    assert found.projected == D("125.00")
    alone = by_difference(items[:2], strata[:1], D("0.95"))
    assert found.limit is not None
    assert alone.limit is not None
    assert found.limit - found.projected == alone.limit - alone.projected


def test_a_single_item_of_many_has_no_limit() -> None:
    found = by_difference([Examined(D(10), D(9))], [Stratum(50, D(500))], D("0.95"))
    assert found.limit is None


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**7)), min_size=1, max_size=30),
    st.sampled_from(["0.80", "0.90", "0.95", "0.99"]),
)
def test_a_limit_is_never_below_what_is_projected(
    pairs: list[tuple[int, int]], confidence: str
) -> None:
    items = [Examined(D(b) / 100, D(min(b, e)) / 100) for b, e in pairs]
    found = by_taint(items, D("1000.00"), D(confidence))
    assert found.limit is not None
    assert found.limit >= found.projected
