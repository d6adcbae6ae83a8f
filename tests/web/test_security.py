"""Every answer carries its headers; every refusal is a page that says what to do."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from recovery.kernel.actions import Action
from recovery.kernel.errors import Conflict, Forbidden, NotFound, RecoveryError, RuleViolation
from recovery.web.addresses import is_inside
from recovery.web.errors import status_of
from recovery.web.rights import allowed
from recovery.web.security import csrf

ADDRESSES = ["/-/style", "/nowhere", "/static/css/recovery.css", "/healthz"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_security_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-ID"])
    assert "Strict-Transport-Security" not in headers


def test_tls_is_asked_for_from_then_on(client: FlaskClient) -> None:
    answer = client.get("/-/style", base_url="https://recovery.example")
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]


def test_pages_are_kept_by_no_cache_and_files_for_a_year(client: FlaskClient) -> None:
    assert client.get("/-/style").headers["Cache-Control"] == "no-store"
    page = client.get("/-/style").text
    address = re.search(r'href="(/static/css/recovery\.css\?v=[0-9a-f]+)"', page)
    assert address is not None
    assert "max-age=31536000" in client.get(address[1]).headers["Cache-Control"]


def test_files_are_sent_compressed_to_who_can_read_them(client: FlaskClient) -> None:
    plain = client.get("/static/css/recovery.css", headers={"Accept-Encoding": "identity"})
    packed = client.get("/static/css/recovery.css", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    again = client.get(
        "/static/css/recovery.css",
        headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["../__init__.py", "..%2f..%2fpyproject.toml", "nowhere.css"])
def test_no_file_outside_the_folder_is_sent(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_pages_hold_no_inline_script_style_or_handler(client: FlaskClient) -> None:
    for kind in ("worklist", "record", "form", "wizard", "job", "report"):
        page = client.get(f"/-/style/{kind}").text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
        for attributes in re.findall(r"<script([^>]*)>", page):
            assert "src=" in attributes or "application/json" in attributes


REFUSALS = [
    (NotFound("没有这条记录。"), 404),
    (Forbidden("没有权限。"), 403),
    (RuleViolation("金额须大于零。"), 409),
    (Conflict("刚刚被改动。"), 409),
]


def raising(frame: Flask, error: Exception) -> FlaskClient:
    """Return a client of an application with a view that raises."""

    def view() -> ResponseReturnValue:
        raise error

    frame.add_url_rule("/raise", "raise", view, methods=["GET", "POST"])
    frame.config["PROPAGATE_EXCEPTIONS"] = False
    return frame.test_client()


@pytest.mark.parametrize(("error", "status"), REFUSALS)
def test_an_error_of_ours_is_a_page_with_its_sentence(
    frame: Flask, error: RecoveryError, status: int
) -> None:
    answer = raising(frame, error).get("/raise")
    assert answer.status_code == status == status_of(error)
    assert str(error) in answer.text
    assert "<main" in answer.text


def test_a_refused_post_hands_back_what_was_typed_but_no_secret(frame: Flask) -> None:
    typed = {"note": "先查车辆登记", "password": "hunter2", "code": "123456", "csrf_token": "t"}
    page = raising(frame, RuleViolation("不可以。")).post("/raise", data=typed).text
    assert "先查车辆登记" in page
    assert "hunter2" not in page
    assert "123456" not in page


def test_a_refusal_to_htmx_is_a_fragment_and_to_a_program_json(frame: Flask) -> None:
    client = raising(frame, RuleViolation("不可以。"))
    fragment = client.get("/raise", headers={"HX-Request": "true"}).text
    assert "data-fragment" in fragment
    assert "<main" not in fragment
    answer = client.get("/raise", headers={"Accept": "application/json"})
    assert answer.get_json()["error"] == "不可以。"


def test_a_fault_of_the_program_shows_its_reference_and_no_detail(
    frame: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = raising(frame, ZeroDivisionError("secret detail")).get("/raise")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    assert "secret detail" not in answer.text


def test_a_post_without_its_token_is_refused_and_keeps_what_was_typed(frame: Flask) -> None:
    frame.config["WTF_CSRF_ENABLED"] = True
    answer = frame.test_client().post("/-/lists/views", data={"name": "可疑类"})
    assert answer.status_code == 400
    assert "可疑类" in answer.text
    assert csrf._exempt_views == set()


def test_what_is_too_large_is_refused_before_it_is_read(frame: Flask) -> None:
    frame.config["MAX_CONTENT_LENGTH"] = 10
    answer = frame.test_client().post("/-/lists/views", data={"name": "x" * 100})
    assert answer.status_code == 413
    assert "没有保存" in answer.text


def test_a_view_asks_for_its_right(frame: Flask) -> None:
    @allowed(Action.MANAGE_USERS)
    def guarded() -> str:
        return "secret"

    frame.add_url_rule("/guarded", "guarded", guarded)
    client = frame.test_client()
    answer = client.get("/guarded")
    assert (answer.status_code, "secret" in answer.text) == (403, False)
    assert client.get("/guarded?anonymous=1").status_code == 401
    assert guarded.action is Action.MANAGE_USERS  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("/loans/?a=1", True),
        ("//evil.example/", False),
        ("/\\evil.example", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("loans", False),
        ("", False),
    ],
)
def test_one_is_sent_back_only_inside(address: str, inside: bool) -> None:
    assert is_inside(address) is inside


def test_choosing_a_language_never_leads_out(client: FlaskClient) -> None:
    answer = client.post("/-/language/en", data={"next": "//evil.example/"})
    assert answer.headers["Location"] == "/"
