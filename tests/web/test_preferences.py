"""Columns and views that a person chose come back with the list, for that person alone."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.db import WRITER, db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import work_as
from recovery.web import preferences
from recovery.web.models import ListChoice
from tests.web.conftest import Reader

LI_NA = Actor(id=7, name="li.na", role="counsel", scope=EVERYTHING)
OTHER = Actor(id=8, name="wang", role="counsel", scope=EVERYTHING)


@pytest.fixture
def context(frame: Flask) -> Iterator[None]:
    """Keep an application context open, for services."""
    with frame.app_context():
        yield


def views_of(frame: Flask, key: str) -> list[tuple[str, str]]:
    """Return the saved views as a page of the reader shows them."""
    with frame.test_request_context():
        return [(str(view.name), view.query) for view in preferences.saved_views(key)]


@pytest.mark.usefixtures("context")
def test_a_saved_view_comes_back_to_its_owner_and_its_list(frame: Flask) -> None:
    with work_as(LI_NA) as work:
        preferences.save_view(work, "loans", " 可疑类 ", "class=doubtful")
    with work_as(OTHER) as work:
        preferences.save_view(work, "loans", "别人的", "class=loss")
    assert views_of(frame, "loans") == [("可疑类", "class=doubtful")]
    assert views_of(frame, "files") == []


@pytest.mark.usefixtures("context")
def test_the_same_name_replaces_and_a_dropped_view_is_gone(frame: Flask) -> None:
    with work_as(LI_NA) as work:
        preferences.save_view(work, "loans", "甲", "a=1")
        preferences.save_view(work, "loans", "乙", "b=1")
        preferences.save_view(work, "loans", "甲", "a=2")
    assert views_of(frame, "loans") == [("乙", "b=1"), ("甲", "a=2")]
    with work_as(LI_NA) as work:
        preferences.drop_view(work, "loans", "乙")
    assert views_of(frame, "loans") == [("甲", "a=2")]


@pytest.mark.parametrize("name", ["", "   ", "长" * 41])
@pytest.mark.usefixtures("context")
def test_a_view_needs_a_short_name(frame: Flask, name: str) -> None:
    with pytest.raises(RuleViolation, match="视图名称"), work_as(LI_NA) as work:
        preferences.save_view(work, "loans", name, "a=1")


@pytest.mark.usefixtures("context")
def test_a_list_keeps_a_limited_number_of_views(frame: Flask) -> None:
    with work_as(LI_NA) as work:
        for number in range(20):
            preferences.save_view(work, "loans", f"视图 {number}", "a=1")
    with pytest.raises(RuleViolation, match="20"), work_as(LI_NA) as work:
        preferences.save_view(work, "loans", "又一个", "a=1")


@pytest.mark.usefixtures("context")
def test_chosen_columns_are_remembered_and_none_means_as_declared(frame: Flask) -> None:
    with work_as(LI_NA) as work:
        preferences.keep_columns(work, "loans", ["owed", "state"])
    with frame.test_request_context():
        assert preferences.chosen_columns("loans") == {"owed", "state"}
    with work_as(LI_NA) as work:
        preferences.keep_columns(work, "loans", [])
    with frame.test_request_context():
        assert preferences.chosen_columns("loans") is None


@pytest.mark.usefixtures("context")
def test_a_choice_is_one_row_and_leaves_an_audit_event(frame: Flask) -> None:
    with work_as(LI_NA) as work:
        preferences.keep_columns(work, "loans", ["owed"])
        preferences.save_view(work, "loans", "甲", "a=1")
    with Session(db.engines[WRITER]) as session:
        assert len(session.scalars(select(ListChoice)).all()) == 1
        assert [event.action for event in session.scalars(select(AuditEvent))] == ["view.save"] * 2


def test_the_page_saves_a_view_and_comes_back(frame: Flask, reader: Reader) -> None:
    client = frame.test_client()
    answer = client.post(
        "/-/lists/views",
        data={"list": "style", "name": "可疑类", "query": "class=doubtful", "next": "/-/style"},
    )
    assert answer.headers["Location"] == "/-/style"
    page = client.get("/-/style/worklist?class=doubtful").text
    assert "已保存视图“可疑类”。" in page
    assert "去掉这个视图" in page
