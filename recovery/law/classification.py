"""Five-category classification (五级分类): floors by days overdue, cross default, observation.

Floors only: quality may call for worse. Source: 商业银行金融资产风险分类办法 (令〔2023〕1号),
known from secondary sources; unconfirmed until an administrator confirms.
"""

from datetime import date
from typing import Literal, NotRequired, TypedDict

from recovery.kernel.text import _
from recovery.law.inputs import Count, Share
from recovery.law.paper import Paper, decimal, rows, table, whole
from recovery.law.periods import add_months
from recovery.law.registry import rule

Class = Literal["normal", "special_mention", "substandard", "doubtful", "loss"]
CLASSES: tuple[Class, ...] = ("normal", "special_mention", "substandard", "doubtful", "loss")
"""From best to worst: 正常, 关注, 次级, 可疑, 损失."""

_MONTHS = {"monthly": 1, "annual": 12}


class Floor(TypedDict):
    """The best class a loan may have."""

    floor: Class


class CrossDefault(TypedDict):
    """Whether all claims on the debtor count as non-performing."""

    all_debts_npl: bool


class Observation(TypedDict):
    """The first day on which the observation of a restructured asset may end."""

    earliest_end: date
    min_consecutive_periods: NotRequired[int]


class Restart(TypedDict):
    """From when, and until when at least, observation runs anew."""

    observation_restarts_from: date
    earliest_end: date


def floor_of(paper: Paper, days_overdue: int) -> Class:
    """Return the class floor after `days_overdue` days."""
    floor: Class = "normal"
    for row in map(table, rows(paper.value("risk_class.overdue_floor"))):
        if days_overdue > decimal(row["over"]):
            floor = next(each for each in CLASSES if each == row["floor"])
    return floor


@rule("risk_class.overdue_floor")
def overdue_floor(paper: Paper, *, days_overdue: Count) -> Floor:
    """The best class allowed after so many days overdue: beyond 0, 90, 270 and 360 days."""
    floor = floor_of(paper, days_overdue)
    paper.say(_("逾期 {days} 天，至少归为“{floor}”。", days=days_overdue, floor=class_name(floor)))
    return {"floor": floor}


def class_name(floor: Class) -> object:
    """Return the name of a class for readers."""
    names = {
        "normal": _("正常"),
        "special_mention": _("关注"),
        "substandard": _("次级"),
        "doubtful": _("可疑"),
        "loss": _("损失"),
    }
    return names[floor]


@rule("risk_class.cross_default_10pct")
def cross_default(paper: Paper, *, non_retail: bool, npl_share_at_bank: Share) -> CrossDefault:
    """Whether a non-retail debtor's non-performing share makes all its debts non-performing.

    Sources differ between at least and above ten per cent; taken as at least. Retail claims are
    classified one by one.
    """
    limit = paper.rate("risk_class.cross_default")
    if not non_retail:
        paper.say(_("零售资产逐笔分类，不适用交叉认定。"))
        return {"all_debts_npl": False}
    paper.say(_("不良债权占比 {share}，界限 {limit}（含）。", share=npl_share_at_bank, limit=limit))
    return {"all_debts_npl": npl_share_at_bank >= limit}


@rule("risk_class.restructured_observation")
def restructured_observation(
    paper: Paper,
    *,
    first_due_after_adjustment: date,
    frequency: Literal["annual", "monthly"],
) -> Observation:
    """First day on which observation may end: a year and two consecutive periods, the later.

    The number of periods is given where the year is the longer and they are counted beside it.
    """
    law = paper.table("risk_class.restructured_observation")
    periods, years = whole(law["periods"]), whole(law["years"])
    by_year = add_months(first_due_after_adjustment, 12 * years)
    by_periods = add_months(first_due_after_adjustment, periods * _MONTHS[frequency])
    paper.say(
        _(
            "自调整后首个还款日 {start} 起，至少连续 {periods} 个还款期且不少于 {years} 年。",
            start=first_due_after_adjustment,
            periods=periods,
            years=years,
        )
    )
    if by_periods > by_year:
        return {"earliest_end": by_periods}
    return {"earliest_end": by_year, "min_consecutive_periods": periods}


@rule("risk_class.restructured_restart")
def restructured_restart(paper: Paper, *, missed_on: date) -> Restart:
    """When observation may end after a payment was missed in it: it restarts from the default."""
    years = whole(paper.table("risk_class.restructured_observation")["years"])
    paper.say(
        _(
            "{day} 未及时足额还款，观察期自该日重新计算，不少于 {years} 年。",
            day=missed_on,
            years=years,
        )
    )
    return {
        "observation_restarts_from": missed_on,
        "earliest_end": add_months(missed_on, 12 * years),
    }


@rule("risk_class.cross_default_20pct_across_banks")
def cross_bank_default(
    paper: Paper, *, non_retail: bool, share_over_90_days_across_banks: Share
) -> CrossDefault:
    """Whether overdue debts at all banks make a non-retail debtor's debts non-performing."""
    limit = paper.rate("risk_class.cross_bank")
    if not non_retail:
        paper.say(_("零售资产逐笔分类，不适用交叉认定。"))
        return {"all_debts_npl": False}
    paper.say(
        _(
            "各行逾期超过90天的债权占比 {share}，界限 {limit}（不含）。",
            share=share_over_90_days_across_banks,
            limit=limit,
        )
    )
    return {"all_debts_npl": share_over_90_days_across_banks > limit}


@rule("risk_class.restructured_floor")
def restructured_floor(paper: Paper, *, non_performing_before: bool) -> Floor:
    """Class floor during observation: non-performing assets stay so, others are special mention."""
    kind = "non_performing" if non_performing_before else "performing"
    wanted = paper.table("risk_class.restructured_floor")[kind]
    floor = next(each for each in CLASSES if each == wanted)
    paper.say(_("观察期内至少归为“{floor}”。", floor=class_name(floor)))
    return {"floor": floor}
