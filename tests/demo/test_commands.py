"""`recovery demo`: builds once, prints who may sign in, and each of them can."""

import json

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import QueuePool, func, select

from recovery.access.models import UserAccount
from recovery.access.passwords import is_password
from recovery.access.rights import Role
from recovery.demo import build, staff
from recovery.demo.build import insert_all
from recovery.demo.lean import lean_loans
from recovery.kernel.clock import today
from recovery.kernel.db import db
from recovery.kernel.work import system_work
from recovery.loans.models import Loan

FEW = 10


def test_there_is_a_user_for_each_role_with_the_printed_password(app: Flask) -> None:
    with system_work("tests") as work:
        staff.hire(work)
    listed = staff.listed_passwords()
    assert {user.role for user, _password in listed} == set(Role)
    for user, password in listed:
        account = db.session.scalars(
            select(UserAccount).where(UserAccount.username == user.username)
        ).one()
        assert password is not None
        assert is_password(account.password_hash, password)
        assert not account.must_change_password


def test_hiring_again_changes_nothing(app: Flask) -> None:
    with system_work("tests") as work:
        first = staff.hire(work)
    with system_work("tests") as work:
        assert staff.hire(work) == first


def test_a_changed_password_is_no_longer_printed(app: Flask) -> None:
    with system_work("tests") as work:
        staff.hire(work)
        account = work.session.scalars(
            select(UserAccount).where(UserAccount.username == "zichan")
        ).one()
        account.password_hash = "changed"
    shown = {user.username: password for user, password in staff.listed_passwords()}
    assert shown["zichan"] is None
    assert shown["fawu"] is not None


def test_a_book_that_is_there_is_left_alone(app: Flask) -> None:
    with system_work("tests") as work:
        hired = staff.hire(work)
    insert_all(lean_loans(FEW, hired, today()), 4, lambda _done: None)
    built = build.build(2_000, lambda _done: None)
    assert (built.loans, built.created) == (FEW, False)
    assert db.session.scalar(select(func.count()).select_from(Loan)) == FEW


@pytest.mark.slow
def test_the_command_builds_a_lean_book_above_ten_thousand(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recovery.demo.commands import demo

    monkeypatch.setattr(build, "LEAN_ABOVE", 20)
    monkeypatch.setenv("RECOVERY_HOME", str(app.config["SETTINGS"].home))
    result = CliRunner().invoke(demo, ["--loans", "50", "--json"], standalone_mode=False)
    assert result.exception is None
    report = json.loads(result.stdout)
    assert (report["created"], report["loans"]) == (True, 50)
    assert set(report["users"]) == {user.username for user in staff.USERS}


def test_no_read_stays_open_while_the_book_is_built(app: Flask) -> None:
    reading = db.engines[None].pool
    assert isinstance(reading, QueuePool)
    assert build.loans_known() == 0
    assert reading.checkedout() == 0
    with system_work("tests") as work:
        crew = staff.hire(work)
    open_reads: list[int] = []
    insert_all(
        lean_loans(FEW, crew, today()),
        FEW // 2,
        lambda _done: open_reads.append(reading.checkedout()),
    )
    assert open_reads == [0, 0]
