"""Background jobs: how a feature offers one, and what its handler is given.

    @handles("tape.import", label=_("导入资产包"))
    def import_tape(job: RunningJob) -> dict[str, Any]:
        for batch in batches(job.arguments["file"]):
            with job.work() as work:
                apply(work, batch)
                job.progress(batch.end, total)
        return {"rows": total}

A handler may be run again after a kill: what it has committed must not be done twice. A service
asks for a job with `work.enqueue("tape.import", {...})`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from flask import current_app
from huey import crontab
from sqlalchemy import CursorResult, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import (
    Job,
    JobException,
    JobStatus,
    digest_of,
    pack_text,
    unpack_actor,
)
from recovery.kernel.text import Text
from recovery.kernel.work import Work, work_as

__all__ = ["RunningJob", "crontab", "handles", "result_link"]

When = Callable[[datetime], bool]


class JobStopped(Exception):
    """The job must not write any more; a handler lets this pass."""


class JobLost(JobStopped):
    """Another worker has the job now: the lease ran out."""


class JobCancelled(JobStopped):
    """Someone cancelled the job."""


class JobPaused(JobStopped):
    """This worker is shutting down; another goes on with the job."""


@dataclass(slots=True)
class RunningJob:
    """A claimed job, as its handler sees it."""

    id: int
    kind: str
    arguments: dict[str, Any]
    actor: Actor
    fence: int
    attempt: int
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the worker shuts down."""

    done: int = 0
    total: int | None = None
    message: Text | str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while the job's row is written."""

    _lost: threading.Event = field(default_factory=threading.Event)
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _exceptions: list[tuple[Text | str, Text | str]] = field(default_factory=list)

    def progress(
        self, done: int, total: int | None = None, message: Text | str | None = None
    ) -> None:
        """Say how far it is; shown with the next unit of work, or within seconds without one."""
        self.done = done
        self.total = total if total is not None else self.total
        self.message = message if message is not None else self.message

    def exception(self, reference: Text | str, reason: Text | str) -> None:
        """List what could not be done for `reference` (never personal data), and go on.

        Written with the unit of work it belongs to, or at the end.
        """
        self._exceptions.append((reference, reason))

    @property
    def cancelled(self) -> bool:
        """Whether it should stop where it is; seen within seconds without a unit of work."""
        return self._cancelled.is_set() or self._lost.is_set() or self.stopping.is_set()

    def check(self) -> None:
        """Stop here when it should; for long computations between units of work.

        Raises:
            JobStopped: cancelled, lost, or the worker is shutting down.
        """
        if self._lost.is_set():
            raise JobLost
        if self._cancelled.is_set():
            raise JobCancelled
        if self.stopping.is_set():
            raise JobPaused

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Run a unit of work as the person who asked for the job, if the job is still ours.

        Progress and exceptions are written in the same transaction: after a kill, `job.done` is
        what was committed, and a handler may go on from there.

        Raises:
            JobStopped: cancelled, lost, or the worker is shutting down; nothing is written.
        """
        self.check()
        before = (self.done, self.total, self.message)
        # The heartbeat waits: it must not write progress that is not committed yet, or is old.
        with self.lock:
            try:
                with work_as(self.actor) as unit:
                    self._still_ours(unit.session)
                    yield unit
                    self.write_state(unit.session)
            except BaseException:
                self.done, self.total, self.message = before
                raise

    def output(self, name: str) -> Path:
        """Return where to write a file that its page offers for download when it is done.

        Files of an attempt that was lost never show: each attempt has a folder of its own.
        """
        folder = outputs_folder() / str(self.id) / str(self.fence)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / Path(name).name

    def write_state(self, session: Session) -> None:
        """Write progress and exceptions and prolong the lease, if the job is still ours.

        Raises:
            JobLost: it is not.
        """
        state = {
            "done": self.done,
            "total": self.total,
            "message": pack_text(self.message),
            "lease_until": lease_end(),
        }
        if not write_row(session, self.id, self.fence, state):
            self._lost.set()
            raise JobLost
        for reference, reason in self._exceptions:
            add_exception(session, self.id, reference, reason)
        self._exceptions.clear()

    def note_request(self, *, cancel: bool, lost: bool) -> None:
        """Take over what the heartbeat has seen in the row."""
        if cancel:
            self._cancelled.set()
        if lost:
            self._lost.set()

    def _still_ours(self, session: Session) -> None:
        held = select(Job.cancel_requested).where(
            Job.id == self.id, Job.fence == self.fence, Job.status == JobStatus.RUNNING
        )
        cancel = session.scalars(held.with_for_update()).one_or_none()
        self.note_request(cancel=bool(cancel), lost=cancel is None)
        self.check()


Handler = Callable[[RunningJob], dict[str, Any] | None]
F = TypeVar("F", bound=Handler)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its name for readers, its handler, and how often it is tried."""

    name: str
    label: Text
    handler: Handler
    attempts: int
    when: When | None
    """For periodic kinds: whether a minute (Asia/Shanghai) is one of its slots."""


KINDS: dict[str, Kind] = {}


def handles(
    kind: str, *, label: Text, attempts: int = 5, when: When | None = None
) -> Callable[[F], F]:
    """Register the decorated function as the handler of `kind`.

    `attempts` counts kills too. `when` (for example `crontab(hour="2", minute="0")`, Shanghai
    time) makes it periodic: one job per slot, however many workers there are.
    """

    def register(handler: F) -> F:
        KINDS[kind] = Kind(kind, label, handler, attempts, when)
        return handler

    return register


def result_link(label: Text | str, endpoint: str, **arguments: Any) -> dict[str, Any]:
    """Return a link for the list `links` of a handler's result; its page shows it."""
    return {"label": pack_text(label), "endpoint": endpoint, "arguments": arguments}


def claimed(job: Job, stopping: threading.Event) -> RunningJob:
    """Return a row that was just claimed as its handler sees it."""
    return RunningJob(
        id=job.id,
        kind=job.kind,
        arguments=job.arguments,
        actor=unpack_actor(job.actor),
        fence=job.fence,
        attempt=job.attempts,
        stopping=stopping,
        done=job.done,
        total=job.total,
    )


LEASE_SECONDS = 30
"""How long a claim holds without a sign of life."""


def lease_end() -> datetime:
    """Return until when a lease given now holds."""
    return clock.machine_now() + timedelta(seconds=LEASE_SECONDS)


def write_row(session: Session, job_id: int, fence: int, values: dict[str, Any]) -> bool:
    """Write `values` into a running job's row if `fence` still matches; tell whether it did."""
    ours = (Job.id == job_id, Job.fence == fence, Job.status == JobStatus.RUNNING)
    written = session.execute(update(Job).where(*ours).values(**values))
    return isinstance(written, CursorResult) and written.rowcount == 1


def add_exception(session: Session, job_id: int, reference: Text | str, reason: Text | str) -> None:
    """List an exception once, however often the job is tried."""
    packed = pack_text(reason) or {}
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert
    session.execute(
        insert(JobException)
        .values(
            job_id=job_id, reference=reference, reason=packed, digest=digest_of(reference, packed)
        )
        .on_conflict_do_nothing()
    )


def outputs_folder() -> Path:
    """Return the folder of the files that jobs make; several machines share it."""
    home: Path = current_app.config["SETTINGS"].home
    return home / "exports"
