"""Every rule of the law by its id, and the one way to evaluate any of them from plain data."""

import inspect
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import (
    Any,
    Concatenate,
    Generic,
    Literal,
    ParamSpec,
    get_args,
    get_origin,
    get_type_hints,
)

from recovery.kernel.text import _
from recovery.law.answer import Answer
from recovery.law.book import LawBook
from recovery.law.errors import BadInput, UnknownRule
from recovery.law.inputs import Field, kind_of, read
from recovery.law.paper import Paper

P = ParamSpec("P")

RULES: dict[str, "Rule[Any]"] = {}
"""Every rule by id; complete once `recovery.law.rules` is imported."""

_DAY = kind_of(date)


class Rule(Generic[P]):
    """A computation of the law: call it with a book, the day whose law applies, and its inputs."""

    def __init__(
        self,
        rule: str,
        compute: Callable[Concatenate[Paper, P], Mapping[str, object]],
        dated_by: str | None,
    ) -> None:
        self.id = rule
        self.compute = compute
        self.dated_by = dated_by
        """The input whose day decides the law where the caller names no other day."""
        self.__doc__ = compute.__doc__

    def __call__(self, book: LawBook, on: date, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        """Return the answer under `book` and the law of the day `on`.

        Raises:
            NoLawInForce: the book holds no law for a day that matters.
            BadInput: the inputs contradict each other.
        """
        paper = Paper(book, on)
        values = self.compute(paper, *args, **kwargs)
        return paper.answer(self.id, values)

    @cached_property
    def inputs(self) -> tuple[Field, ...]:
        """Return what the rule takes, in the order of its signature."""
        hints = get_type_hints(self.compute, include_extras=True)
        parameters = list(inspect.signature(self.compute).parameters.values())[1:]
        return tuple(
            Field(each.name, kind_of(hints[each.name]), each.default is not inspect.Parameter.empty)
            for each in parameters
        )

    @cached_property
    def results(self) -> Mapping[str, str]:
        """Return the names and types of what the rule gives; empty where the input names them."""
        given = get_type_hints(self.compute, include_extras=True)["return"]
        hints = get_type_hints(given) if isinstance(given, type) else {}
        return {name: _type_name(hint) for name, hint in hints.items()}


def rule(
    name: str, *, dated_by: str | None = None
) -> Callable[[Callable[Concatenate[Paper, P], Mapping[str, object]]], Rule[P]]:
    """Make the decorated function the rule `name`."""

    def register(compute: Callable[Concatenate[Paper, P], Mapping[str, object]]) -> Rule[P]:
        if name in RULES:
            raise ValueError(f"two rules are called {name}")
        RULES[name] = made = Rule(name, compute, dated_by)
        return made

    return register


_NAMES: Mapping[object, str] = {
    Decimal: "decimal string",
    date: "date",
    datetime: "local datetime",
    time: "time",
    bool: "boolean",
    int: "integer",
    str: "text",
}


def _type_name(hint: Any) -> str:
    """Return the name that readers know a result's type by."""
    if hint in _NAMES:
        return _NAMES[hint]
    if get_origin(hint) is Literal:
        return "text"
    if get_origin(hint) is list:
        hints = get_type_hints(get_args(hint)[0])
        listed = ", ".join(f"{name}: {_type_name(each)}" for name, each in hints.items())
        return f"list of {{{listed}}}"
    raise TypeError(f"a rule cannot give {hint}")


def plain(value: object) -> object:
    """Return `value` as JSON can hold it: decimals and days as text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def ask(rule: str, inputs: Mapping[str, object], book: LawBook, today: date) -> Answer:
    """Return the answer of the rule `rule` to `inputs` as JSON gives them.

    `inputs` may hold `on`, the day whose law applies; without it the law of `today` applies,
    or of the day of the event where the law itself decides by that day.

    Raises:
        UnknownRule: no rule has that id.
        BadInput: an input is missing, unknown, of the wrong kind, or impossible.
        NoLawInForce: the book holds no law for the day.
    """
    found = RULES.get(rule)
    if found is None:
        raise UnknownRule(rule)
    given = dict(inputs)
    named = given.pop("on", None)
    values = read(found.inputs, given)
    on = today
    if named is not None:
        on = as_day(named)
    elif found.dated_by is not None:
        on = values.get(found.dated_by, today)  # type: ignore[assignment]
    return found(book, on, **values)


def as_day(raw: object) -> date:
    """Return `raw` as the day whose law applies.

    Raises:
        BadInput: it is no day.
    """
    day = _DAY.parse(raw, "on")
    if not isinstance(day, date):
        raise BadInput("on", _("应为 YYYY-MM-DD 格式的日期。"))
    return day


def evaluate(
    rule: str, inputs: Mapping[str, object], book: LawBook, today: date
) -> dict[str, object]:
    """Return the answer to `rule` as plain data: `result` and, beside it, what it rests on.

    Raises:
        UnknownRule: no rule has that id.
        BadInput: an input is missing, unknown, of the wrong kind, or impossible.
        NoLawInForce: the book holds no law for the day.
    """
    return record(ask(rule, inputs, book, today))


def record(answer: Answer) -> dict[str, object]:
    """Return `answer` as plain data; its trace is in the language of whoever reads now."""
    return {
        "result": plain(answer.values),
        "source": answer.source,
        "rule": answer.rule,
        "on": answer.on.isoformat(),
        "articles": list(answer.articles),
        "nominal": plain(answer.nominal),
        "rolled": plain(answer.rolled),
        "provisional": answer.provisional,
        "confirmed": answer.confirmed,
        "versions": {
            "book": answer.book,
            "calendar": answer.calendar,
            "parameters": answer.versions,
        },
        "trace": [str(step) for step in answer.trace],
    }
