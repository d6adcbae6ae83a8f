"""The working calendar against a second source, and years that are not yet published."""

from datetime import date, timedelta

import holidays
import pytest

from recovery.law.book import Additions, LawBook
from recovery.law.calendar import Calendar, CalendarDay
from recovery.law.deadlines import answer

CALENDAR = Calendar.standard()
TODAY = date(2026, 11, 23)


def days_of(year):
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", range(2004, 2027))
def test_an_independent_source_has_the_same_working_days(year):
    other = holidays.China(years=year)
    different = [d for d in days_of(year) if other.is_working_day(d) != CALENDAR.is_working_day(d)]
    # The make-up day before New Year 2006 belongs to the notice of 2006, which `holidays` reads
    # for that year only.
    assert different == ([date(2005, 12, 31)] if year == 2005 else [])


@pytest.mark.parametrize("year", range(2027, 2036))
def test_statutory_holidays_of_years_to_come_are_those_of_an_independent_source(year):
    other = holidays.China(years=year)
    assert all(CALENDAR.is_working_day(d) == other.is_working_day(d) for d in days_of(year))


def test_every_known_year_is_known_and_no_other():
    known = [year for year in range(1990, 2040) if CALENDAR.is_known(date(year, 6, 1))]
    assert known == list(range(2004, 2027))


def test_a_make_up_working_day_is_neither_rolled_over_nor_rolled_from():
    assert CALENDAR.next_working_day(date(2024, 2, 17)) == date(2024, 2, 18)
    assert CALENDAR.next_working_day(date(2025, 2, 8)) == date(2025, 2, 8)
    assert CALENDAR.last_working_day(date(2026, 2, 28)) == date(2026, 2, 28)


def test_working_days_are_counted_both_ways():
    assert CALENDAR.add_working_days(date(2025, 9, 29), 3) == date(2025, 10, 10)
    assert CALENDAR.subtract_working_days(date(2025, 10, 10), 3) == date(2025, 9, 29)
    assert CALENDAR.add_working_days(date(2025, 9, 29), 0) == date(2025, 9, 29)


def test_a_date_in_an_unpublished_year_is_provisional_and_says_so():
    found = answer(LawBook.standard(), TODAY, trigger=date(2027, 1, 11))
    assert found.provisional
    assert found.day("deadline") == date(2027, 1, 26)
    assert "2027 年的放假安排尚未录入，该日期为暂定。" in [str(step) for step in found.trace]


def test_entering_the_notice_of_a_year_recomputes_its_dates_and_ends_the_doubt():
    notice = Additions(
        days=(CalendarDay(date(2027, 1, 26), working=False), CalendarDay(date(2027, 1, 30), True)),
        years=(2027,),
    )
    book = LawBook.standard().with_additions(notice)
    found = answer(book, TODAY, trigger=date(2027, 1, 11))
    assert (found.day("nominal_last_day"), found.day("deadline")) == (
        date(2027, 1, 26),
        date(2027, 1, 27),
    )
    assert not found.provisional
    assert found.calendar != LawBook.standard().calendar.version
    saturday = answer(book, TODAY, trigger=date(2027, 1, 15))
    assert saturday.day("deadline") == date(2027, 1, 30)


def test_a_notice_may_have_a_statutory_guess_worked_after_all():
    calendar = CALENDAR.with_days([CalendarDay(date(2027, 2, 10), working=True)], [])
    assert not CALENDAR.is_working_day(date(2027, 2, 10))
    assert calendar.is_working_day(date(2027, 2, 10))
    assert not calendar.is_known(date(2027, 2, 10))


def test_the_calendar_version_depends_on_the_content_and_not_on_the_way_there():
    one, two = CalendarDay(date(2027, 1, 4), False), CalendarDay(date(2027, 1, 9), True)
    together = CALENDAR.with_days([one, two], [2027])
    apart = CALENDAR.with_days([two], [2027]).with_days([one], [])
    assert together == apart
    assert together.version != CALENDAR.with_days([one], [2027]).version
