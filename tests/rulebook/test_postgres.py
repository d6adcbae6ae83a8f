"""The law book is changed, approved and retracted on PostgreSQL as on SQLite."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from recovery import create_app
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.migrations import upgrade
from recovery.law.book import LawBook
from recovery.law.deadlines import appeal_of_judgment
from recovery.rulebook import proposals, queries
from recovery.rulebook.offline import book_at
from recovery.rulebook.service import current_book
from tests.conftest import Browser
from tests.kernel.conftest import postgres, postgres_url
from tests.rulebook.conftest import Office
from tests.rulebook.test_changes import APPEAL, NOTICE_2027

__all__ = ["postgres", "postgres_url"]

pytestmark = pytest.mark.postgres


@pytest.fixture
def app(settings: Settings, postgres_url: str) -> Iterator[Flask]:
    """Return the application on a PostgreSQL database of its own."""
    upgrade(postgres_url)
    app = create_app(replace(settings, database_url=postgres_url))
    app.config["TESTING"] = True
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def test_the_law_book_follows_its_changes(office: Office, postgres_url: str) -> None:
    with office.work() as work:
        version = proposals.propose_version(work, APPEAL, reason="修法")
        year = proposals.propose_year(work, NOTICE_2027, reason="通知已公布")
    assert current_book() is LawBook.standard()
    office.approve(version)
    office.approve(year)
    answer = appeal_of_judgment(current_book(), APPEAL.since, trigger=APPEAL.since)
    assert answer.day("deadline") == date(2026, 5, 21)
    assert 2027 in current_book().calendar.years
    offline = book_at(postgres_url)
    assert offline is not None
    assert offline.version == current_book().version
    with office.work() as work:
        back = proposals.propose_retraction(work, version.id, reason="有误")
    office.approve(back)
    rows = db.session.execute(queries.every_change()).all()
    assert {row.id: row.is_retracted for row in rows}[version.id] is True
    assert [row.year for row in queries.years(db.session())] == [2027]
