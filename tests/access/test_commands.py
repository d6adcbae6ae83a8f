"""`recovery user`: accounts from the command line."""

import json

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from recovery.access import sessions
from recovery.access.commands import user
from recovery.access.models import Branch, UserAccount
from recovery.access.throttle import Origin
from recovery.kernel import clock
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.models import AuditEvent

HERE = Origin("127.0.0.1", "")
NOW = {"origin": HERE, "now": clock.machine_now(), "today": clock.today()}


@pytest.fixture(autouse=True)
def here(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands work where the application of the test does."""
    monkeypatch.setenv("RECOVERY_HOME", str(settings.home))


def run(*words: str) -> str:
    result = CliRunner().invoke(user, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    db.session.rollback()
    return result.output


def test_a_created_user_signs_in_with_the_printed_password(app: Flask):
    out = json.loads(run("create", "li.na", "--role", "counsel", "--branch", "310", "--json"))
    assert out["username"] == "li.na"
    opened = sessions.sign_in("li.na", out["one_time_password"], **NOW)
    assert opened.token
    account = db.session.scalars(select(UserAccount)).one()
    assert account.must_change_password
    assert out["last_day"] == f"{account.one_time_last_day}"
    assert db.session.get(Branch, account.branch_id).code == "310"


def test_a_user_name_is_given_only_once(app: Flask):
    run("create", "wang", "--role", "approver")
    with pytest.raises(RuleViolation, match="已有人使用"):
        run("create", "WANG", "--role", "auditor")


@pytest.mark.parametrize("name", ["a", "李娜", "li na", "-x", "x-", "1x"])
def test_an_unreadable_user_name_is_refused(app: Flask, name: str):
    with pytest.raises(RuleViolation, match="用户名须为"):
        run("create", "--role", "approver", "--", name)


def test_a_role_without_its_place_is_refused(app: Flask):
    with pytest.raises(RuleViolation, match="须指定所属机构"):
        run("create", "li.na", "--role", "collector")
    with pytest.raises(RuleViolation, match="须指定委外机构"):
        run("create", "li.na", "--role", "agency_user")


def test_an_unknown_role_is_a_wrong_use(app: Flask):
    assert CliRunner().invoke(user, ["create", "x1", "--role", "king"]).exit_code == 2


def test_an_ended_user_no_longer_signs_in_and_a_reset_reopens_the_account(app: Flask):
    run("create", "zhao", "--role", "auditor")
    run("end", "zhao")
    assert json.loads(run("list", "--json"))[0]["ended"] is True
    password = json.loads(run("reset", "zhao", "--json"))["one_time_password"]
    assert sessions.sign_in("zhao", password, **NOW).token
    assert "zhao" in run("list")


def test_an_unknown_user_is_named(app: Flask):
    with pytest.raises(NotFound, match="没有用户 nobody"):
        run("end", "nobody")


def test_what_a_command_did_is_recorded_under_who_ran_it(app: Flask):
    run("create", "zhao", "--role", "auditor")
    event = db.session.scalars(select(AuditEvent)).one()
    assert event.actor_name.startswith("system:cli/")
    assert event.changes["username"] == "zhao"
