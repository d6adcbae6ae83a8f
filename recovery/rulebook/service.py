"""The law book that every feature computes with, and what is kept of an answer."""

from datetime import date
from typing import Any

from flask import has_app_context

from recovery.kernel.text import Text
from recovery.law.answer import Answer, Day
from recovery.law.book import LawBook
from recovery.rulebook.book import kept_book


def current_book() -> LawBook:
    """Return the law as it ships, with what administrators added to it and two people approved.

    Outside an application, as it ships.
    """
    return kept_book() if has_app_context() else LawBook.standard()


def record_of(answer: Answer) -> dict[str, Any]:
    """Return what is kept of `answer` beside the figure or day that it gave, as JSON."""
    return {
        "rule": answer.rule,
        "on": answer.on.isoformat(),
        "articles": list(answer.articles),
        "versions": answer.versions,
        "calendar": answer.calendar,
        "book": answer.book,
        "provisional": answer.provisional,
        "confirmed": answer.confirmed,
        "trace": [_step(text) for text in answer.trace],
    }


def _step(text: Text) -> list[Any]:
    """Return a sentence of the trace as its key and values, so that any language can show it."""
    return [text.key, {name: _value(value) for name, value in text.values.items()}]


def _value(value: object) -> Any:
    if isinstance(value, Text):
        return _step(value)
    return {"day": value.day.isoformat()} if isinstance(value, Day) else str(value)


def trace_of(record: dict[str, Any]) -> list[Text]:
    """Return the sentences of a kept answer, for the reader's language."""
    return [_sentence(step) for step in record["trace"]]


def _sentence(step: list[Any]) -> Text:
    key, values = step
    return Text(key, {name: _shown(value) for name, value in values.items()})


def _shown(value: Any) -> object:
    if isinstance(value, list):
        return _sentence(value)
    return Day(date.fromisoformat(value["day"])) if isinstance(value, dict) else value
