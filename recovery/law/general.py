"""Periods that the law, a court or a contract names by their length: the calculator's plain cases.

Source: 民事诉讼法 art. 85; 民诉法解释 art. 125; 民法典 arts. 200-203.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, TypedDict

from recovery.kernel.text import _
from recovery.law.inputs import Positive, Range
from recovery.law.paper import Paper, whole
from recovery.law.periods import Period, before, next_hour
from recovery.law.registry import rule
from recovery.law.results import Deadline

Length = Annotated[int, Range(1, 5000)]
"""A number of days, months or years."""


class HourPeriod(TypedDict):
    """When an hour period begins and ends, local time."""

    counting_starts: datetime
    ends: datetime


class Backwards(TypedDict):
    """The day so many days before, and the last working day not after it."""

    day: date
    safe_workday: date


class WorkingDays(TypedDict):
    """The last day of a period of working days."""

    last_day: date


class YearCheck(TypedDict):
    """Rest days that fall on weekdays, weekend days that are worked, and whether they balance."""

    rest_weekdays: int
    working_weekend_days: int
    balanced: bool


class InTime(TypedDict):
    """Whether an act came in time."""

    in_time: bool


@rule("period.ends")
def period_end(
    paper: Paper, *, starts: date, count: Length, unit: Literal["day", "month", "year"]
) -> Deadline:
    """Last day of any period from the day `starts`, which is not counted, rolled over rest days."""
    nominal, rolled = paper.deadline(starts, Period(count, unit))
    return {"deadline": rolled, "nominal_last_day": nominal}


@rule("period.hours_end")
def hour_period_end(paper: Paper, *, starts_at: datetime, hours: Positive) -> HourPeriod:
    """End of a period of hours, which begins with the next hour and knows no rest days."""
    paper.read("period.hours")
    begins = next_hour(starts_at)
    ends = begins + timedelta(hours=hours)
    paper.say(
        _(
            "自次时 {start} 起算，{hours} 小时，至 {due} 届满。",
            start=f"{begins:%Y-%m-%d %H:%M}",
            hours=hours,
            due=f"{ends:%Y-%m-%d %H:%M}",
        )
    )
    return {"counting_starts": begins, "ends": ends}


@rule("period.backwards")
def backwards(paper: Paper, *, target: date, days: Length) -> Backwards:
    """Day that lies so many days before `target`; it never rolls."""
    day = before(target, days)
    safe = paper.book.calendar.last_working_day(day)
    paper.say(
        _(
            "{target} 前 {days} 日为 {day}，倒数期间不顺延；此前最后一个工作日为 {safe}。",
            target=target,
            days=days,
            day=day,
            safe=safe,
        )
    )
    paper.note_year(safe)
    paper.nominal = safe
    return {"day": day, "safe_workday": safe}


@rule("period.working_days_end")
def working_days_end(paper: Paper, *, starts: date, count: Length) -> WorkingDays:
    """Last of so many working days after the day `starts`; make-up working days count."""
    last = paper.book.calendar.add_working_days(starts, count)
    paper.say(
        _("自 {start} 次日起 {count} 个工作日，至 {last}。", start=starts, count=count, last=last)
    )
    paper.note_year(last)
    paper.rolled = last
    return {"last_day": last}


@rule("calendar.year_check")
def year_check(paper: Paper, *, year: Annotated[int, Range(2008, 2200)]) -> YearCheck:
    """Whether a year's rest days on weekdays, less its worked weekends, are its statutory holidays.

    An arrangement that reaches into the next year, or a day given once, breaks the balance: a
    reason to look twice, no proof of a mistake. Source: 全国年节及纪念日放假办法.
    """
    statutory = whole(paper.read_on("calendar.statutory_holidays", date(year, 1, 1)).value)
    off, worked = paper.book.calendar.balance(year)
    paper.say(
        _(
            "工作日放假 {off} 天，周末上班 {worked} 天，法定节假日 {statutory} 天。",
            off=off,
            worked=worked,
            statutory=statutory,
        )
    )
    balanced = off - worked == statutory
    return {"rest_weekdays": off, "working_weekend_days": worked, "balanced": balanced}


@rule("period.posted_in_time")
def posted_in_time(paper: Paper, *, deadline: date, posted_on: date) -> InTime:
    """Whether a document posted on a day came in time: posting before expiry is enough."""
    paper.read("period.rolling")
    paper.say(
        _(
            "期满前交邮的，不算过期；{posted} 交邮，期限至 {deadline}。",
            posted=posted_on,
            deadline=deadline,
        )
    )
    return {"in_time": posted_on <= deadline}
