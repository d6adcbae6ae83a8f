"""Limitation (诉讼时效) of claims and the period to apply for enforcement (申请执行期间).

A court never applies limitation on its own motion (民法典 art. 193); the dates here are to warn by.
Source: 民法典 arts. 188-195, 203; 诉讼时效规定; 民事诉讼法 art. 250; 民诉法解释 art. 466.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from recovery.kernel.text import Text, _
from recovery.law.errors import BadInput
from recovery.law.paper import Paper
from recovery.law.periods import add_months, end_of_period
from recovery.law.registry import rule
from recovery.law.results import Deadline, Expiry


class ExpiryOnly(TypedDict):
    """The day at whose end a period expires."""

    expires_end_of: date


class FirstAndLast(TypedDict):
    """The latest lawful day for the earliest and for the last instalment."""

    first_instalment_deadline: date
    last_instalment_deadline: date


class DeadlineOnly(TypedDict):
    """The latest lawful day."""

    deadline: date


@dataclass(frozen=True, slots=True)
class Interruption:
    """An event after which limitation runs anew (中断), and the parameter that says so."""

    day: date
    parameter: str
    what: Text


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A time in which the creditor could not claim (中止); `until` is the day it ended."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Course:
    """What limitation depends on: its start, and what interrupted or suspended it."""

    start: date
    interruptions: Sequence[Interruption] = ()
    obstacles: Sequence[Obstacle] = ()
    longest_from: date | None = None
    """Day from which the twenty years run; `None` where it is not known."""


def expiry(paper: Paper, course: Course) -> Expiry:
    """Return when limitation ends, each interruption in time starting it anew.

    An event after expiry revives nothing; one before the start changes nothing.
    """
    nominal, last = _run(paper, course.start, course.obstacles)
    for event in sorted(course.interruptions, key=lambda each: each.day):
        if event.day < course.start:
            continue
        if event.day > last:
            paper.say(_("{day} {what}，但时效已届满，不再中断。", day=event.day, what=event.what))
            continue
        paper.read("limitation.interruption")
        paper.read(event.parameter)
        paper.say(_("{day} {what}，时效中断，重新计算。", day=event.day, what=event.what))
        nominal, last = _run(paper, event.day, course.obstacles)
    if course.longest_from is not None:
        nominal, last = _within_longest(paper, course.longest_from, nominal, last)
    paper.nominal, paper.rolled = nominal, last
    return {"expires_end_of": last, "nominal_last_day": nominal}


def _run(paper: Paper, start: date, obstacles: Iterable[Obstacle]) -> tuple[date, date]:
    """Return the nominal and rolled end of one run from `start`, suspended by `obstacles`."""
    nominal = paper.count(start, paper.period("limitation.civil"))
    last = paper.roll(nominal, "civil_period.rolling")
    for obstacle in sorted(obstacles, key=lambda each: each.since):
        six_months = paper.period("limitation.suspension")
        begins = add_months(nominal, -six_months.count)
        if obstacle.since > last or obstacle.until < begins:
            continue
        paper.say(_("{day} 障碍消除，自该日起满六个月时效届满。", day=obstacle.until))
        nominal = max(nominal, paper.count(obstacle.until, six_months))
        last = paper.roll(nominal, "civil_period.rolling")
    return nominal, last


def _within_longest(paper: Paper, start: date, nominal: date, last: date) -> tuple[date, date]:
    longest = end_of_period(start, paper.period("limitation.longest"))
    if nominal <= longest:
        return nominal, last
    paper.say(_("自权利受到损害之日起超过二十年的不予保护，以 {longest} 为限。", longest=longest))
    return longest, longest


def _suit(
    filed: date | None, served: bool | None, withdrawn: date | None
) -> Iterable[Interruption]:
    """Yield what a suit, perhaps withdrawn, interrupts."""
    if withdrawn is None:
        if filed is not None:
            yield Interruption(filed, "limitation.interruption.suit", _("提起诉讼"))
    elif served:
        if filed is not None:
            yield Interruption(filed, "limitation.interruption.suit", _("提起诉讼"))
        yield Interruption(
            withdrawn, "limitation.interruption.withdrawal", _("撤诉裁定生效（起诉状已送达）")
        )


def _refuse_impossible_suit(filed: date | None, withdrawn: date | None) -> None:
    if filed is not None and withdrawn is not None and withdrawn < filed:
        raise BadInput("withdrawal_ruling_effective", _("不得早于起诉之日。"))


@rule("limitation.civil")
def civil_limitation(
    paper: Paper,
    *,
    last_instalment_due: date | None = None,
    demand_reached_debtor: date | None = None,
    assignment_notice_reached_debtor: date | None = None,
    suit_filed: date | None = None,
    complaint_served: bool | None = None,
    withdrawal_ruling_effective: date | None = None,
) -> Expiry:
    """When the limitation of a loan expires; it needs the last due day or one interrupting event.

    A suit that was withdrawn interrupts only if the complaint is known to have been served.
    """
    _refuse_impossible_suit(suit_filed, withdrawal_ruling_effective)
    events = list(_suit(suit_filed, complaint_served, withdrawal_ruling_effective))
    if withdrawal_ruling_effective is not None and not complaint_served:
        paper.read("limitation.interruption.withdrawal")
        paper.say(_("起诉后撤诉，起诉状未证明送达，不计为中断。"))
    for day, name, what in (
        (demand_reached_debtor, "demand", _("催收到达债务人")),
        (assignment_notice_reached_debtor, "assignment", _("债权转让通知到达债务人")),
    ):
        if day is not None:
            events.append(Interruption(day, f"limitation.interruption.{name}", what))
    start = last_instalment_due or min((event.day for event in events), default=None)
    if start is None:
        raise BadInput("last_instalment_due", _("须有到期日或者至少一个可计入的中断事由。"))
    if last_instalment_due is not None:
        paper.read("limitation.instalments")
        paper.say(_("分期债务自最后一期履行期限 {day} 届满起算。", day=last_instalment_due))
    return expiry(paper, Course(start, events, longest_from=last_instalment_due))


@rule("limitation.civil.suspension")
def suspended_limitation(
    paper: Paper,
    *,
    normal_expiry: date,
    obstacle_within_last_6_months: bool,
    obstacle_removed: date,
) -> ExpiryOnly:
    """When limitation expires after an obstacle in its last six months (中止). Source: art. 194."""
    last = paper.roll(normal_expiry, "civil_period.rolling")
    if not obstacle_within_last_6_months:
        paper.say(_("障碍不在最后六个月内，时效不中止。"))
        return {"expires_end_of": last}
    length = paper.period("limitation.suspension")
    paper.say(_("{day} 障碍消除，自该日起满六个月时效届满。", day=obstacle_removed))
    nominal = paper.count(obstacle_removed, length)
    later = max(last, paper.roll(nominal, "civil_period.rolling"))
    paper.nominal, paper.rolled = nominal, later
    return {"expires_end_of": later}


@rule("limitation.enforcement_application", dated_by="last_day_of_performance_period")
def enforcement_application(paper: Paper, *, last_day_of_performance_period: date) -> Deadline:
    """Last day to apply for enforcement: two years after the performance period.

    The court accepts a late application; only the debtor's objection bars it (民诉法解释 art. 481).
    """
    start = last_day_of_performance_period
    nominal, last = paper.deadline(start, paper.period("limitation.enforcement_application"))
    return {"deadline": last, "nominal_last_day": nominal}


@rule("limitation.enforcement_application.after_settlement")
def enforcement_after_settlement(
    paper: Paper, *, original_performance_end: date, settlement_last_performance_day: date
) -> DeadlineOnly:
    """Last day to apply for (resumed) enforcement after an enforcement settlement (执行和解).

    Source: 民诉法解释 art. 466; 执行和解规定 art. 10.
    """
    paper.read("limitation.enforcement_application.settlement")
    start = max(original_performance_end, settlement_last_performance_day)
    paper.say(_("申请执行期间因和解协议中断，自约定履行期限最后一日 {day} 重新计算。", day=start))
    _nominal, last = paper.deadline(start, paper.period("limitation.enforcement_application"))
    return {"deadline": last}


@rule("limitation.enforcement_application.instalments")
def enforcement_application_of_instalments(
    paper: Paper, *, instalments_due: tuple[date, ...]
) -> FirstAndLast:
    """Last days to apply for enforcement of a judgment that orders instalments.

    Since 2022 the period of all runs from the last; before, each had its own.
    """
    length = paper.period("limitation.enforcement_application")
    from_last = paper.text("limitation.enforcement_application.instalments") == "last"
    first = max(instalments_due) if from_last else min(instalments_due)
    if from_last:
        paper.say(_("分期履行的，自最后一期履行期限届满之日起计算。"))
    else:
        paper.say(_("分期履行的，自每次履行期间的最后一日起分别计算。"))
    _nominal, earliest = paper.deadline(first, length)
    _nominal, latest = paper.deadline(max(instalments_due), length)
    return {"first_instalment_deadline": earliest, "last_instalment_deadline": latest}


@rule("limitation.enforcement_application.from_effectiveness", dated_by="effective")
def enforcement_application_from_effectiveness(paper: Paper, *, effective: date) -> Deadline:
    """Last day to apply for enforcement where no performance period was set."""
    paper.read("limitation.enforcement_application.from_effectiveness")
    nominal, last = paper.deadline(effective, paper.period("limitation.enforcement_application"))
    return {"deadline": last, "nominal_last_day": nominal}
