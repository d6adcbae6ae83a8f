"""The working paper (底稿) of one computation: it reads the law and writes down each step."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from recovery.kernel.money import to_fen
from recovery.kernel.text import Text, _
from recovery.law.answer import Answer
from recovery.law.book import LawBook
from recovery.law.parameters import Value, Version
from recovery.law.periods import Period, end_of_period


class Paper:
    """Collects what a rule reads of the book and what it did with it."""

    __slots__ = (
        "_reads",
        "_steps",
        "book",
        "nominal",
        "on",
        "provisional",
        "rolled",
        "uses_calendar",
    )

    def __init__(self, book: LawBook, on: date) -> None:
        self.book = book
        self.on = on
        self.nominal: date | None = None
        self.rolled: date | None = None
        self.provisional = False
        self.uses_calendar = False
        self._reads: list[tuple[str, Version]] = []
        self._steps: list[Text] = []

    def say(self, step: Text) -> None:
        """Write `step` down."""
        self._steps.append(step)

    def read(self, name: str) -> Version:
        """Return the version of parameter `name` in force on the day of the paper."""
        return self.read_on(name, self.on)

    def read_on(self, name: str, on: date) -> Version:
        """Return the version of parameter `name` in force on the day `on`."""
        version = self.book.in_force(name, on)
        self._reads.append((name, version))
        return version

    def value(self, name: str) -> Value:
        """Return the value of parameter `name`."""
        return self.read(name).value

    def whole(self, name: str) -> int:
        """Return the whole number that parameter `name` holds."""
        return whole(self.value(name))

    def rate(self, name: str) -> Decimal:
        """Return the number that parameter `name` holds."""
        return decimal(self.value(name))

    def text(self, name: str) -> str:
        """Return the text that parameter `name` holds."""
        return str(self.value(name))

    def table(self, name: str) -> Mapping[str, Value]:
        """Return the table that parameter `name` holds."""
        return table(self.value(name))

    def period(self, name: str) -> Period:
        """Return the period that parameter `name` holds."""
        return period(self.value(name))

    def count(self, start: date, length: Period) -> date:
        """Return the nominal last day of `length` from `start`, which is not counted."""
        last = end_of_period(start, length)
        if length.unit == "day":
            step = _(
                "自 {start} 起算，当日不计入；{count} 日，至 {last} 届满。",
                start=start,
                count=length.count,
                last=last,
            )
        elif length.unit == "month":
            step = _(
                "自 {start} 起算，当日不计入；{count} 个月，至 {last} 届满。",
                start=start,
                count=length.count,
                last=last,
            )
        else:
            step = _(
                "自 {start} 起算，当日不计入；{count} 年，至 {last} 届满。",
                start=start,
                count=length.count,
                last=last,
            )
        self.say(step)
        if length.unit != "day" and last.day != start.day:
            self.say(_("当月没有对应日，以月末日为最后一日。"))
        return last

    def roll(self, last: date, basis: str = "period.rolling") -> date:
        """Return `last`, or the first working day after it where it is a rest day.

        `basis` names the parameter that lets the period roll.
        """
        self.read(basis)
        self.uses_calendar = True
        rolled = self.book.calendar.next_working_day(last)
        if rolled == last:
            self.say(_("{last} 是工作日，不顺延。", last=last))
        else:
            self.say(
                _("{last} 是休息日，顺延至其后第一个工作日 {rolled}。", last=last, rolled=rolled)
            )
        self.note_year(rolled)
        return rolled

    def note_year(self, day: date) -> None:
        """Mark the answer provisional if the arrangement of rest days of that year is unknown."""
        self.uses_calendar = True
        if not self.book.calendar.is_known(day):
            self.provisional = True
            self.say(_("{year} 年的放假安排尚未录入，该日期为暂定。", year=day.year))

    def deadline(self, start: date, length: Period) -> tuple[date, date]:
        """Return the nominal and the rolled last day of `length` from `start`."""
        nominal = self.count(start, length)
        rolled = self.roll(nominal)
        self.nominal, self.rolled = nominal, rolled
        return nominal, rolled

    def fee(self, exact: Decimal) -> Decimal:
        """Return a court fee rounded as the court does: to the fen, or to the yuan."""
        if self.book.in_force("court_fee.rounding", self.on).value == "yuan":
            self.read("court_fee.rounding")
            whole_yuan = to_fen(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
            self.say(_("法院按元收取，四舍五入为 {amount} 元。", amount=whole_yuan))
            return whole_yuan
        return to_fen(exact)

    def answer(self, rule: str, values: Mapping[str, object]) -> Answer:
        """Close the paper: return `values` as the answer to `rule`."""
        return Answer(
            rule=rule,
            on=self.on,
            values=values,
            nominal=self.nominal,
            rolled=self.rolled,
            reads=tuple(self._reads),
            calendar=self.book.calendar.version if self.uses_calendar else None,
            book=self.book.version,
            provisional=self.provisional,
            steps=tuple(self._steps),
        )


def whole(value: Value) -> int:
    """Return `value` of a parameter as the whole number it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(f"{value} is not a whole number")


def decimal(value: Value) -> Decimal:
    """Return `value` of a parameter as an exact number."""
    if isinstance(value, Decimal):
        return value
    return Decimal(whole(value))


def table(value: Value) -> Mapping[str, Value]:
    """Return `value` of a parameter as the table it is."""
    if isinstance(value, MappingProxyType | dict):
        return value
    raise TypeError(f"{value} is not a table")


def rows(value: Value) -> tuple[Value, ...]:
    """Return `value` of a parameter as the list it is."""
    if isinstance(value, tuple):
        return value
    raise TypeError(f"{value} is not a list")


def period(value: Value) -> Period:
    """Return `value` of a parameter as the period it is: one of days, months, years."""
    entries = table(value)
    if "days" in entries:
        return Period(whole(entries["days"]), "day")
    if "months" in entries:
        return Period(whole(entries["months"]), "month")
    return Period(whole(entries["years"]), "year")
