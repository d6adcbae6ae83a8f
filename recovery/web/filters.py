"""The filter bar of a list, declared once: query string ↔ typed values ↔ chips.

A feature declares `FILTERS = FilterBar((Words("q", _("姓名")), AmountRange("owed", _("欠款")), …))`
and its query reads `state.get("owed")`. A value that cannot be read, or does not exist (any more),
is a problem that the bar shows; meanwhile the list has no rows and offers nothing to do with them,
so that nobody acts on more than they asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _
from recovery.web.filter_kinds import (
    AmountRange,
    Args,
    Choices,
    CountRange,
    DayRange,
    Filter,
    Pairs,
    PercentRange,
    Range,
    RangeFilter,
    Words,
)
from recovery.web.reading import Unreadable

__all__ = [
    "AmountRange",
    "Args",
    "Chip",
    "Choices",
    "CountRange",
    "DayRange",
    "Filter",
    "FilterBar",
    "FilterState",
    "Pairs",
    "PercentRange",
    "Range",
    "RangeFilter",
    "Words",
]


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
