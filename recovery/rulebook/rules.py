"""The arithmetic of a year's rest days (放假安排): what a notice adds up to. Pure.

Source: 全国年节及纪念日放假办法; the notice of the General Office of the State Council of each
year, whose days off and make-up working days are its own arrangement of the statutory holidays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _

SATURDAY = 5
LONGEST_HOLIDAY = 31
"""Days of one range: a longer one is a slip of the keyboard."""


YEARS = range(1949, 2201)
"""Years that a notice can be about."""


@dataclass(frozen=True, slots=True)
class YearDays:
    """Days off (weekends within a holiday included) and weekend days that are worked."""

    rest: tuple[date, ...]
    working: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class YearCheck:
    """What the days of a year add up to."""

    days_off: int
    """Days off as a notice counts them, weekends within a holiday included."""

    rest_weekdays: int
    working_weekends: int
    statutory: int
    """Statutory holidays of all citizens in that year."""

    @property
    def balanced(self) -> bool:
        """Whether weekdays off, less worked weekend days, are the statutory holidays.

        An arrangement that reaches into the next year is not balanced, and right all the same.
        """
        return self.rest_weekdays - self.working_weekends == self.statutory


def new_years_day(year: int) -> date:
    """Return the first day of `year`, by whose law its holidays are counted.

    Raises:
        RuleViolation: no notice can be about such a year.
    """
    if year not in YEARS:
        raise RuleViolation(
            _("年度须在 {first} 年至 {last} 年之间。", first=YEARS[0], last=YEARS[-1])
        )
    return date(year, 1, 1)


def days_between(first: date, last: date) -> list[date]:
    """Return every day from `first` to `last`, both included.

    Raises:
        RuleViolation: the range ends before it begins, or is longer than a month.
    """
    length = (last - first).days + 1
    if not 0 < length <= LONGEST_HOLIDAY:
        raise RuleViolation(
            _("{first} 至 {last} 不是一段假期。", first=first.isoformat(), last=last.isoformat())
        )
    return [first + timedelta(days=count) for count in range(length)]


def check_year(year: int, days: YearDays, statutory: object) -> YearCheck:
    """Return what the days of a year add up to.

    Raises:
        RuleViolation: no day off, a day outside the year, twice, or a worked day that is no
            weekend day or is off as well.
    """
    assert isinstance(statutory, int)
    if not days.rest:
        raise RuleViolation(_("请填写放假的日期。"))
    _inside(year, (*days.rest, *days.working))
    _once((*days.rest, *days.working))
    for day in days.working:
        if day.weekday() < SATURDAY:
            raise RuleViolation(_("{day} 不是周末，不会是调休上班日。", day=day.isoformat()))
    off = sum(day.weekday() < SATURDAY for day in days.rest)
    return YearCheck(len(days.rest), off, len(days.working), statutory)


def _inside(year: int, days: Iterable[date]) -> None:
    for day in days:
        if day.year != year:
            raise RuleViolation(_("{day} 不在 {year} 年。", day=day.isoformat(), year=year))


def _once(days: Iterable[date]) -> None:
    seen: set[date] = set()
    for day in days:
        if day in seen:
            raise RuleViolation(_("{day} 填写了两次。", day=day.isoformat()))
        seen.add(day)
