"""Answer many questions, one JSON object a line; one bad line never stops the others."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextvars import copy_context
from datetime import date

from recovery.kernel.errors import RecoveryError
from recovery.kernel.text import Text, Translator, _, use_translator
from recovery.law import rules
from recovery.law.book import LawBook
from recovery.law.errors import BadInput
from recovery.law.registry import ask, record

assert rules.MODULES, "the registry is complete only once every module of rules is imported"


_BYTE_ORDER_MARK = "\ufeff"


def answer_lines(
    lines: Iterable[str], *, book: LawBook, today: date, english: Translator
) -> Iterator[dict[str, object]]:
    """Yield one answer or one error for each line that is not blank.

    A line holds `id`, `rule`, `inputs`. An answer holds `id`, `result`, `source` and what it rests
    on, with the trace in both languages; an error `id`, `error`, and `field` and `reason` if known.
    """
    for line in lines:
        if line.strip():
            yield _answer(line, book, today, english)


def _answer(line: str, book: LawBook, today: date, english: Translator) -> dict[str, object]:
    name: object = None
    try:
        question = _question(line)
        name = question.get("id")
        rule, inputs = _rule_and_inputs(question)
        answer = ask(rule, inputs, book, today)
    except BadInput as error:
        reason = str(error.reason)
        return {"id": name, "error": str(error), "field": error.field, "reason": reason}
    except RecoveryError as error:
        return {"id": name, "error": str(error), "reason": str(error)}
    trace_en = copy_context().run(_read_by, english, answer.trace)
    return {"id": name, **record(answer), "trace_en": trace_en}


def _read_by(translator: Translator, trace: Iterable[Text]) -> list[str]:
    use_translator(translator)
    return [str(step) for step in trace]


def _question(line: str) -> Mapping[str, object]:
    try:
        question = json.loads(line.removeprefix(_BYTE_ORDER_MARK))
    except (ValueError, RecursionError):
        raise BadInput("line", _("不是有效的 JSON。")) from None
    if not isinstance(question, dict):
        raise BadInput("line", _("应为 JSON 对象。"))
    return question


def _rule_and_inputs(question: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    rule, inputs = question.get("rule"), question.get("inputs", {})
    if not isinstance(rule, str):
        raise BadInput("rule", _("应为规则名称。"))
    if not isinstance(inputs, dict):
        raise BadInput("inputs", _("应为对象。"))
    if "on" in question and "on" not in inputs:
        inputs = {**inputs, "on": question["on"]}
    return rule, inputs
