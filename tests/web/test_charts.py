"""One value feeds the drawing, the table and the paper; none of them shows another number."""

import xml.etree.ElementTree as ET
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.web.chart_svg import HEIGHT, chart_svg, scale_of
from recovery.web.charts import Chart, Series

MONTHS = ("2026-01", "2026-02", "2026-03")
SVG = "{http://www.w3.org/2000/svg}"


def chart(
    *rows: tuple[int | Decimal | None, ...], kind: str = "bar", measure: str = "yuan"
) -> Chart:
    """Return a chart of rows over three months."""
    series = tuple(Series(f"系列 {number}", row) for number, row in enumerate(rows))
    return Chart("每月回款", "月份", MONTHS, series, kind=kind, measure=measure)


def test_amounts_are_drawn_in_the_unit_of_the_largest_and_listed_to_the_fen() -> None:
    one = chart((Decimal("123456.78"), None, Decimal(-5000)))
    assert str(one.unit_name) == "万元"
    assert one.json["series"][0]["values"] == [12.35, None, -0.5]
    assert [row.texts for row in one.rows] == [["123,456.78"], ["—"], ["(5,000.00)"]]


def test_counts_and_shares_have_units_of_their_own() -> None:
    assert chart((1, 2000, None), measure="count").rows[1].texts == ["2,000"]
    shares = chart((Decimal("0.0231"), None, None), measure="share")
    assert (shares.json["series"][0]["values"][0], shares.rows[0].texts) == (2.31, ["2.31%"])


def test_a_chart_with_a_missing_value_is_refused() -> None:
    with pytest.raises(ValueError, match="one value"):
        chart((1, 2))


def test_a_pie_of_more_than_four_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="four"):
        Chart("类别", "类别", "甲乙丙丁戊", (Series("笔数", (1, 2, 3, 4, 5)),), kind="pie")


@given(st.lists(st.decimals("-1e12", "1e12", places=2), max_size=12))
def test_a_scale_holds_zero_and_every_value_in_a_few_even_steps(values: list[Decimal]) -> None:
    scale = scale_of(values)
    ticks = list(scale.ticks())
    assert Decimal(0) in ticks
    assert all(ticks[0] <= value <= ticks[-1] for value in values)
    assert 2 <= len(ticks) <= 12
    assert {later - earlier for earlier, later in pairwise(ticks)} == {scale.step}


@pytest.mark.parametrize("kind", ["bar", "stacked", "line", "across"])
def test_a_paper_draws_every_known_value_and_escapes_names(kind: str) -> None:
    drawn = ET.fromstring(
        str(
            chart_svg(
                Chart(
                    "<每月>",
                    "月份",
                    MONTHS,
                    (Series("现金 & 转账", (1, None, 3)), Series("执行款", (4, 5, -6))),
                    kind=kind,
                    measure="count",
                )
            )
        )
    )
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {"<每月>", "现金 & 转账", *MONTHS} <= set(texts)
    marks = list(drawn.iter(f"{SVG}circle")) or [
        bar for bar in drawn.iter(f"{SVG}rect") if bar.get("stroke")
    ]
    assert len(marks) == 5


def test_stacked_bars_stand_on_each_other() -> None:
    drawn = ET.fromstring(str(chart_svg(chart((100, 0, 0), (300, 0, 0), kind="stacked"))))
    lower, upper = (
        bar
        for bar in drawn.iter(f"{SVG}rect")
        if bar.get("stroke") and float(bar.get("height", 0)) > 0
    )
    assert float(upper.get("y", 0)) + float(upper.get("height", 0)) == pytest.approx(
        float(lower.get("y", 0)), abs=0.2
    )
    assert float(lower.get("y", 0)) < HEIGHT


def test_a_paper_names_every_month_of_two_years_and_no_name_leaves_it() -> None:
    months = [f"{2024 + number // 12}-{number % 12 + 1:02d}" for number in range(20)]
    one = Chart("每月回款", "月份", months, (Series("现金", tuple(range(20))),), measure="count")
    names = [
        node for node in ET.fromstring(chart_svg(one)).iter(f"{SVG}text") if node.text in months
    ]
    assert [node.text for node in names] == months
    assert len({node.get("y") for node in names}) == 2
    assert all(float(node.get("y") or 0) <= HEIGHT for node in names)
