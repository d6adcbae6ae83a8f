"""How the book is cut for the dashboard: ages, months. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from recovery.kernel.text import Text, _


@dataclass(frozen=True, slots=True)
class AgeBand:
    """A range of days past due, both ends inclusive; `last` None: no upper end."""

    code: str
    label: Text
    first: int
    last: int | None

    def holds(self, days: int) -> bool:
        """Return whether `days` past due lie in this band."""
        return self.first <= days and (self.last is None or days <= self.last)


AGE_BANDS = (
    AgeBand("current", _("未逾期"), 0, 0),
    AgeBand("d1", _("1–30 天"), 1, 30),
    AgeBand("d31", _("31–90 天"), 31, 90),
    AgeBand("d91", _("91–180 天"), 91, 180),
    AgeBand("d181", _("181–270 天"), 181, 270),
    AgeBand("d271", _("271–360 天"), 271, 360),
    AgeBand("d361", _("361–720 天"), 361, 720),
    AgeBand("d721", _("720 天以上"), 721, None),
)


def age_band(overdue_since: date | None, day: date) -> AgeBand:
    """Return the band of a loan whose earliest unpaid instalment was due on `overdue_since`."""
    days = 0 if overdue_since is None else max(0, (day - overdue_since).days)
    return next(band for band in AGE_BANDS if band.holds(days))


def months_until(day: date, count: int) -> list[date]:
    """Return the first days of the `count` months that end with the month of `day`."""
    first = day.replace(day=1)
    months = [first]
    while len(months) < count:
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months[::-1]


def week_of(day: date) -> tuple[date, date]:
    """Return `day` and the day a week later: what falls due within seven days, both included."""
    return day, day + timedelta(days=7)
