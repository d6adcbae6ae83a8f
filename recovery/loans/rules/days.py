"""Day counts and calendar months, as contracts of car loans choose them."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date

DAY_COUNTS = ("30/360", "actual/360", "actual/365")


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later, or the last of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def actual_days(since: date, until: date) -> int:
    """Return the calendar days from `since` (counted) to `until` (not counted)."""
    return (until - since).days


def thirty_days(since: date, until: date) -> int:
    """Return the days between when every month has thirty: the 31st counts as the 30th."""
    first, last = min(since.day, 30), min(until.day, 30)
    months = (until.year - since.year) * 12 + until.month - since.month
    return months * 30 + last - first


CONVENTIONS: dict[str, tuple[Callable[[date, date], int], int]] = {
    "30/360": (thirty_days, 360),
    "actual/360": (actual_days, 360),
    "actual/365": (actual_days, 365),
}


def days_between(day_count: str, since: date, until: date) -> int:
    """Return the interest days of the half-open range from `since` to `until`.

    Raises:
        KeyError: `day_count` is none of `DAY_COUNTS`.
    """
    return CONVENTIONS[day_count][0](since, until)


def year_basis(day_count: str) -> int:
    """Return the days of the year by which the yearly rate is divided."""
    return CONVENTIONS[day_count][1]
