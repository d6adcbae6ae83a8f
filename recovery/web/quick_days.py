"""The days offered beside a date field, so that nobody types today."""

from calendar import monthrange
from datetime import date, timedelta

from recovery.kernel.text import Text, _

Quick = tuple[tuple[Text, date], ...]


def quick_days(today: date) -> Quick:
    """Return the days offered beside a date field: today and the usual steps ahead."""
    return (
        (_("今天"), today),
        (_("明天"), today + timedelta(days=1)),
        (_("1 周后"), today + timedelta(weeks=1)),
        (_("2 周后"), today + timedelta(weeks=2)),
        (_("1 个月后"), month_later(today)),
    )


def quick_past_days(today: date) -> Quick:
    """Return the days offered beside a field for a day that has been."""
    return (
        (_("今天"), today),
        (_("昨天"), today - timedelta(days=1)),
        (_("1 周前"), today - timedelta(weeks=1)),
    )


def month_later(value: date) -> date:
    """Return the same day of the next month, or its last day where there is none."""
    year, month = (value.year, value.month + 1) if value.month < 12 else (value.year + 1, 1)
    return date(year, month, min(value.day, monthrange(year, month)[1]))
