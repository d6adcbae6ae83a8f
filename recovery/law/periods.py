"""Periods (期间): days, months, years and hours, and the nominal last day each ends on.

The first day, or the first hour, is not counted (民事诉讼法 art. 85; 民诉法解释 art. 125; 民法典
arts. 200-202). Whether the last day then rolls over rest days is the calendar's business.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

Unit = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class Period:
    """A number of days, months or years."""

    count: int
    unit: Unit


def add_months(day: date, months: int) -> date:
    """Return the corresponding day `months` later, or the month's last day where there is none.

    A corresponding day is never promoted to the end of the month: 30 June + 6 = 30 December.
    Source: 民法典 art. 202.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_period(start: date, period: Period) -> date:
    """Return the nominal last day of `period` when `start` itself is not counted."""
    if period.unit == "day":
        return start + timedelta(days=period.count)
    return add_months(start, period.count * (12 if period.unit == "year" else 1))


def before(day: date, days: int) -> date:
    """Return the day `days` before `day`: a period counted backwards, which never rolls."""
    return day - timedelta(days=days)


def next_hour(moment: datetime) -> datetime:
    """Return the start of the hour after `moment`: hour periods run from the next hour."""
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
