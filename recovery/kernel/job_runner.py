"""Claiming, running and finishing jobs; finding those whose worker has died.

Every write of a job carries the fence of its claim: a worker that was thought dead and comes
back can change nothing.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy import func, or_, select, update

from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.errors import RecoveryError
from recovery.kernel.job_queue import publish
from recovery.kernel.job_rows import ENDED, Job, JobStatus, pack_text
from recovery.kernel.jobs import (
    KINDS,
    LEASE_SECONDS,
    JobCancelled,
    JobLost,
    JobPaused,
    Kind,
    RunningJob,
    claimed,
    lease_end,
    write_row,
)
from recovery.kernel.text import Text, _
from recovery.kernel.work import system_work

log = structlog.get_logger()

HEARTBEAT_SECONDS = LEASE_SECONDS / 6
REPUBLISH_AFTER = timedelta(seconds=30)
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=10)

stopping = threading.Event()
"""Set when this process shuts down: running jobs stop at their next unit of work."""


def run_job(job_id: int) -> None:
    """Claim the job and do it; nothing happens when it is not there to be claimed."""
    job = claim(job_id)
    if job is None:
        return
    kind = KINDS.get(job.kind)
    if kind is None:
        fail(job, _("这个版本没有处理“{kind}”的程序。", kind=job.kind))
        return
    with heartbeat(job):
        attempt(job, kind)


def claim(job_id: int) -> RunningJob | None:
    """Take the job if it waits and is due, and raise its fence."""
    now = clock.machine_now()
    with system_work("jobs") as work:
        taken = work.session.scalars(
            update(Job)
            .where(Job.id == job_id, Job.status == JobStatus.QUEUED, Job.due_at <= now)
            .values(
                status=JobStatus.RUNNING,
                fence=Job.fence + 1,
                attempts=Job.attempts + 1,
                owner=f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}",
                lease_until=lease_end(),
                started_at=now,
                error=None,
            )
            .returning(Job),
            execution_options={"populate_existing": True},
        ).one_or_none()
        return claimed(taken, stopping) if taken is not None else None


def attempt(job: RunningJob, kind: Kind) -> None:
    """Run the handler once and write how it ended."""
    log.info("job_started", job=job.id, kind=job.kind, attempt=job.attempt)
    try:
        result = kind.handler(job)
        finish(job, result)
    except JobLost:
        log.warning("job_lost", job=job.id, kind=job.kind)
    except JobCancelled:
        end(job, JobStatus.CANCELLED)
    except JobPaused:
        release(job)
    except RecoveryError as error:
        # A rule that refuses refuses again: no second attempt.
        fail(job, error.message)
    except Exception as error:
        log.error("job_fault", job=job.id, kind=job.kind, exc_info=error)
        retry_or_fail(job, kind, type(error).__name__)
    finally:
        db.session.remove()


def finish(job: RunningJob, result: dict[str, Any] | None) -> None:
    """Mark the job done, with its result and the files that this attempt made."""
    folder = job.output("x").parent
    names = sorted(path.name for path in folder.iterdir())
    files = {"files": [f"{job.fence}/{name}" for name in names]} if names else {}
    if not names:
        folder.rmdir()
    end(job, JobStatus.DONE, result={**(result or {}), **files})


def fail(job: RunningJob, reason: Text | str) -> None:
    """Mark the job failed, with one sentence for the reader."""
    log.warning("job_failed", job=job.id, kind=job.kind)
    end(job, JobStatus.FAILED, error=pack_text(reason))


def end(job: RunningJob, status: JobStatus, **values: Any) -> None:
    """Write the last state of the job, if it is still ours."""
    try:
        with system_work("jobs") as work:
            job.write_state(work.session)
            ending = {
                "status": status,
                "finished_at": clock.machine_now(),
                "lease_until": None,
                **values,
            }
            write_row(work.session, job.id, job.fence, ending)
    except JobLost:
        log.warning("job_lost", job=job.id, kind=job.kind)
    else:
        log.info("job_ended", job=job.id, kind=job.kind, status=status.value)


def release(job: RunningJob) -> None:
    """Put the job back as it is, for another worker: a shutdown is not a failed attempt."""
    put_back(job, due_at=clock.machine_now(), attempts=job.attempt - 1)


def retry_or_fail(job: RunningJob, kind: Kind, fault: str) -> None:
    """Put the job back for later, or give it up after its last attempt."""
    if job.attempt >= kind.attempts:
        fail(job, _("程序出错（{fault}），已尝试 {count} 次。", fault=fault, count=job.attempt))
        return
    delay = min(FIRST_DELAY * 2 ** (job.attempt - 1), LONGEST_DELAY)
    reason = _("程序出错（{fault}），稍后自动重试。", fault=fault)
    put_back(job, due_at=clock.machine_now() + delay, error=pack_text(reason))


def put_back(job: RunningJob, *, due_at: datetime, **values: Any) -> None:
    """Let the job wait again until `due_at`."""
    waiting = {
        "status": JobStatus.QUEUED,
        "due_at": due_at,
        "published_at": None,
        "lease_until": None,
        "owner": None,
        **values,
    }
    with system_work("jobs") as work:
        write_row(work.session, job.id, job.fence, waiting)


@contextmanager
def heartbeat(job: RunningJob) -> Iterator[None]:
    """Prolong the lease and write progress every few seconds while the block runs."""
    ended = threading.Event()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def beat() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            with app.app_context():
                try:
                    beat_once(job)
                except Exception as error:
                    log.warning("heartbeat_missed", job=job.id, error=type(error).__name__)

    thread = threading.Thread(target=beat, name=f"heartbeat-{job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def beat_once(job: RunningJob) -> None:
    """Give one sign of life, and see whether someone wants the job to stop."""
    with job.lock, system_work("jobs") as work:
        values = {
            "lease_until": lease_end(),
            "done": job.done,
            "total": job.total,
            "message": pack_text(job.message),
        }
        ours = write_row(work.session, job.id, job.fence, values)
        cancel = work.session.scalar(select(Job.cancel_requested).where(Job.id == job.id))
    job.note_request(cancel=bool(cancel), lost=not ours)


def sweep() -> int:
    """Free jobs whose lease ran out, and publish what is due; return how many were published."""
    now = clock.machine_now()
    with system_work("jobs") as work:
        expired = work.session.scalars(
            select(Job)
            .where(Job.status == JobStatus.RUNNING, Job.lease_until < now)
            .with_for_update(skip_locked=True)
        ).all()
        for job in expired:
            free(job, now)
        unseen = or_(Job.published_at.is_(None), Job.published_at < now - REPUBLISH_AFTER)
        due = work.session.scalars(
            select(Job)
            .where(Job.status == JobStatus.QUEUED, Job.due_at <= now, unseen)
            .order_by(Job.due_at)
            .limit(1000)
            .with_for_update(skip_locked=True)
        ).all()
        for job in due:
            job.published_at = now
        numbers = [job.id for job in due]
    for number in numbers:
        publish(number)
    return len(numbers)


def free(job: Job, now: datetime) -> None:
    """Let a job whose worker has died be claimed again, unless it was the last attempt."""
    kind = KINDS.get(job.kind)
    job.lease_until = None
    job.owner = None
    log.warning("lease_expired", job=job.id, kind=job.kind, attempt=job.attempts)
    if job.cancel_requested:
        job.status, job.finished_at = JobStatus.CANCELLED, now
    elif kind is not None and job.attempts >= kind.attempts:
        job.status, job.finished_at = JobStatus.FAILED, now
        job.error = pack_text(_("执行中断了 {count} 次，已停止重试。", count=job.attempts))
    else:
        job.status, job.due_at, job.published_at = JobStatus.QUEUED, now, None


def run_due_jobs() -> int:
    """Do every job that is due, here and now, until none is left; return how many (tests)."""
    count = 0
    while (number := next_due()) is not None:
        run_job(number)
        count += 1
    return count


def next_due() -> int | None:
    """Return the oldest job that is due."""
    with system_work("jobs") as work:
        return work.session.scalar(
            select(func.min(Job.id)).where(
                Job.status == JobStatus.QUEUED, Job.due_at <= clock.machine_now()
            )
        )


def run_here(job_id: int) -> Job:
    """Do the job in this process (a command), or wait for the worker that was faster.

    Returns the row as it ended.
    """
    pause = threading.Event()
    while True:
        run_job(job_id)
        with system_work("jobs") as work:
            job = work.session.get_one(Job, job_id)
        if job.status in ENDED:
            return job
        sweep()
        pause.wait(0.5)
