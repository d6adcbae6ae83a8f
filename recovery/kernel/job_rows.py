"""The rows of background jobs: a job's truth is its row; the queue carries only its number."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from recovery.kernel import clock
from recovery.kernel.db import Base, Json, Moment
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.sentences import Sentence
from recovery.kernel.sentences import pack_text as pack_text
from recovery.kernel.sentences import unpack_text as unpack_text
from recovery.kernel.text import Text


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)
LIVE_KEY = text("key IS NOT NULL AND status IN ('queued', 'running', 'done')")


class Job(Base):
    """A piece of background work (后台任务)."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "status", "due_at"),
        Index("ix_job_creator", "created_by", "id"),
        Index(
            "uq_job_key",
            "kind",
            "key",
            unique=True,
            sqlite_where=LIVE_KEY,
            postgresql_where=LIVE_KEY,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String)
    """Name under which its handler is registered."""

    key: Mapped[str | None]
    """Idempotency key: at most one job of a kind with it is waiting, running or done."""

    arguments: Mapped[dict[str, Any]]
    actor: Mapped[dict[str, Any]]
    """Who asked for it, with role and scope as they were then: what the job may see and do."""

    created_by: Mapped[int | None]
    """User who asked for it; None: the system."""

    created_at: Mapped[Moment]
    status: Mapped[str]

    due_at: Mapped[Moment]
    """Not to be claimed before this moment (machine time: a shown clock does not move it)."""

    published_at: Mapped[Moment | None]
    """When its number was last put into the queue; None: not since it became due again."""

    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    """Raised by each claim; every write of the job must match it."""

    owner: Mapped[str | None]
    """Worker that holds it: machine, process, thread."""

    lease_until: Mapped[Moment | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)

    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    """How many units it has to do; None: not known yet."""

    message: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What it is doing, as a sentence to translate."""

    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)

    started_at: Mapped[Moment | None]
    """Begin of the latest attempt."""

    finished_at: Mapped[Moment | None]


class JobException(Base):
    """What a job could not do for one of its units; the rest went on."""

    __tablename__ = "job_exception"
    __table_args__ = (Index("uq_job_exception", "job_id", "digest", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))

    reference: Mapped[Text | str] = mapped_column(Sentence)
    """What it concerns: a contract number, or a row of a file in words. Never personal data."""

    reason: Mapped[dict[str, Any]]
    digest: Mapped[str]
    """SHA-256 of reference and reason: a repeated attempt lists nothing twice."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is asked of the background: a kind, its arguments (JSON), and its idempotency key."""

    kind: str
    arguments: dict[str, Any]
    key: str | None = None


def add_job(session: Session, new: NewJob, *, actor: Actor, now: datetime) -> tuple[Job, bool]:
    """Write the row of a job, or find the one that has its key; tell whether it is new."""
    job = Job(
        kind=new.kind,
        key=new.key,
        arguments=new.arguments,
        actor=pack_actor(actor),
        created_by=actor.id,
        created_at=now,
        status=JobStatus.QUEUED,
        due_at=clock.machine_now(),
        published_at=clock.machine_now(),
    )
    existing = find_by_key(session, new)
    if existing is not None:
        return existing, False
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        # Another transaction was faster with the same key.
        existing = find_by_key(session, new)
        if existing is None:
            raise
        return existing, False
    return job, True


def find_by_key(session: Session, new: NewJob) -> Job | None:
    """Return the job that already does, or has done, what `new` asks for."""
    if new.key is None:
        return None
    alive = [JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.DONE]
    same = select(Job).where(Job.kind == new.kind, Job.key == new.key, Job.status.in_(alive))
    return session.scalars(same).one_or_none()


def pack_actor(actor: Actor) -> dict[str, Any]:
    """Return `actor` as JSON."""
    scope = actor.scope
    return {
        "id": actor.id,
        "name": actor.name,
        "role": actor.role,
        "scope": {
            "everything": scope.everything,
            "branches": sorted(scope.branches),
            "owner_id": scope.owner_id,
            "agency_id": scope.agency_id,
            "packages": sorted(scope.packages),
        },
    }


def unpack_actor(packed: dict[str, Any]) -> Actor:
    """Return the actor that `pack_actor` packed."""
    scope = packed["scope"]
    return Actor(
        id=packed["id"],
        name=packed["name"],
        role=packed["role"],
        scope=Scope(
            everything=scope["everything"],
            branches=frozenset(scope["branches"]),
            owner_id=scope["owner_id"],
            agency_id=scope["agency_id"],
            packages=frozenset(scope["packages"]),
        ),
    )


def digest_of(reference: Text | str, reason: dict[str, Any]) -> str:
    """Return the digest by which a repeated exception is known."""
    content = json.dumps([pack_text(reference), reason], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
