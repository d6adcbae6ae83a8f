"""Charts as data: one value feeds the drawing in the browser, the table beside it, and papers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from recovery.kernel.text import Text, _
from recovery.web.display import UNKNOWN, amount_unit, count, percent, yuan

Value = Decimal | int | None


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values, one for each category; None where unknown."""

    name: Text | str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A line of the table beside a chart."""

    category: str
    texts: list[str]
    url: str | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Values by category.

    `kind` is bar, stacked, across (bars that lie), line or pie (four parts at most). `measure` is
    yuan, count or share; amounts are drawn in 万元 or 亿元 by their magnitude, from zero.
    `urls` lead from a category to its list.
    """

    title: Text | str
    category_name: Text | str
    categories: Sequence[Text | str]
    series: Sequence[Series]
    kind: str = "bar"
    measure: str = "yuan"
    urls: Sequence[str | None] = ()

    def __post_init__(self) -> None:
        if any(len(one.values) != len(self.categories) for one in self.series):
            raise ValueError("every series needs one value for each category")
        if self.kind == "pie" and len(self.categories) > 4:
            raise ValueError("a pie of more than four parts cannot be read")

    @property
    def unit(self) -> tuple[Decimal, Text | str]:
        """What drawn values are divided by, and the unit's name."""
        if self.measure == "share":
            return Decimal("0.01"), "%"
        if self.measure == "count":
            return Decimal(1), ""
        return amount_unit(max((abs(value) for value in self._values), default=Decimal(0)))

    @property
    def unit_name(self) -> Text | str:
        """The unit in words."""
        return self.unit[1]

    @property
    def rows(self) -> list[ChartRow]:
        """The table: exact values, not the rounded ones that are drawn."""
        show = SHOWN[self.measure]
        return [
            ChartRow(
                str(category),
                [show(one.values[place]) for one in self.series],
                self.urls[place] if self.urls else None,
            )
            for place, category in enumerate(self.categories)
        ]

    @property
    def summary(self) -> Text:
        """What the chart shows, for who cannot see it; the table holds the values."""
        return _(
            "图表：{title}，{count} 个分组；数值见表格。",
            title=self.title,
            count=len(self.categories),
        )

    @property
    def json(self) -> dict[str, Any]:
        """What static/js/charts.js draws."""
        size, name = self.unit
        return {
            "kind": self.kind,
            "unit": str(name),
            "from_zero": True,
            "categories": [str(category) for category in self.categories],
            "series": [
                {"name": str(one.name), "values": [_drawn(value, size) for value in one.values]}
                for one in self.series
            ],
            "urls": list(self.urls),
        }

    @property
    def _values(self) -> list[Decimal]:
        return [Decimal(v) for one in self.series for v in one.values if v is not None]


def _drawn(value: Value, size: Decimal) -> float | None:
    """Return a value in its drawn unit, to two decimals; only the picture uses it."""
    return None if value is None else round(float(Decimal(value) / size), 2)


def _count(value: Any) -> str:
    return UNKNOWN if value is None else count(int(value))


SHOWN: dict[str, Callable[[Any], str]] = {"yuan": yuan, "count": _count, "share": percent}
