"""Tokens of programs: issued and ended by administrators on pages and at the command line."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from recovery.access import tokens
from recovery.access.commands import user
from recovery.access.models import UserAccount, UserSession
from recovery.kernel import clock
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import Work, system_work
from tests.conftest import Browser

PAGE = "/people/tokens/"


def issued(account: UserAccount, name: str = "核心系统", days: int = 30) -> str:
    """Return a token of an account."""
    with system_work("tests") as work:
        row = work.session.get_one(UserAccount, account.id)
        return tokens.issue_token(work, row, name, days=days).token


def shown_by(app: Flask, token: str) -> int:
    """Return how the API answers a program that shows a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().get("/api/evidence/openapi.json", headers=headers).status_code


def test_a_token_is_issued_on_a_page_shown_once_and_opens_the_api(
    app: Flask, signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
) -> None:
    client, account = signed_in("administrator"), person("asset_manager")
    asked = client.get(f"{PAGE}new?username={account.username}").text
    assert f'value="{account.username}"' in asked
    typed = {"program": "核心系统", "username": account.username, "days": "30"}
    page = client.post(f"{PAGE}new", data=typed).text
    found = re.search(r'id="token">([^<]+)<', page)
    assert found is not None
    assert shown_by(app, found[1]) == 200
    listed = client.get(PAGE).text
    assert "核心系统" in listed
    assert account.username in listed
    assert found[1] not in listed


def test_a_token_that_is_ended_on_its_page_opens_nothing_and_leaves_an_event(
    app: Flask, signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
) -> None:
    client, account = signed_in("administrator"), person("asset_manager")
    token = issued(account)
    assert shown_by(app, token) == 200
    row = db.session.scalars(select(UserSession).where(UserSession.valid_until.is_not(None))).one()
    number = row.id
    assert f"{PAGE}{number}/end" in client.get(PAGE).text
    assert client.post(f"{PAGE}{number}/end").location == PAGE
    assert shown_by(app, token) == 401
    assert f"{PAGE}{number}/end" not in client.get(PAGE).text
    db.session.rollback()
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.subject_id) == ("user.manage", account.id)
    assert event.changes == {"token_ended": number, "program": "核心系统"}


def test_tokens_are_found_by_program_account_and_state(
    signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
) -> None:
    client, account = signed_in("administrator"), person("asset_manager")
    issued(account, "核心系统")
    issued(account, "夜间报表")
    with system_work("tests") as work:
        rows = work.session.scalars(select(UserSession).where(UserSession.device == "夜间报表"))
        rows.one().valid_until = clock.machine_now() - timedelta(seconds=1)
    assert "夜间报表" not in client.get(f"{PAGE}?q=核心系统").text
    assert "核心系统" in client.get(f"{PAGE}?q={account.username}").text
    assert "夜间报表" not in client.get(f"{PAGE}?state=live").text
    assert "已到期" in client.get(f"{PAGE}?state=over").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"username": "nobody"}, "没有用户 nobody"),
        ({"days": "0"}, "有效期为"),
        ({"days": "99999"}, "有效期为"),
        ({"program": ""}, "必填"),
    ],
)
def test_what_cannot_be_issued_is_said_beside_the_form(
    signed_in: Callable[..., Browser], typed: dict[str, str], sentence: str
) -> None:
    client = signed_in("administrator")
    given = {"program": "核心系统", "username": "administrator", "days": "30"} | typed
    page = client.post(f"{PAGE}new", data=given)
    assert page.status_code in {404, 409, 422}
    assert sentence in page.text


def test_an_auditor_reads_the_list_and_ends_nothing(
    signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
) -> None:
    issued(person("asset_manager"))
    client = signed_in("auditor")
    page = client.get(PAGE)
    assert "核心系统" in page.text
    assert "/end" not in page.text
    assert client.get(f"{PAGE}new").status_code == 403


def test_a_person_sees_who_issued_tokens_in_their_name_and_ends_them(
    app: Flask, signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
) -> None:
    own = signed_in("asset_manager", username="own")
    assert "没有以您的名义签发的令牌" in own.get("/account").text
    other = person("asset_manager", username="other")
    admin = signed_in("administrator")
    page = admin.post(f"{PAGE}new", data={"program": "报表", "username": "own", "days": "9"}).text
    found = re.search(r'id="token">([^<]+)<', page)
    assert found is not None
    issued(other, "别人的程序")
    theirs, mine = (
        db.session.scalars(select(UserSession.id).where(UserSession.device == name)).one()
        for name in ("别人的程序", "报表")
    )
    section = own.get("/account").text.partition('id="tokens"')[2]
    assert "报表" in section
    assert "administrator" in section
    assert "别人的程序" not in section
    assert own.post(f"/account/tokens/{theirs}/end").status_code == 404
    assert own.post(f"/account/tokens/{mine}/end").location == "/account"
    assert shown_by(app, found[1]) == 401
    assert f"/account/tokens/{mine}/end" not in own.get("/account").text
    db.session.rollback()
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.actor_name) == ("account.change", "own")
    assert event.changes == {"token_ended": mine, "program": "报表"}


def test_a_session_of_a_browser_is_no_token_to_end(work: Work) -> None:
    with pytest.raises(NotFound):
        tokens.end_token(work, 1)


def test_a_token_is_no_device_of_its_account(
    signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
) -> None:
    account = person("asset_manager")
    issued(account, "夜间报表")
    page = signed_in("administrator").get(f"/people/{account.id}").text
    assert "夜间报表" not in page


def test_the_command_line_lists_and_ends_tokens(
    app: Flask,
    settings: Settings,
    person: Callable[..., UserAccount],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RECOVERY_HOME", str(settings.home))
    token = issued(person("asset_manager"))
    listed = CliRunner().invoke(user, ["tokens", "--json"], catch_exceptions=False)
    [told] = json.loads(listed.output)
    assert (told["program"], told["last_used_at"]) == ("核心系统", None)
    ended = CliRunner().invoke(user, ["end-token", str(told["number"])], catch_exceptions=False)
    assert ended.exit_code == 0
    db.session.rollback()
    assert shown_by(app, token) == 401
    with pytest.raises(RuleViolation, match="已经结束"):
        CliRunner().invoke(user, ["end-token", str(told["number"])], catch_exceptions=False)
