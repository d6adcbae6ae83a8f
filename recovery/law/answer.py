"""The one shape of every answer: the values, and everything they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from recovery.kernel.text import Text, _
from recovery.law.citations import Citation, cite
from recovery.law.parameters import Version

_WEEKDAYS = (
    _("{date}（周一）"),
    _("{date}（周二）"),
    _("{date}（周三）"),
    _("{date}（周四）"),
    _("{date}（周五）"),
    _("{date}（周六）"),
    _("{date}（周日）"),
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day inside a sentence, shown with its weekday in the reader's language."""

    day: date

    def __str__(self) -> str:
        return str(replace(_WEEKDAYS[self.day.weekday()], values={"date": self.day.isoformat()}))


def figure(value: Decimal) -> str:
    """Return `value` for readers: separated thousands, no idle zeros, money with its fen."""
    shown = f"{value:,f}"
    if "." not in shown:
        return shown
    whole, decimals = shown.split(".")
    kept = decimals.rstrip("0")
    if kept and len(decimals) > 1:
        kept = kept.ljust(2, "0")
    return f"{whole}.{kept}" if kept else whole


def _shown(value: object) -> object:
    if type(value) is date:
        return Day(value)
    return figure(value) if isinstance(value, Decimal) else value


def _for_readers(step: Text) -> Text:
    return replace(step, values={name: _shown(value) for name, value in step.values.items()})


@dataclass(frozen=True, slots=True)
class Used:
    """A version of a parameter that an answer was computed with."""

    parameter: str
    since: date
    citation: Citation
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule gives: its values, their sources, and how they were reached."""

    rule: str
    on: date
    """The day whose law was applied."""
    values: Mapping[str, object]
    """Decimal yuan or rates, days, whole numbers, yes or no: by the names of the rule."""
    nominal: date | None
    """Last day before rolling over rest days; the conservative day to warn by."""
    rolled: date | None
    """Latest lawful day."""
    reads: tuple[tuple[str, Version], ...]
    """Each parameter read, by name, with the version found; perhaps more than once."""
    calendar: str | None
    """Version of the calendar, `None` where no calendar was needed."""
    book: str
    """Version of the law book."""
    provisional: bool
    """Whether a day falls in a year whose arrangement of rest days is not yet published."""
    steps: tuple[Text, ...]
    """What was done, in order; read it through `trace`."""

    @property
    def used(self) -> tuple[Used, ...]:
        """Return every version used, once, in order of use; unconfirmed if any reading was."""
        found: dict[tuple[str, date], Version] = {}
        for name, version in self.reads:
            known = found.get((name, version.since))
            if known is None or known.confirmed:
                found[name, version.since] = version
        return tuple(
            Used(name, since, cite(version, max(self.on, since)), version.confirmed)
            for (name, since), version in found.items()
        )

    @property
    def trace(self) -> tuple[Text, ...]:
        """Return the steps as sentences; days show their weekday in the reader's language."""
        return tuple(map(_for_readers, self.steps))

    @property
    def confirmed(self) -> bool:
        """Return whether every value used is confirmed."""
        return all(version.confirmed for _name, version in self.reads)

    @property
    def articles(self) -> tuple[str, ...]:
        """Return the sources in the numbering of the day, each once, in order of use."""
        return tuple(dict.fromkeys(str(used.citation) for used in self.used))

    @property
    def source(self) -> str:
        """Return all sources as one line."""
        return "；".join(self.articles)

    @property
    def versions(self) -> dict[str, str]:
        """Return, for each parameter used, the first day of the version used."""
        return {used.parameter: used.since.isoformat() for used in self.used}

    def amount(self, name: str) -> Decimal:
        """Return the amount or rate called `name`."""
        value = self.values[name]
        if not isinstance(value, Decimal):
            raise TypeError(f"{name} is not a decimal")
        return value

    def day(self, name: str) -> date:
        """Return the day called `name`."""
        value = self.values[name]
        if not isinstance(value, date) or isinstance(value, datetime):
            raise TypeError(f"{name} is not a day")
        return value

    def number(self, name: str) -> int:
        """Return the whole number called `name`."""
        value = self.values[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{name} is not a whole number")
        return value

    def flag(self, name: str) -> bool:
        """Return the yes or no called `name`."""
        value = self.values[name]
        if not isinstance(value, bool):
            raise TypeError(f"{name} is not yes or no")
        return value
