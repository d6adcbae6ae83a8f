"""The list of differences between other books and ours."""

from typing import Any

from recovery.evidence.totals.models import ControlDifference
from recovery.evidence.totals.rules import CAUSES, CLOSINGS, MEASURES, SOURCES, days_open
from recovery.kernel import clock
from recovery.kernel.text import Text, _
from recovery.web.filters import Choices, FilterBar
from recovery.web.pagination import Sort, Sorts
from recovery.web.worklist import Badge, Column, View, Worklist


def state_badge(row: Any) -> Badge:
    """Return whether a difference is open, and how it was closed."""
    if row.closed_at is None:
        return Badge(_("未关闭"), "warning")
    return Badge(CLOSINGS.get(row.closing, Text(row.closing or "")), "good")


def age(row: Any) -> int | None:
    """Return the age of an open difference in days; None where it is closed."""
    return days_open(row.day, clock.today()) if row.closed_at is None else None


DIFFERENCES = Worklist(
    key="control_differences",
    title=_("外部对账：差异"),
    endpoint="totals.index",
    row_endpoint="totals.show",
    row_argument="difference_id",
    columns=(
        Column("number", _("编号"), "link", value=lambda row: f"CY{row.id:06d}", sort="id"),
        Column("day", _("日期"), "day"),
        Column("source", _("来源"), value=lambda row: SOURCES[row.source]),
        Column("measure", _("项目"), value=lambda row: MEASURES[row.measure]),
        Column("scope", _("机构"), value=lambda row: row.scope or _("全部")),
        Column("outside", _("对方（元）"), "money"),
        Column("computed", _("我方（元）"), "money"),
        Column("amount", _("差额（元）"), "money"),
        Column("age", _("账龄（天）"), "count", value=age),
        Column("owner", _("负责人")),
        Column("cause", _("原因"), value=lambda row: CAUSES.get(row.cause)),
        Column("state", _("状态"), "badge", value=state_badge),
    ),
    sorts=Sorts(
        (Sort("id", _("编号"), ControlDifference.id, descending=True),), tie=ControlDifference.id
    ),
    filters=FilterBar(
        (
            Choices("state", _("状态"), (("open", _("未关闭")), ("closed", _("已关闭")))),
            Choices("source", _("来源"), tuple(SOURCES.items())),
        )
    ),
    views=(View(_("未关闭"), "state=open"), View(_("已关闭"), "state=closed")),
)
