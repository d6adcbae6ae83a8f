"""The working calendar: rest days, make-up working days, and the years for which they are known.

Published arrangements (放假安排) come from `chinese_calendar` and, for later years, from what an
administrator enters. A year without either is answered from weekends and the statutory holidays
whose dates are certain, and everything that rests on it is *provisional*.
"""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version as installed_version
from pathlib import Path

from chinese_calendar.constants import holidays, workdays

_EXPECTED = Path(__file__).parent / "statutory_holidays.toml"
_SATURDAY = 5
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that an administrator entered: off work, or a make-up working day."""

    day: date
    working: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. Immutable; `version` changes with the content."""

    rest_weekdays: frozenset[date]
    working_weekends: frozenset[date]
    years: frozenset[int]
    """Years whose official arrangement is known; all others are provisional."""
    version: str
    expected: frozenset[date] = field(default_factory=frozenset)
    """Statutory holidays of years whose arrangement is not yet published."""

    @staticmethod
    def standard() -> "Calendar":
        """Return the calendar that ships with the program."""
        return _standard()

    def is_working_day(self, day: date) -> bool:
        """Return whether `day` is worked, as far as is known."""
        if day.weekday() >= _SATURDAY:
            return day in self.working_weekends
        if day in self.rest_weekdays:
            return False
        return day.year in self.years or day not in self.expected

    def is_known(self, day: date) -> bool:
        """Return whether the arrangement of the year of `day` has been published and entered."""
        return day.year in self.years

    def next_working_day(self, day: date) -> date:
        """Return `day` itself if it is worked, else the first working day after it."""
        while not self.is_working_day(day):
            day += _ONE
        return day

    def last_working_day(self, day: date) -> date:
        """Return `day` itself if it is worked, else the last working day before it."""
        while not self.is_working_day(day):
            day -= _ONE
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`, which is not counted."""
        while count > 0:
            day += _ONE
            count -= self.is_working_day(day)
        return day

    def subtract_working_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day before `day`, which is not counted."""
        while count > 0:
            day -= _ONE
            count -= self.is_working_day(day)
        return day

    def balance(self, year: int) -> tuple[int, int]:
        """Return how many weekdays of `year` are off, and how many weekend days are worked."""
        off = sum(day.year == year and day.weekday() < _SATURDAY for day in self.rest_weekdays)
        return off, sum(day.year == year for day in self.working_weekends)

    def with_days(self, days: Iterable[CalendarDay], years: Iterable[int]) -> "Calendar":
        """Return this calendar overlaid by `days`, with `years` known in full from now on.

        What was known of those years falls away: a day that `days` leave out is an ordinary one.
        """
        overlay = {row.day: row.working for row in days}
        rest = {day for day, working in overlay.items() if not working}
        work = {day for day, working in overlay.items() if working}
        entered = frozenset(years)
        known = self.years | entered
        kept_rest = {day for day in self.rest_weekdays if day.year not in entered}
        kept_work = {day for day in self.working_weekends if day.year not in entered}
        rest_weekdays = frozenset((kept_rest - work) | rest)
        working_weekends = frozenset((kept_work - rest) | work)
        digest = _digest(rest_weekdays, working_weekends, known)
        return Calendar(
            rest_weekdays=rest_weekdays,
            working_weekends=working_weekends,
            years=known,
            version=f"{self.version.split('+')[0]}+{digest}",
            expected=self.expected - work,
        )


def _digest(rest: Iterable[date], work: Iterable[date], years: Iterable[int]) -> str:
    parts = (" ".join(map(str, sorted(part))) for part in (rest, work, years))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


@cache
def _standard() -> Calendar:
    expected = tomllib.loads(_EXPECTED.read_text("utf-8"))
    return Calendar(
        rest_weekdays=frozenset(holidays),
        working_weekends=frozenset(workdays),
        years=frozenset(day.year for day in holidays),
        version=f"chinesecalendar {installed_version('chinesecalendar')}",
        expected=frozenset(day for year in expected["years"] for day in year["days"]),
    )
