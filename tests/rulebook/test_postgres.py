"""The law book is changed, approved and retracted on PostgreSQL as on SQLite."""

from datetime import date

import pytest
from flask import Flask

from recovery.kernel.db import db
from recovery.law.book import LawBook
from recovery.law.deadlines import appeal_of_judgment
from recovery.rulebook import proposals, queries
from recovery.rulebook.offline import book_at
from recovery.rulebook.service import current_book
from tests.conftest import Browser
from tests.kernel.conftest import postgres, postgres_app, postgres_url
from tests.rulebook.conftest import Office
from tests.rulebook.test_changes import APPEAL, NOTICE_2027

__all__ = ["postgres", "postgres_app", "postgres_url"]

pytestmark = pytest.mark.postgres


@pytest.fixture
def app(postgres_app: Flask) -> Flask:
    """Return the application on a PostgreSQL database of its own."""
    postgres_app.config["TESTING"] = True
    postgres_app.test_client_class = Browser
    return postgres_app


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
