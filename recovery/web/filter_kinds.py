"""The kinds of conditions that a filter bar is put together from: words, choices, ranges."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.datastructures import MultiDict

from recovery.kernel.text import Text, _
from recovery.web.display import day, yuan
from recovery.web.reading import Unreadable, read_count, read_day, read_percent, read_yuan

Args = MultiDict[str, str]
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Filter(ABC):
    """One condition that a list can be narrowed by."""

    name: str
    label: Text

    kind: ClassVar[str] = "words"

    @abstractmethod
    def read(self, args: Args) -> Any | None:
        """Return the typed value, None when the filter is not used; may raise `Unreadable`."""

    @abstractmethod
    def pairs(self, value: Any) -> Pairs:
        """Return the value as the query string writes it."""

    @abstractmethod
    def show(self, value: Any) -> Text | str:
        """Return the value as its chip says it."""

    def raw(self, args: Args) -> Pairs:
        """Return what was typed for this filter, readable or not."""
        return [(self.name, text) for text in args.getlist(self.name) if text.strip()]


@dataclass(frozen=True, slots=True)
class Words(Filter):
    """Free words: a name, a number, a part of one."""

    placeholder: Text | str = ""

    def read(self, args: Args) -> str | None:
        """Return the trimmed words."""
        return args.get(self.name, "").strip() or None

    def pairs(self, value: str) -> Pairs:
        """Return the words."""
        return [(self.name, value)]

    def show(self, value: str) -> str:
        """Return the words."""
        return value


@dataclass(frozen=True, slots=True)
class Choices(Filter):
    """Any of a short closed list; the value is a tuple of codes in the list's order."""

    options: Sequence[tuple[str, Text | str]] | Callable[[], Sequence[tuple[str, Text | str]]] = ()

    kind: ClassVar[str] = "choices"

    @property
    def choices(self) -> Sequence[tuple[str, Text | str]]:
        """The codes with their labels."""
        return self.options() if callable(self.options) else self.options

    def read(self, args: Args) -> tuple[str, ...] | None:
        """Return the codes chosen.

        Raises:
            Unreadable: one of them is not in the list, or not any more.
        """
        asked = {code for code in args.getlist(self.name) if code.strip()}
        chosen = tuple(code for code, _label in self.choices if code in asked)
        if unknown := sorted(asked - set(chosen)):
            raise Unreadable(_("“{value}”不存在或已不可选", value="、".join(unknown)[:80]))
        return chosen or None

    def pairs(self, value: tuple[str, ...]) -> Pairs:
        """Return one pair a code."""
        return [(self.name, code) for code in value]

    def show(self, value: tuple[str, ...]) -> str:
        """Return the labels."""
        labels = dict(self.choices)
        return "、".join(str(labels[code]) for code in value)


@dataclass(frozen=True, slots=True)
class Range:
    """A range with both ends included; None is open."""

    low: Any | None
    high: Any | None


@dataclass(frozen=True, slots=True)
class RangeFilter(Filter):
    """Between two values, each end optional, both included: `name_from`, `name_to`."""

    kind: ClassVar[str] = "range"
    unit: ClassVar[Text | str] = ""

    @abstractmethod
    def read_one(self, text: str) -> Any:
        """Return one end."""

    @abstractmethod
    def write_one(self, value: Any) -> str:
        """Return one end as the query string and the inputs write it."""

    def read(self, args: Args) -> Range | None:
        """Return the range.

        Raises:
            Unreadable: an end cannot be read, or the first is above the last.
        """
        low, high = (
            self.read_one(text) if (text := args.get(f"{self.name}_{end}", "").strip()) else None
            for end in ("from", "to")
        )
        if low is None and high is None:
            return None
        if low is not None and high is not None and low > high:
            ends = {"low": self.write_one(low), "high": self.write_one(high)}
            raise Unreadable(_("起止颠倒：{low} 大于 {high}", **ends))
        return Range(low, high)

    def pairs(self, value: Range) -> Pairs:
        """Return the ends that are set."""
        ends = (("from", value.low), ("to", value.high))
        return [(f"{self.name}_{end}", self.write_one(v)) for end, v in ends if v is not None]

    def raw(self, args: Args) -> Pairs:
        """Return both ends as typed."""
        names = (f"{self.name}_from", f"{self.name}_to")
        return [(name, args[name]) for name in names if args.get(name, "").strip()]

    def show(self, value: Range) -> Text:
        """Return the range in words."""
        low, high = (None if v is None else self.write_one(v) for v in (value.low, value.high))
        if low is None:
            return _("至 {high}", high=high)
        return _("{low} 起", low=low) if high is None else _("{low} 至 {high}", low=low, high=high)


@dataclass(frozen=True, slots=True)
class AmountRange(RangeFilter):
    """Between two amounts in yuan."""

    unit: ClassVar[Text | str] = _("元")

    def read_one(self, text: str) -> Decimal:
        """Return Decimal yuan."""
        return read_yuan(text)

    def write_one(self, value: Decimal) -> str:
        """Return 1,234.56."""
        return yuan(value)


@dataclass(frozen=True, slots=True)
class CountRange(RangeFilter):
    """Between two whole numbers, such as days past due."""

    def read_one(self, text: str) -> int:
        """Return the number."""
        return read_count(text)

    def write_one(self, value: int) -> str:
        """Return the number."""
        return str(value)


@dataclass(frozen=True, slots=True)
class PercentRange(RangeFilter):
    """Between two percentages; the values are shares."""

    unit: ClassVar[Text | str] = "%"

    def read_one(self, text: str) -> Decimal:
        """Return the share."""
        return read_percent(text)

    def write_one(self, value: Decimal) -> str:
        """Return the percentage without its sign."""
        return f"{(value * 100).normalize():f}"


@dataclass(frozen=True, slots=True)
class DayRange(RangeFilter):
    """Between two days."""

    kind: ClassVar[str] = "days"

    def read_one(self, text: str) -> date:
        """Return the day."""
        return read_day(text)

    def write_one(self, value: date) -> str:
        """Return 2026-11-23."""
        return day(value)
