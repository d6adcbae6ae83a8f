"""The law over HTTP: the same questions and answers as `recovery law eval`, with an OpenAPI text.

For the signed-in person's own programs in the same origin: the session cookie, and the token of
every POST in the header `X-CSRFToken`.
"""

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field, RootModel
from spectree import Response as Responses
from spectree import SpecTree

from recovery import __version__
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.text import Text, _
from recovery.law.batch import answer_lines
from recovery.law.commands import written
from recovery.law.inputs import outer_name
from recovery.law.registry import RULES
from recovery.rulebook.calculators import Place
from recovery.rulebook.words import Word, input_label, rule_title, subject_of
from recovery.web.language import translate_for
from recovery.web.rights import allowed

bp = Blueprint("law_api", __name__, url_prefix="/api/law")

spec = SpecTree(
    "flask",
    mode="strict",
    annotations=False,
    title="Recovery: the law of loan recovery",
    version=__version__,
    naming_strategy=lambda model: str(model.__name__),
    nested_naming_strategy=lambda _parent, child: child,
)
"""Only describes: questions are read by the law itself, whose errors name field and reason."""

MOST_QUESTIONS = 10_000
LARGEST_BODY = 8 * 1024 * 1024
"""Octets of one request."""

LINES = "application/x-ndjson"


class Question(BaseModel):
    """One question to a rule."""

    id: str | int | None = Field(None, description="Comes back with the answer")
    rule: str = Field(description="Id of a rule, from /api/law/rules")
    inputs: dict[str, Any] = Field(
        default_factory=dict,
        description="By the names of the rule; `on` names the day whose law applies",
    )


class Questions(RootModel[list[Question]]):
    """A list of questions; a body of JSON lines with one question each is taken too."""


class Versions(BaseModel):
    """What the answer was computed with."""

    book: str
    calendar: str | None
    parameters: dict[str, str] = Field(description="Parameter: first day in force of its version")


class Answered(BaseModel):
    """An answer, or `error` with the field and the reason where there is none."""

    id: str | int | None = None
    result: dict[str, Any] | None = None
    source: str | None = None
    rule: str | None = None
    on: str | None = None
    articles: list[str] | None = None
    nominal: str | None = Field(None, description="Last day before rolling over rest days")
    rolled: str | None = Field(None, description="Latest lawful day")
    provisional: bool | None = None
    confirmed: bool | None = None
    versions: Versions | None = None
    trace: list[str] | None = None
    trace_en: list[str] | None = None
    error: str | None = None
    field: str | None = None
    reason: str | None = None


class Answers(RootModel[list[Answered]]):
    """One answer for each question, in order."""


class Input(BaseModel):
    """An input of a rule."""

    name: str
    type: str
    optional: bool
    values: list[str] = Field(description="What it may be; empty where it is not a closed list")
    title: str
    title_en: str


class Described(BaseModel):
    """A rule with what it takes and gives."""

    id: str
    subject: str
    title: str
    title_en: str
    inputs: list[Input]
    results: dict[str, str] = Field(description="Name: type; empty where the inputs name them")


class Rules(RootModel[list[Described]]):
    """Every rule."""


class Refusal(BaseModel):
    """Why the whole request was refused."""

    error: str


class PlaceAsked(BaseModel):
    """Whose settings apply."""

    court: str = ""
    province: str = ""


@bp.post("/eval")
@allowed(Action.USE_CALCULATORS)
@spec.validate(
    query=PlaceAsked,
    json=Questions,
    resp=Responses(HTTP_200=Answers, HTTP_400=Refusal, HTTP_413=Refusal),
    tags=("law",),
    skip_validation=True,
)
def evaluate() -> ResponseReturnValue:
    """Answer a list of questions.

    One that cannot be answered gives an error in its place; the others are answered all the same.
    """
    if (request.content_length or 0) > LARGEST_BODY:
        return refused(413, _("内容过大。"))
    body = request.get_data(as_text=True)
    as_list = body.lstrip().startswith("[")
    lines = listed(body) if as_list else body.splitlines()
    if lines is None:
        return refused(400, _("不是有效的 JSON 列表。"))
    if len(lines) > MOST_QUESTIONS:
        return refused(413, _("一次最多 {count} 个问题。", count=MOST_QUESTIONS))
    answers = answered(lines)
    if as_list:
        return jsonify(list(answers))
    return Response((written(one) + b"\n" for one in list(answers)), mimetype=LINES)


def refused(status: int, reason: Text) -> ResponseReturnValue:
    """Return the refusal of a whole request."""
    return jsonify(error=str(reason)), status


def listed(body: str) -> list[str] | None:
    """Return the items of a JSON list as lines; None where it is none."""
    try:
        items = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return [json.dumps(item) for item in items]


def answered(lines: list[str]) -> Iterator[dict[str, object]]:
    """Yield an answer for each line, by the book of the place that the query names."""
    place = Place(
        court=request.args.get("court", "").strip(),
        province=request.args.get("province", "").strip(),
    )
    return answer_lines(lines, book=place.book(), today=clock.today(), english=translate_for("en"))


@bp.get("/rules")
@allowed(Action.USE_CALCULATORS)
@spec.validate(resp=Responses(HTTP_200=Rules), tags=("law",), skip_validation=True)
def rules() -> ResponseReturnValue:
    """List every rule with its inputs and results."""
    return jsonify([described(rule) for rule in sorted(RULES)])


def described(rule: str) -> dict[str, object]:
    """Return a rule as the list of rules gives it."""
    return {
        "id": rule,
        "subject": subject_of(rule),
        **both(rule_title(rule)),
        "inputs": [
            {
                "name": outer_name(one.name),
                "type": one.kind.name,
                "optional": one.optional,
                "values": list(one.kind.values),
                **both(input_label(rule, outer_name(one.name))),
            }
            for one in RULES[rule].inputs
        ],
        "results": dict(RULES[rule].results),
    }


def both(name: Word) -> dict[str, str]:
    """Return a name in both languages."""
    return {"title": name.chinese, "title_en": name.english}


@bp.get("/openapi.json")
@allowed(Action.USE_CALCULATORS)
def description() -> ResponseReturnValue:
    """Describe these endpoints as OpenAPI 3."""
    return jsonify(spec.spec)
