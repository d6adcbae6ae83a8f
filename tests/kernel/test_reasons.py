"""Reasons stand beside the audit log: sealed, committed to, and erased without breaking it."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from recovery.access.models import Branch
from recovery.kernel import reasons
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.models import AuditEvent, AuditReason
from recovery.kernel.work import work_as

NOW = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
LI_NA = Actor(id=7, name="li.na", role="administrator", scope=EVERYTHING)


@pytest.fixture
def events(app: Flask) -> list[AuditEvent]:
    """Return an event with a reason, one with another, and one without."""
    with work_as(LI_NA, now=NOW) as work:
        for why in (" 王伟来电 ", "例行核对", " "):
            work.record(Action.EXPORT_LOANS, reason=why, rows=3)
    return list(db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


def differing() -> list[int]:
    """Return the events whose reason is not the one given."""
    db.session.rollback()
    return list(reasons.differing(db.session()))


def test_the_words_are_beside_the_event_and_sealed(events: list[AuditEvent]) -> None:
    assert [reasons.said(one) for one in events] == ["王伟来电", "例行核对", None]
    assert [one.changes for one in events] == [{"rows": 3}] * 3
    stored = db.session.execute(text("SELECT * FROM audit_reason")).all()
    assert "王伟" not in str([bytes(cell) for row in stored for cell in row if cell is not None])
    assert len(stored) == 2
    assert differing() == []


def test_an_act_on_a_record_of_a_loan_is_of_that_loan(events: list[AuditEvent]) -> None:
    with work_as(LI_NA, now=NOW) as work:
        branch = work.add(Branch(code="SH", name="上海"))
        work.record(Action.MANAGE_BRANCHES, branch, reason="合并")
    kept = select(AuditReason.loan_id).order_by(AuditReason.event_id.desc())
    assert db.session.scalars(kept).first() is None


def test_what_names_a_person_is_erased_and_the_rest_stays(events: list[AuditEvent]) -> None:
    with work_as(LI_NA, now=NOW) as work:
        reasons.erase_naming(work.session, ["王伟", "310101199001011234"], NOW)
    one, other, _none = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    assert (str(reasons.said(one)), reasons.said(other)) == ("（已随个人信息删除）", "例行核对")
    assert one.reason is not None
    assert (one.reason.text_sealed, one.reason.salt_sealed) == (None, None)
    assert differing() == [one.id], "no erasure is named yet"
    with work_as(LI_NA, now=NOW) as work:
        reasons.name_erasure(work.session, b"an erasure", NOW)
    assert differing() == []
    assert reasons.erased_by(db.session()) == {b"an erasure": [one.id]}


def test_words_on_anybodys_loan_are_searched_for_the_name(events: list[AuditEvent]) -> None:
    with work_as(LI_NA, now=NOW) as work:
        work.session.execute(update(AuditReason).values(loan_id=7))
        reasons.erase_naming(work.session, ["王伟"], NOW)
    kept = db.session.scalars(select(AuditReason).order_by(AuditReason.event_id))
    assert [row.text for row in kept] == [None, "例行核对"]


def test_what_an_erasure_of_another_moment_did_not_empty_is_not_named_by_it(
    events: list[AuditEvent],
) -> None:
    with work_as(LI_NA, now=NOW) as work:
        emptied = {"text_sealed": None, "salt_sealed": None, "erased_at": NOW}
        work.session.execute(update(AuditReason).values(emptied))
        reasons.name_erasure(work.session, b"an erasure", NOW + timedelta(microseconds=1))
    assert differing() == [events[0].id, events[1].id]


def test_words_that_were_exchanged_or_removed_are_found(events: list[AuditEvent]) -> None:
    first, second = events[0].id, events[1].id
    with work_as(LI_NA, now=NOW) as work:
        work.session.get_one(AuditReason, first).text = "例行检查"
        work.session.execute(delete(AuditReason).where(AuditReason.event_id == second))
    assert differing() == [first, second]
    with work_as(LI_NA, now=NOW) as work:
        damaged = update(AuditReason).values(text_sealed=b"\1" + bytes(40))
        work.session.execute(damaged)
    assert differing() == [first, second]
    event = db.session.get_one(AuditEvent, first)
    assert str(reasons.said(event)) == "（无法读取：存储的内容已被改动）"
    with work_as(LI_NA, now=NOW) as work:
        reasons.erase_naming(work.session, ["王伟"], NOW)
    assert str(reasons.said(event)) == "（已随个人信息删除）"
    assert differing() == [first, second], "an erasure does not hide that they were altered"
