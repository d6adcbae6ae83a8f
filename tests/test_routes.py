"""Every route, as every role, against the rights table; every POST with its token.

The walk finds routes by itself: a new one needs a line here only when it is open to all.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from recovery.access.rights import RIGHTS, Role, may
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.models import AuditEvent
from tests.conftest import Browser

PUBLIC = {
    "static",
    "access.sign_in",
    "access.show_code",
    "web.choose_language",
    "web.choose_theme",
    "health.alive",
    "health.ready",
    "health.metrics",
    "public.check",
    "public.of_dossier",
    "log.read",
}
"""The views that need no sign-in. Whoever adds one here says why in its docstring."""

ENDING = {"access.sign_out"}
"""The views after which a session is over."""

NOWHERE = {"int": 987654321, "float": 9.5, "string": "no-such-thing", "path": "no/such/thing"}
"""What stands for a record in an address: one that does not exist."""

FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.S | re.I)


@dataclass(frozen=True)
class Call:
    """A route with a method, and the address of a record that does not exist."""

    rule: Rule
    method: str
    url: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} ({self.rule.endpoint})"


def calls(app: Flask) -> Iterator[Call]:
    """Yield every call that the application answers."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        values = {
            name: NOWHERE[kinds[type(converter).__name__]]
            for name, converter in rule._converters.items()
        }
        adapter = app.url_map.bind("localhost")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Call(rule, method, adapter.build(rule.endpoint, values, method=method))


kinds = {
    "RowNumber": "int",
    "FloatConverter": "float",
    "UnicodeConverter": "string",
    "PathConverter": "path",
}


def send(client: FlaskClient, call: Call, **more: object) -> TestResponse:
    """Send the call; a fault is an answer too, so that one does not hide the others."""
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    return client.open(call.url, method=call.method, **more)


def guard(app: Flask, call: Call) -> Action | None:
    return getattr(app.view_functions[call.rule.endpoint], "action", None)


def is_public(app: Flask, call: Call) -> bool:
    return getattr(app.view_functions[call.rule.endpoint], "public", False)


def asks_to_sign_in(response: TestResponse) -> bool:
    return response.status_code == 401 or "/sign-in" in (response.location or "")


def test_every_view_is_guarded_or_listed_as_public(app: Flask):
    marks = ("action", "signed_in", "public")
    unmarked = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if not any(hasattr(view, mark) for mark in marks)
    }
    public = {endpoint for endpoint, view in app.view_functions.items() if hasattr(view, "public")}
    assert unmarked <= PUBLIC
    assert public <= PUBLIC


def test_every_act_stands_in_the_rights_table():
    assert [action for action in Action if action not in RIGHTS] == []


def test_the_external_auditor_and_the_auditor_only_read():
    reading = {"view", "verify", "check", "export", "download", "calculate"}
    own = {"session", "account", "view", "sample", "cosignature"}
    for role in (Role.EXTERNAL_AUDITOR, Role.AUDITOR):
        held = [action.value.split(".") for action in Action if may(role, action)]
        assert [
            act for act in held if act[1].split("_")[0] not in reading and act[0] not in own
        ] == []


def test_who_makes_accounts_moves_no_money():
    assert not may(Role.ADMINISTRATOR, Action.RECORD_TRANSACTION)
    assert not may(Role.ADMINISTRATOR, Action.FREEZE_PACKAGE)
    assert [role for role in Role if may(role, Action.MANAGE_USERS)] == [Role.ADMINISTRATOR]


def test_a_visitor_is_asked_to_sign_in_everywhere_but_on_public_pages(
    app: Flask, browser_client: Browser
):
    wrong = []
    for call in calls(app):
        response = send(browser_client, call)
        if not is_public(app, call) and not asks_to_sign_in(response):
            wrong.append(f"{call}: {response.status_code}")
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_every_role_opens_exactly_what_its_rights_say(
    app: Flask, signed_in: Callable[..., Browser], role: Role
):
    wrong, client = [], signed_in(role)
    for call in calls(app):
        action = guard(app, call)
        response = send(client, call)
        fault = judged(app, call, response, allowed=action is None or may(role, action))
        if fault:
            wrong.append(f"{call}: {response.status_code}, {fault}")
        if call.rule.endpoint in ENDING:
            client = signed_in(role)
    assert wrong == []


def judged(app: Flask, call: Call, response: TestResponse, *, allowed: bool) -> str:
    """Return what is wrong with the answer; blank when it is as the table says."""
    if is_public(app, call):
        return "a fault" if response.status_code == 500 else ""
    if not allowed:
        return "" if response.status_code == 403 else "should be 403"
    asks = asks_to_sign_in(response) and call.rule.endpoint not in ENDING
    if asks or response.status_code in {403, 500}:
        return "should be let through"
    if call.method == "GET" and call.rule.arguments and response.status_code != 404:
        return "a record that does not exist should be 404"
    if response.status_code == 200 and (open_form := form_without_token(response)):
        return f"a form without its token: {open_form}"
    return ""


def form_without_token(response: TestResponse) -> str:
    """Return the beginning of a posting form that carries no token; blank when there is none."""
    if not response.mimetype.startswith("text/html"):
        return ""
    forms = FORM.findall(response.text)
    return next((form[:120] for form in forms if 'name="csrf_token"' not in form), "")


def test_every_post_without_its_token_is_refused(app: Flask, signed_in: Callable[..., Browser]):
    clients = {role: signed_in(role) for role in Role}
    wrong = []
    for call in calls(app):
        if call.method == "GET":
            continue
        action = guard(app, call)
        role = next((role for role in Role if action is None or may(role, action)), Role.AUDITOR)
        response = send(clients[role], call, csrf=False)
        if response.status_code != 400:
            wrong.append(f"{call}: {response.status_code}")
    assert wrong == []


def test_no_page_that_is_only_looked_at_leaves_an_audit_event(
    app: Flask, signed_in: Callable[..., Browser]
):
    clients = {role: signed_in(role) for role in Role}
    count = select(func.count()).select_from(AuditEvent)
    before = db.session.scalar(count)
    for call in calls(app):
        action = guard(app, call)
        role = next((role for role in Role if action is None or may(role, action)), None)
        if call.method == "GET" and role is not None:
            send(clients[role], call)
    db.session.rollback()
    assert db.session.scalar(count) == before
