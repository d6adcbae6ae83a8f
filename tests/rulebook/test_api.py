"""The law over HTTP answers as `recovery law eval` does, and as its OpenAPI text says."""

import json
from collections.abc import Callable

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from requests import PreparedRequest
from schemathesis import Response
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from recovery.kernel import clock
from recovery.law.batch import answer_lines
from recovery.law.registry import RULES
from recovery.rulebook.service import current_book
from recovery.web.language import translate_for
from tests.conftest import Browser

QUESTIONS = [
    {"id": 1, "rule": "court_fee.acceptance", "inputs": {"amount": "86543.21"}},
    {"id": "two", "rule": "deadline.appeal.judgment", "inputs": {"trigger": "2026-03-06"}},
    {"id": 3, "rule": "no.such.rule", "inputs": {}},
    {"id": 4, "rule": "court_fee.acceptance", "inputs": {"amount": 5}},
]


@pytest.fixture
def counsel(signed_in: Callable[..., Browser]) -> Browser:
    """Return the browser of somebody who calculates."""
    return signed_in("counsel")


def expected(app: Flask) -> list[dict[str, object]]:
    lines = [json.dumps(question) for question in QUESTIONS]
    english = translate_for("en")
    return list(answer_lines(lines, book=current_book(), today=clock.today(), english=english))


def test_a_json_list_is_answered_as_on_the_command_line(app: Flask, counsel: Browser) -> None:
    answer = counsel.post("/api/law/eval", json=QUESTIONS)
    assert answer.status_code == 200
    assert answer.json == expected(app)
    assert [one.get("id") for one in answer.json] == [1, "two", 3, 4]
    assert answer.json[3]["field"] == "amount"


def test_json_lines_are_answered_as_json_lines(app: Flask, counsel: Browser) -> None:
    body = "\n".join(json.dumps(question) for question in QUESTIONS)
    answer = counsel.post("/api/law/eval", data=body.encode())
    assert answer.mimetype == "application/x-ndjson"
    assert [json.loads(line) for line in answer.text.splitlines()] == expected(app)


@pytest.mark.parametrize("body", ["[1,", "[", '[{"rule": ]'])
def test_a_broken_list_is_refused_as_a_whole(counsel: Browser, body: str) -> None:
    answer = counsel.post("/api/law/eval", data=body)
    assert (answer.status_code, list(answer.json)) == (400, ["error"])


def test_too_many_questions_are_refused(counsel: Browser) -> None:
    assert counsel.post("/api/law/eval", json=[1] * 10_001).status_code == 413


def test_a_question_without_the_token_is_refused(counsel: Browser) -> None:
    assert counsel.post("/api/law/eval", json=QUESTIONS, csrf=False).status_code == 400


def test_every_rule_is_described_with_its_inputs(counsel: Browser) -> None:
    listed = {one["id"]: one for one in counsel.get("/api/law/rules").json}
    assert set(listed) == set(RULES)
    appeal = listed["court_fee.reduced"]
    assert appeal["title"] == "减半后的案件受理费"
    assert [one["name"] for one in appeal["inputs"]] == ["amount", "procedure", "closing"]
    assert appeal["inputs"][1]["values"] == ["ordinary", "summary"]


def test_the_description_names_no_other_host(counsel: Browser) -> None:
    text = counsel.get("/api/law/openapi.json").text
    assert json.loads(text)["openapi"].startswith("3.")
    assert "http" not in text.replace("http_status", "").replace("HTTP", "")


def test_whatever_fits_the_description_is_answered_as_it_says(app: Flask, counsel: Browser) -> None:
    schema = schemathesis.openapi.from_dict(counsel.get("/api/law/openapi.json").json)
    operation = schema["/api/law/eval"]["POST"]
    statuses = set()

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    @given(case=operation.as_strategy())
    def answered(case: schemathesis.Case) -> None:
        got = counsel.post("/api/law/eval", json=case.body, query_string=case.query)
        statuses.add(got.status_code)
        sent = PreparedRequest()
        sent.prepare("POST", "http://localhost/api/law/eval")
        case.validate_response(
            Response(
                status_code=got.status_code,
                headers={"content-type": [got.content_type]},
                content=got.data,
                request=sent,
                elapsed=0.0,
                verify=False,
            ),
            checks=[response_schema_conformance, status_code_conformance],
        )

    answered()
    assert 200 in statuses
