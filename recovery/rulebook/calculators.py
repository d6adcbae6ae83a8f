"""What a calculator shows: an answer of the law, in words and figures of the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from recovery.kernel.errors import RecoveryError
from recovery.kernel.text import Text, _
from recovery.law.answer import Answer, Used, figure
from recovery.law.book import LawBook
from recovery.law.courts import places_of
from recovery.law.errors import BadInput
from recovery.law.parameters import Version
from recovery.law.registry import ask
from recovery.rulebook.drafts import known_parameter
from recovery.rulebook.service import current_book
from recovery.rulebook.words import (
    Word,
    parameter_title,
    result_label,
    rule_title,
    value_label,
)
from recovery.web import display

SHARES = frozenset({"annual_rate", "penalty_rate", "max_penalty_rate"})
PLAIN = frozenset({"lpr_1y", "cap_pct", "weighted_by_principal_interest"})
"""Decimal results that are no amounts."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose law is asked: of which day, at which court, in which province."""

    on: date | None = None
    court: str = ""
    province: str = ""

    def book(self) -> LawBook:
        """Return the law book as that place reads it."""
        places = places_of(self.court, self.province)
        return current_book().at(*places) if places else current_book()


@dataclass(frozen=True, slots=True)
class Line:
    """One result: what it is, and how it reads."""

    name: str
    label: Word
    shown: str
    rows: tuple[Mapping[str, str], ...] = ()
    """Where the result is a list: its items, by the names of their parts."""


@dataclass(frozen=True, slots=True)
class Source:
    """A version of a parameter that the answer used."""

    title: Word
    version: Used
    mark: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer ready to be shown, or why there is none."""

    rule: str
    title: Word
    lines: tuple[Line, ...] = ()
    answer: Answer | None = None
    sources: tuple[Source, ...] = ()
    fault: Text | str = ""
    field: str = ""
    """Input that the fault is about; blank where it is about none."""

    @property
    def main_lines(self) -> tuple[Line, ...]:
        """The lines without the nominal last day, which `rolled_from` tells where it differs."""
        if len(self.lines) == 1:
            return self.lines
        return tuple(line for line in self.lines if line.name != "nominal_last_day")

    @property
    def rolled_from(self) -> date | None:
        """The nominal last day where the answer lies on another one."""
        answer = self.answer
        if answer is None or answer.nominal is None or answer.nominal == answer.rolled:
            return None
        return answer.nominal


def outcome(rule: str, inputs: Mapping[str, object], place: Place, today: date) -> Outcome:
    """Ask the law and return what to show; a refusal is shown too."""
    title, book = rule_title(rule), place.book()
    question = dict(inputs)
    if place.on is not None:
        question["on"] = place.on.isoformat()
    try:
        answer = ask(rule, question, book, today)
    except BadInput as error:
        name = error.field.split("[")[0].split(".")[0]
        return Outcome(rule, title, fault=error.reason, field=name)
    except RecoveryError as error:
        return Outcome(rule, title, fault=error.message)
    lines = tuple(_line(name, value) for name, value in answer.values.items())
    return Outcome(rule, title, lines, answer, _sources(answer, book))


def _line(name: str, value: object) -> Line:
    if isinstance(value, list | tuple):
        rows = tuple(
            {part: shown(part, item) for part, item in each.items()}
            for each in value
            if isinstance(each, Mapping)
        )
        return Line(name, result_label(name), "", rows)
    return Line(name, result_label(name), shown(name, value))


def shown(name: str, value: object) -> str:
    """Return a result as the reader reads it: amounts with separators, days with weekdays."""
    if value is None:
        return display.UNKNOWN
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, Decimal):
        if name in SHARES:
            return display.percent(value)
        return figure(value) if name in PLAIN else str(_("{amount} 元", amount=display.yuan(value)))
    if isinstance(value, datetime):
        return f"{display.deadline(value.date())} {value:%H:%M}"
    if isinstance(value, date):
        return display.deadline(value)
    return str(value_label(value)) if isinstance(value, str) else str(value)


def _sources(answer: Answer, book: LawBook) -> tuple[Source, ...]:
    """Return the versions used, with their marks."""
    versions: dict[tuple[str, date], Version] = {
        (name, version.since): version for name, version in answer.reads
    }
    return tuple(
        Source(
            parameter_title(known_parameter(book, used.parameter)),
            used,
            versions[used.parameter, used.since].mark,
        )
        for used in answer.used
    )
