"""The one shape of every answer: the values, and everything they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from recovery.kernel.text import Text
from recovery.law.citations import Citation


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
    used: tuple[Used, ...]
    calendar: str | None
    """Version of the calendar, `None` where no calendar was needed."""
    book: str
    """Version of the law book."""
    provisional: bool
    """Whether a day falls in a year whose arrangement of rest days is not yet published."""
    trace: tuple[Text, ...]

    @property
    def confirmed(self) -> bool:
        """Return whether every value used is confirmed."""
        return all(used.confirmed for used in self.used)

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
