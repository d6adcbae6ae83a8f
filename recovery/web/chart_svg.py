"""A chart as SVG, for papers: the same data that the browser draws, in shapes that print in grey.

Bars and lines only; a chart that lies (`across`) is drawn upright, a pie as bars.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from flask import Flask
from markupsafe import Markup, escape

from recovery.web.charts import Chart

WIDTH, HEIGHT = 680, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 34, 34
INKS = ("#0b5fa5", "#c15500", "#0a9170", "#8a2f6c", "#7a5c00", "#3b3f8f")
DASHES = ("none", "6 3", "2 2", "8 3 2 3", "4 4", "1 3")
STEPS = 4
"""About how many lines of the grid there are."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How values become heights: from `low` to `high` in steps, in the chart's unit."""

    low: Decimal
    high: Decimal
    step: Decimal

    def y(self, value: Decimal) -> float:
        """Return the height of `value` on the paper, downwards."""
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - float(share) * (HEIGHT - TOP - BOTTOM), 1)

    def ticks(self) -> Iterator[Decimal]:
        """Yield the values of the grid's lines."""
        value = self.low
        while value <= self.high:
            yield value
            value += self.step


def scale_of(values: Sequence[Decimal]) -> Scale:
    """Return a scale that holds zero and every value, with round steps (1, 2 or 5)."""
    low, high = min([Decimal(0), *values]), max([Decimal(0), *values])
    if low == high:
        high = Decimal(1)
    rough = (high - low) / STEPS
    power = Decimal(10) ** rough.adjusted()
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough)
    bottom = (low / step).to_integral_value(ROUND_FLOOR) * step
    top = (high / step).to_integral_value(ROUND_CEILING) * step
    return Scale(bottom, top, step)


Row = Sequence[Decimal | None]


def chart_svg(chart: Chart) -> Markup:
    """Return the chart as one SVG element with its title, legend and values' unit."""
    unit, unit_name = chart.unit
    rows = [
        [None if value is None else Decimal(value) / unit for value in one.values]
        for one in chart.series
    ]
    draw = {"line": _lines, "stacked": _stacked_bars}.get(chart.kind, _bars)
    extents = _sums(rows) if chart.kind == "stacked" else _known(rows)
    scale = scale_of(list(extents))
    title = escape(f"{chart.title}（{unit_name}）" if str(unit_name) else str(chart.title))
    parts = [*_grid(scale), *_names(chart), *draw(rows, scale), *_legend(chart)]
    return Markup(  # noqa: S704 - every text in it was escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="Noto Sans SC" font-size="11"><title>{title}</title>'
        f'<text x="0" y="12" font-weight="bold">{title}</text>{"".join(parts)}</svg>'
    )


def _known(rows: Sequence[Row]) -> Iterator[Decimal]:
    """Yield every value that is known."""
    return (value for row in rows for value in row if value is not None)


def _sums(rows: Sequence[Row]) -> Iterator[Decimal]:
    """Yield the height and the depth of every stack."""
    for column in zip(*rows, strict=True):
        known = [value for value in column if value is not None]
        yield sum((value for value in known if value > 0), Decimal(0))
        yield sum((value for value in known if value < 0), Decimal(0))


def _place(count: int, number: int) -> tuple[float, float]:
    """Return the left edge and the width of category `number` of `count`."""
    width = (WIDTH - LEFT - RIGHT) / max(count, 1)
    return LEFT + number * width, width


def _bar(place: tuple[float, float], scale: Scale, span: tuple[Decimal, Decimal], ink: str) -> str:
    """Return one bar at a left edge with a width, between two values."""
    left, width = place
    top, bottom = scale.y(max(span)), scale.y(min(span))
    size = f'width="{width:.1f}" height="{bottom - top:.1f}"'
    return f'<rect x="{left:.1f}" y="{top}" {size} fill="{ink}" stroke="#fff"/>'


def _bars(rows: Sequence[Row], scale: Scale) -> Iterator[str]:
    """Yield the bars of every series side by side."""
    for series, row in enumerate(rows):
        for number, value in enumerate(row):
            if value is not None:
                left, width = _place(len(row), number)
                thin = width * 0.8 / len(rows)
                edge = left + width * 0.1 + series * thin
                yield _bar((edge, thin), scale, (Decimal(0), value), INKS[series % len(INKS)])


def _stacked_bars(rows: Sequence[Row], scale: Scale) -> Iterator[str]:
    """Yield the bars of every series on those before; what is below zero hangs."""
    reached: dict[tuple[int, bool], Decimal] = {}
    for series, row in enumerate(rows):
        for number, value in enumerate(row):
            if value is None:
                continue
            side = (number, value < 0)
            base = reached.get(side, Decimal(0))
            reached[side] = base + value
            left, width = _place(len(row), number)
            ink = INKS[series % len(INKS)]
            place = (left + width * 0.15, width * 0.7)
            yield _bar(place, scale, (base, base + value), ink)


def _lines(rows: Sequence[Row], scale: Scale) -> Iterator[str]:
    """Yield a line for every series, broken where a value is unknown."""
    for series, row in enumerate(rows):
        ink, path, pen = INKS[series % len(INKS)], "", "M"
        for number, value in enumerate(row):
            if value is None:
                pen = "M"
                continue
            left, width = _place(len(row), number)
            x, y = left + width / 2, scale.y(value)
            path += f"{pen}{x:.1f} {y}"
            pen = "L"
            yield f'<circle cx="{x:.1f}" cy="{y}" r="3" fill="{ink}"/>'
        dash = DASHES[series % len(DASHES)]
        pen_of = f'fill="none" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"'
        yield f'<path d="{path}" {pen_of}/>'


def _grid(scale: Scale) -> Iterator[str]:
    """Yield the lines of the grid with their values."""
    for value in scale.ticks():
        y = scale.y(value)
        ink = "#333" if value == 0 else "#ccc"
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{ink}"/>'
        text = f"{value.normalize():,f}"
        yield f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{text}</text>'


def _names(chart: Chart) -> Iterator[str]:
    """Yield the categories' names; in two lines by turns, then as many as there is room for."""
    count = len(chart.categories)
    longest = max((len(str(name)) for name in chart.categories), default=1)
    every = max(1, -(-count * longest * 8 // (WIDTH - LEFT - RIGHT)))
    lines = 1 if every == 1 else 2
    every = max(1, -(-every // lines))
    for place, number in enumerate(range(0, count, every)):
        left, width = _place(count, number)
        name, middle = escape(str(chart.categories[number])), left + width / 2
        y = HEIGHT - 14 + 11 * (place % lines)
        yield f'<text x="{middle:.1f}" y="{y}" text-anchor="middle">{name}</text>'


def _legend(chart: Chart) -> Iterator[str]:
    """Yield the series' names with their colours, when there are several."""
    if len(chart.series) < 2:
        return
    x = LEFT
    for number, one in enumerate(chart.series):
        name = str(one.name)
        yield f'<rect x="{x}" y="18" width="10" height="10" fill="{INKS[number % len(INKS)]}"/>'
        yield f'<text x="{x + 14}" y="27">{escape(name)}</text>'
        x += 30 + 11 * len(name)


def register(app: Flask) -> None:
    """Let papers draw charts: `{{ chart|chart_svg }}`."""
    app.jinja_env.filters["chart_svg"] = chart_svg
