"""The unit of work: the only commit in the program.

A use case runs inside `with work(...) as w:`. Its rows, its audit events, its registration
intents and its job rows share one transaction; what must happen outside (publishing a job)
happens after the commit.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from recovery.kernel import clock, gate, links
from recovery.kernel.actions import Action
from recovery.kernel.crypto import context, keyring
from recovery.kernel.db import WRITER, Base, db
from recovery.kernel.errors import Conflict
from recovery.kernel.gate import Actor
from recovery.kernel.job_queue import publish
from recovery.kernel.job_rows import Job, NewJob, add_job
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.reasons import reason_for
from recovery.kernel.text import Text, _

R = TypeVar("R", bound=Base)

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Id of the web request being served, for audit events and the log."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every use case needs: where to write, for whom, and when it is."""

    session: Session
    actor: Actor
    now: datetime
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The business day of `now`."""
        return clock.business_day(self.now)

    def get(self, model: type[R], record_id: int) -> R:
        """Return the guarded record `record_id` for change, through the gate, locked.

        Raises:
            NotFound: absent, or not for this actor to see.
        """
        return gate.find(self.session, model, record_id, self.actor.scope)

    def get_version(self, model: type[R], record_id: int, version: int) -> R:
        """Return the guarded record, provided that it is still the `version` a form showed.

        Raises:
            Conflict: someone changed it since; the sentence says who, when and what.
        """
        record = self.get(model, record_id)
        self.require_version(record, version)
        return record

    def require_version(self, record: Base, version: int) -> None:
        """Check that a record guarded by its owner (a loan's vehicle) is still the `version`.

        Raises:
            Conflict: someone changed it since; the sentence says who, when and what.
        """
        if record.version != version:  # type: ignore[attr-defined]
            raise Conflict(self._who_changed(record))

    def add(self, record: R) -> R:
        """Add `record` and give it its id."""
        self.session.add(record)
        self.session.flush()
        return record

    def record(
        self,
        action: Action,
        subject: Base | None = None,
        *,
        reason: str | None = None,
        **changes: object,
    ) -> None:
        """Add the audit event of this transaction: a change is `field=(before, after)` or a value.

        Never pass personal data, nor what a person typed: that is the `reason`, which is kept
        beside the log, where erasure reaches it. Blank: none.
        """
        event = AuditEvent(
            at=self.now,
            actor_id=self.actor.id,
            actor_name=self.actor.name,
            action=action.value,
            subject_type=subject.__tablename__ if subject is not None else None,
            subject_id=subject.id if subject is not None else None,  # type: ignore[attr-defined]
            changes={name: _plain(value) for name, value in changes.items()},
            request_id=request_id.get(),
        )
        self.session.add(event)
        if reason and reason.strip():
            self.session.add(reason_for(event, subject, reason.strip()))

    def register(
        self, kind: str, subject: Base, *, loan_id: int | None, fields: dict[str, str] | None = None
    ) -> RegistrationIntent:
        """Write the intent to register `subject` as evidence in the stream of `loan_id`.

        `fields` are the texts to commit to where the record may change later; without them the
        provider of its table reads them from the row, which must never change.
        """
        uuid = os.urandom(16)
        sealed = None
        if fields is not None:
            text = json.dumps(fields, ensure_ascii=False, sort_keys=True)
            sealed = keyring().seal(text, context("registration_intent", "fields", uuid))
        return self.add(
            RegistrationIntent(
                uuid=uuid,
                kind=kind,
                loan_id=loan_id,
                subject_type=subject.__tablename__,
                subject_id=subject.id,  # type: ignore[attr-defined]
                fields_sealed=sealed,
                actor_id=self.actor.id,
                created_at=self.now,
            )
        )

    def enqueue(self, kind: str, arguments: dict[str, Any], *, key: str | None = None) -> Job:
        """Ask the background for a job; its row shares this transaction, its wake follows it.

        With a `key`, the job of this kind that is waiting, running or done under the same key is
        returned instead of a second one.
        """
        new = NewJob(kind, arguments, key)
        job, is_new = add_job(self.session, new, actor=self.actor, now=self.now)
        if is_new:
            self.after_commit.append(partial(publish, job.id))
        return job

    def _who_changed(self, record: Base) -> Text:
        event = self.session.scalars(
            select(AuditEvent)
            .where(
                AuditEvent.subject_type == record.__tablename__,
                AuditEvent.subject_id == record.id,  # type: ignore[attr-defined]
            )
            .order_by(AuditEvent.id.desc())
            .limit(1)
        ).first()
        if event is None:
            return _("这条记录刚刚被改动，请核对后重新提交。您填写的内容都还在。")
        return _(
            "{who} 在 {when} 改动了这条记录（{what}），请核对后重新提交。您填写的内容都还在。",
            who=self._called(event.actor_name),
            when=f"{event.at.astimezone(clock.BUSINESS_ZONE):%Y-%m-%d %H:%M}",
            what=next((say(event) for say in links.changes_said.all()), event.action),
        )

    def _called(self, actor: str) -> Text | str:
        """Return what to call whom the log names."""
        names: dict[str, Text | str] = {}
        for called in links.actors_called.all():
            names |= called(self.session, {actor})
        return names.get(actor, actor)


def _plain(value: object) -> object:
    """Return `value` as JSON keeps it; a pair stays a pair (before, after)."""
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


@contextmanager
def work(session: Session, actor: Actor, now: datetime) -> Iterator[Work]:
    """Commit when the block ends, roll back when it raises. Nothing else commits.

    Raises:
        Conflict: a record changed under the block (optimistic version).
    """
    unit = Work(session, actor, now)
    try:
        yield unit
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise Conflict(_("这条记录刚刚被别人改动，请核对后重新提交。")) from error
    except BaseException:
        session.rollback()
        raise
    for act in unit.after_commit:
        act()


@contextmanager
def work_as(actor: Actor, *, now: datetime | None = None) -> Iterator[Work]:
    """Run a unit of work on the writing engine of the current application.

    What this context has read through `db.session` is read afresh afterwards.
    """
    with (
        Session(db.engines[WRITER], expire_on_commit=False) as session,
        work(session, actor, now or clock.now()) as unit,
    ):
        yield unit
    db.session.rollback()


def system_work(name: str, *, now: datetime | None = None) -> AbstractContextManager[Work]:
    """Run a unit of work as the system process `name`."""
    return work_as(Actor.system(name), now=now)
