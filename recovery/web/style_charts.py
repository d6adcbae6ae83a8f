"""The charts and the paper that the style page shows."""

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from recovery.kernel.text import _
from recovery.web.charts import Chart, Series
from recovery.web.papers import render_paper
from recovery.web.worklist import Column

CLASSES = (("special_mention", _("关注")), ("substandard", _("次级")), ("doubtful", _("可疑")))


def example_chart(kind: str) -> Chart:
    """Return a chart of each kind with amounts of different magnitude."""
    months = [f"2026-{month:02d}" for month in range(1, 9)]
    amounts = [Decimal(12_340_000 + 1_710_000 * place) for place in range(8)]
    if kind == "line":
        shares = [Decimal("0.0231") + Decimal("0.0013") * place for place in range(8)]
        doubled = [share * 2 for share in shares]
        series = (Series(_("回收率"), shares), Series(_("目标"), doubled))
        return Chart(_("每月回收率"), _("月份"), months, series, kind="line", measure="share")
    if kind in {"pie", "across"}:
        counts = (Series(_("笔数"), (812, 264, 57)),)
        classes = [label for _code, label in CLASSES]
        return Chart(_("五级分类"), _("五级分类"), classes, counts, kind=kind, measure="count")
    half = [amount / 2 for amount in amounts]
    series = (Series(_("现金回款"), amounts), Series(_("执行款"), half))
    return Chart(_("每月回款"), _("月份"), months, series, kind=kind, urls=["#"] * 8)


@lru_cache(maxsize=1)
def example_paper(day: date) -> bytes:
    """Return the example paper as PDF."""
    columns = (
        Column("no", _("序号"), kind="count"),
        Column("day", _("日期"), kind="day"),
        Column("amount", _("金额（元）"), kind="money"),
    )
    rows = [
        {"no": place, "day": day - timedelta(days=30 * place), "amount": Decimal("2400.55")}
        for place in range(1, 41)
    ]
    total = Decimal("2400.55") * len(rows)
    return render_paper(
        "documents/sample.html",
        columns=columns,
        rows=rows,
        total=total,
        chart=example_chart("stacked"),
        day=day,
        number="样式-0001",
        fingerprint="9f86d081",
    )
