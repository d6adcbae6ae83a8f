"""What was entered of a change to the law, and the change it would make: checked, not kept."""

from dataclasses import dataclass
from datetime import date

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.law.book import LawBook
from recovery.law.parameters import Parameter
from recovery.rulebook.book import SETTING, VERSION, YEAR
from recovery.rulebook.models import LawChange
from recovery.rulebook.rules import YearDays
from recovery.rulebook.values import check_shape, read_value, write_value

EARLIEST = date(1980, 1, 1)
LATEST = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Source:
    """What a value rests on, as it was entered."""

    instrument: str
    article: str
    edition: str
    mark: str
    """V article read, S secondary source, U from memory."""


@dataclass(frozen=True, slots=True)
class NewValue:
    """A value of a parameter from its first day in force on."""

    parameter: str
    since: date
    value: str
    """As TOML writes it."""

    source: Source
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class NewYear:
    """The arrangement of a year's rest days, as its notice gives it."""

    year: int
    days: YearDays
    notice: str
    """Name and number of the notice."""

    stated_days_off: int
    """How many days off the notice itself adds up to."""

    is_checked: bool
    """Whether the proposer compared it again where the count does not balance."""


def checked(new: NewValue, place: str | None) -> LawChange:
    """Return the change that adds a value, checked against the parameter and its source.

    Raises:
        RuleViolation: the value is not of the parameter's shape, or the source is incomplete.
    """
    if not EARLIEST <= new.since <= LATEST:
        raise RuleViolation(_("施行日期须在 1980 年至 2200 年之间。"))
    if not new.source.instrument.strip():
        raise RuleViolation(_("请填写依据的文件名称。"))
    if new.source.mark not in {"V", "S", "U"}:
        raise RuleViolation(_("请选择来源标记。"))
    return tentative(new, place)


def tentative(new: NewValue, place: str | None) -> LawChange:
    """Return the change that adds a value, of a place or for all, not kept yet.

    Raises:
        RuleViolation: the value is not of the parameter's shape.
    """
    value = read_value(new.value)
    check_shape(known_parameter(LawBook.standard(), new.parameter), value)
    return LawChange(
        kind=VERSION if place is None else SETTING,
        parameter=new.parameter,
        place=place.strip() if place is not None else None,
        since=new.since,
        value=write_value(value),
        instrument=new.source.instrument.strip(),
        article=new.source.article.strip(),
        edition=new.source.edition.strip(),
        mark=new.source.mark,
        is_confirmed=new.is_confirmed,
        rest_days=[],
        working_days=[],
    )


def tentative_year(new: NewYear) -> LawChange:
    """Return the change that a year's notice makes, not kept yet."""
    return LawChange(
        kind=YEAR,
        year=new.year,
        instrument=new.notice.strip(),
        article="",
        edition="",
        mark="V",
        is_confirmed=True,
        rest_days=[day.isoformat() for day in new.days.rest],
        working_days=[day.isoformat() for day in new.days.working],
    )


def known_parameter(book: LawBook, name: str) -> Parameter:
    """Return the parameter `name`.

    Raises:
        RuleViolation: there is none.
    """
    if name not in book.parameters:
        raise RuleViolation(_("没有这个法律参数。"))
    return book.parameters[name]
