"""The unit of work: one transaction with its audit event, and pages that cannot write."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from recovery.access.models import Branch
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import work_as

NOW = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
LI_NA = Actor(id=7, name="li.na", role="administrator", scope=EVERYTHING)


def test_a_use_case_and_its_audit_event_share_one_transaction(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), work_as(LI_NA, now=NOW) as work:
        branch = work.add(Branch(code="SH", name="上海"))
        work.record(Action.MANAGE_BRANCHES, branch, name=(None, "上海"))
        raise ZeroDivisionError
    assert db.session.scalars(select(Branch)).all() == []
    assert db.session.scalars(select(AuditEvent)).all() == []


def test_an_audit_event_says_who_when_what_on_what_and_what_changed(app: Flask) -> None:
    with work_as(LI_NA, now=NOW) as work:
        branch = work.add(Branch(code="SH", name="上海"))
        work.record(Action.MANAGE_BRANCHES, branch, name=(None, "上海"))
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.at, event.actor_name, event.action) == (NOW, "li.na", "branch.manage")
    assert (event.subject_type, event.changes) == ("branch", {"name": [None, "上海"]})


def test_the_session_of_pages_cannot_write(app: Flask) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        db.session.execute(text("DELETE FROM audit_event"))


def test_a_record_changed_by_two_is_refused_to_the_second(app: Flask) -> None:
    with work_as(LI_NA, now=NOW) as work:
        work.add(Branch(code="SH", name="上海"))
    with pytest.raises(Conflict), work_as(LI_NA, now=NOW) as work:
        branch = work.session.scalars(select(Branch)).one()
        work.session.execute(text("UPDATE branch SET version = version + 1"))
        branch.name = "上海分公司"
