"""What people do with jobs: see their own, cancel, try again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.job_queue import publish
from recovery.kernel.job_rows import ENDED, Job, JobException, JobStatus
from recovery.kernel.text import _
from recovery.kernel.work import Work

ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class JobCounts:
    """What the indicator in the top bar shows: of one person's jobs."""

    active: int
    failed: int
    """Failed within the last day."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a running job is."""

    per_second: float
    seconds_left: int | None
    """None: the total is not known."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for the jobs that `actor` may see: their own, or all of them."""
    return true() if actor.role in ("administrator", "auditor") else Job.created_by == actor.id


def find_job(session: Session, job_id: int, actor: Actor) -> Job:
    """Return the job.

    Raises:
        NotFound: there is none, or it is someone else's.
    """
    job = session.scalars(select(Job).where(Job.id == job_id, visible_to(actor))).one_or_none()
    if job is None:
        raise NotFound(_("没有这个任务，或您无权查看。"))
    return job


def recent_jobs(
    session: Session, actor: Actor, *, before: int | None = None, limit: int = 50
) -> Sequence[Job]:
    """Return the newest jobs that `actor` may see, those numbered below `before`."""
    jobs = select(Job).where(visible_to(actor)).order_by(Job.id.desc()).limit(limit)
    return session.scalars(jobs.where(Job.id < before) if before else jobs).all()


def exceptions_of(
    session: Session, job_id: int, *, skip: int = 0, limit: int = 200
) -> Sequence[JobException]:
    """Return what the job could not do, in the order it was met, without the first `skip`."""
    return session.scalars(
        select(JobException)
        .where(JobException.job_id == job_id)
        .order_by(JobException.id)
        .offset(skip)
        .limit(limit)
    ).all()


def count_exceptions(session: Session, job_id: int) -> int:
    """Return for how many units the job has listed an exception."""
    count = select(func.count()).select_from(JobException).where(JobException.job_id == job_id)
    return session.scalar(count) or 0


def count_jobs(session: Session, actor: Actor, now: datetime) -> JobCounts:
    """Return how many of `actor`'s own jobs are under way, and how many failed since yesterday."""
    own = select(func.count()).select_from(Job).where(Job.created_by == actor.id)
    active = session.scalar(own.where(Job.status.in_(ACTIVE)))
    recent = own.where(Job.status == JobStatus.FAILED, Job.finished_at > now - timedelta(days=1))
    return JobCounts(active=active or 0, failed=session.scalar(recent) or 0)


def pace_of(job: Job, now: datetime) -> Pace | None:
    """Return how fast a running job is; None before there is anything to measure."""
    if job.status != JobStatus.RUNNING or job.started_at is None or not job.done:
        return None
    elapsed = (now - job.started_at).total_seconds()
    if elapsed <= 0:
        return None
    per_second = job.done / elapsed
    left = None if job.total is None else max(0, round((job.total - job.done) / per_second))
    return Pace(per_second, left)


def queue_lag(session: Session, now: datetime) -> float:
    """Return for how many seconds the oldest due job has waited."""
    oldest = session.scalar(
        select(func.min(Job.due_at)).where(Job.status == JobStatus.QUEUED, Job.due_at <= now)
    )
    return 0.0 if oldest is None else (now - oldest).total_seconds()


def cancel_job(work: Work, job_id: int) -> Job:
    """Cancel the job: at once while it waits, at its next unit of work while it runs.

    Raises:
        NotFound: there is none, or it is someone else's.
        RuleViolation: it has ended.
    """
    find_job(work.session, job_id, work.actor)
    job = work.session.get_one(Job, job_id, with_for_update=True, populate_existing=True)
    if job.status in ENDED:
        raise RuleViolation(_("任务已经结束，不能取消。"))
    job.cancel_requested = True
    if job.status == JobStatus.QUEUED:
        job.status = JobStatus.CANCELLED
        job.finished_at = clock.machine_now()
    work.record(Action.CANCEL_JOB, job, kind=job.kind)
    return job


def retry_job(work: Work, job_id: int) -> Job:
    """Let a failed or cancelled job wait again, with all its attempts.

    Raises:
        NotFound: there is none, or it is someone else's.
        RuleViolation: it has not failed.
        Conflict: the same was asked for again meanwhile.
    """
    find_job(work.session, job_id, work.actor)
    job = work.session.get_one(Job, job_id, with_for_update=True, populate_existing=True)
    if job.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
        raise RuleViolation(_("只有失败或已取消的任务可以重试。"))
    job.status, job.attempts, job.cancel_requested = JobStatus.QUEUED, 0, False
    job.due_at = job.published_at = clock.machine_now()
    job.finished_at = job.error = None
    try:
        work.session.flush()
    except IntegrityError as error:
        raise Conflict(_("同一任务已经重新提交。")) from error
    work.record(Action.RETRY_JOB, job, kind=job.kind)
    work.after_commit.append(lambda: publish(job_id))
    return job
