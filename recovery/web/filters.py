"""The filter bar of a list, declared once: query string ↔ typed values ↔ chips.

A feature declares `FILTERS = FilterBar((Words("q", _("姓名")), AmountRange("owed", _("欠款")), …))`
and its query reads `state.get("owed")`. A value that cannot be read, or does not exist (any more),
is a problem that the bar shows; meanwhile the list has no rows and offers nothing to do with them,
so that nobody acts on more than they asked for.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from recovery.kernel.errors import RuleViolation
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


@dataclass(frozen=True, slots=True)
class Chip:
    """An active condition in words, and the query string without it."""

    label: Text
    value: str
    query: str


@dataclass(frozen=True, slots=True)
class FilterState:
    """The conditions in force: typed values by filter name, and what could not be read."""

    bar: "FilterBar"
    values: Mapping[str, Any]
    typed: Args
    problems: Mapping[str, Text] = field(default_factory=dict)

    def get(self, name: str) -> Any | None:
        """Return the typed value of the filter `name`; None when it is not used."""
        return self.values.get(name)

    @property
    def active(self) -> bool:
        """Whether anything is filtered, or was meant to be."""
        return bool(self.values or self.problems)

    @property
    def typed_query(self) -> str:
        """The conditions as they were asked for, those that cannot be kept included."""
        return urlencode([pair for one in self.bar.filters for pair in one.raw(self.typed)])

    def require_whole(self) -> "FilterState":
        """Return the conditions when all of them hold: what acts on rows insists on that.

        Raises:
            RuleViolation: one cannot be read or does not exist; the sentence says which and why.
        """
        if not self.problems:
            return self
        labels = {one.name: one.label for one in self.bar.filters}
        told = "；".join(f"{labels[name]}：{why}" for name, why in self.problems.items())
        raise RuleViolation(_("筛选条件有误（{problems}），没有执行。", problems=told))

    @property
    def pairs(self) -> Pairs:
        """The conditions as the query string writes them, in the bar's order."""
        return self._pairs(self.bar.filters)

    @property
    def query(self) -> str:
        """The conditions as a query string: what a saved view keeps."""
        return urlencode(self.pairs)

    @property
    def chips(self) -> list[Chip]:
        """The active conditions."""
        used = [one for one in self.bar.filters if one.name in self.values]
        return [
            Chip(
                one.label,
                str(one.show(self.values[one.name])),
                urlencode(self._pairs([other for other in used if other is not one])),
            )
            for one in used
        ]

    def _pairs(self, filters: Sequence[Filter]) -> Pairs:
        return [
            pair
            for one in filters
            if one.name in self.values
            for pair in one.pairs(self.values[one.name])
        ]


@dataclass(frozen=True, slots=True)
class FilterBar:
    """The filters of one list, in the order they are shown; the first `shown` stand in the bar,
    the others unfold."""

    filters: tuple[Filter, ...]
    shown: int = 4

    def read(self, args: Args) -> FilterState:
        """Return the conditions that the query string or a posted form names."""
        values: dict[str, Any] = {}
        problems: dict[str, Text] = {}
        for one in self.filters:
            try:
                value = one.read(args)
            except Unreadable as error:
                problems[one.name] = error.message
                continue
            if value is not None:
                values[one.name] = value
        return FilterState(self, values, args, problems)
