"""`recovery deadlines due` lists what is past as well as what is to come."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask

from recovery.kernel import clock
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.litigation.commands import deadlines
from recovery.litigation.models import Deadline
from recovery.litigation.service import NewFile, open_files
from tests.books import add_loans
from tests.conftest import NOW

ACTOR = Actor.system("tests")


@pytest.mark.parametrize(("days", "listed"), [(-400, True), (0, True), (7, True), (8, False)])
def test_what_is_past_and_still_open_is_listed_too(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, days: int, listed: bool
) -> None:
    monkeypatch.setenv("RECOVERY_HOME", str(settings.home))
    with work_as(ACTOR, now=NOW) as work:
        loan = add_loans(work)[0]
        [file] = open_files(
            work, [loan.id], NewFile("上海市浦东新区人民法院", "summary", work.today)
        ).files
        for one in work.session.query(Deadline).where(Deadline.file_id == file.id):
            one.last_day = clock.today() + timedelta(days=days)
    db.session.remove()
    done = CliRunner().invoke(deadlines, ["due", "--json"], standalone_mode=False)
    rows = json.loads(done.output)
    assert [row["days_left"] for row in rows if row["file"] == file.number] == (
        [days] * len(rows) if listed else []
    )
    assert bool(rows) is listed
