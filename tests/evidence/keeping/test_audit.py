"""Audit events are committed to in the log: what is changed or cut afterwards is found."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

from recovery.evidence import sequencer
from recovery.evidence.keeping.audit import commit_events, count_waiting, verify_events
from recovery.evidence.keeping.models import AuditBatch, AuditLeaf
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import work_as
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def unguarded(app: Flask, actor: Actor) -> None:
    """Take away what keeps events from change, as somebody with the database itself could."""
    with work_as(actor, now=NOW) as work:
        for act in ("update", "delete"):
            work.session.execute(text(f"DROP TRIGGER audit_event_no_{act}"))


def act(actor: Actor, count: int) -> None:
    """Do `count` things that are audited."""
    with work_as(actor, now=NOW) as work:
        for number in range(count):
            work.record(Action.SIGN_IN, session=number, rate=(0.5, None))


def batch(actor: Actor) -> AuditBatch | None:
    """Commit what waits and take the batch to the log."""
    with work_as(actor, now=NOW) as work:
        made = commit_events(work)
    sequencer.register_pending()
    return made


def differences() -> list[str]:
    """Return what a verification says."""
    db.session.rollback()
    return [str(one) for one in verify_events(db.session(), NOW)]


def test_every_event_is_in_exactly_one_batch(app: Flask, actor: Actor) -> None:
    act(actor, 3)
    assert count_waiting(db.session(), NOW) == 3
    first = batch(actor)
    act(actor, 2)
    second = batch(actor)
    assert first is not None
    assert second is not None
    assert (first.event_count, second.event_count) == (3, 2)
    assert batch(actor) is None
    assert count_waiting(db.session(), NOW) == 0
    assert differences() == []


def test_an_event_that_appears_late_under_a_lower_number_is_not_skipped(
    app: Flask, actor: Actor
) -> None:
    act(actor, 3)
    with work_as(actor, now=NOW) as work:
        events = work.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        late = {c.name: getattr(events[1], c.name) for c in AuditEvent.__table__.columns}
        work.session.delete(events[1])
    batch(actor)
    with work_as(actor, now=NOW) as work:
        work.session.add(AuditEvent(**late))
    made = batch(actor)
    assert made is not None
    assert made.event_count == 1
    assert differences() == []


def test_a_changed_event_is_named(app: Flask, actor: Actor) -> None:
    act(actor, 3)
    batch(actor)
    with work_as(actor, now=NOW) as work:
        work.session.execute(
            update(AuditEvent).where(AuditEvent.id == 2).values(actor_name="zhang.san")
        )
    [one] = differences()
    assert "第 2 号被改动" in one


def test_events_cut_from_the_end_are_named(app: Flask, actor: Actor) -> None:
    act(actor, 3)
    batch(actor)
    with work_as(actor, now=NOW) as work:
        work.session.execute(delete(AuditEvent).where(AuditEvent.id == 3))
    [one] = differences()
    assert "第 3 号被删除" in one


def test_an_event_cut_together_with_its_digest_is_found(app: Flask, actor: Actor) -> None:
    act(actor, 3)
    batch(actor)
    with work_as(actor, now=NOW) as work:
        work.session.execute(delete(AuditEvent).where(AuditEvent.id == 3))
        work.session.execute(delete(AuditLeaf).where(AuditLeaf.event_id == 3))
        work.session.execute(update(AuditBatch).values(event_count=2))
    [one] = differences()
    assert "登记的根不符" in one


def test_an_event_put_in_long_afterwards_is_named(app: Flask, actor: Actor) -> None:
    act(actor, 1)
    with work_as(actor, now=NOW) as work:
        for number in range(3):
            work.record(Action.SIGN_OUT, session=number)
        work.session.flush()
        work.session.execute(delete(AuditEvent).where(AuditEvent.id == 2))
    batch(actor)
    with work_as(actor, now=NOW) as work:
        work.session.add(
            AuditEvent(
                id=2,
                at=NOW,
                actor_id=None,
                actor_name="x",
                action="user.manage",
                subject_type=None,
                subject_id=None,
                changes={},
                request_id=None,
            )
        )
    db.session.rollback()
    later = NOW + timedelta(days=2)
    [one] = [str(found) for found in verify_events(db.session(), later)]
    assert "第 2 号不在任何批次中" in one
    assert db.session.scalar(select(func.count()).select_from(AuditBatch)) == 1
