"""The worker process: takes job numbers from the queue, sweeps, and starts periodic jobs.

The sweep and the ticks have a thread of their own, so that neither waits behind a long job.
"""

import threading
from datetime import datetime, timedelta

import structlog
from flask import Flask
from huey.consumer import Consumer
from sqlalchemy import exists, select

from recovery.kernel import clock, job_tidy
from recovery.kernel.job_queue import queue_of
from recovery.kernel.job_rows import Job, NewJob, add_job
from recovery.kernel.job_runner import stopping, sweep
from recovery.kernel.jobs import KINDS, Kind, When
from recovery.kernel.work import system_work

log = structlog.get_logger()

OWN_KINDS = (job_tidy.KIND,)
"""Periodic kinds of the jobs themselves, registered by importing their module."""

SWEEP_SECONDS = 15
CATCH_UP = timedelta(days=1)
"""A slot missed while no worker ran is made up for, once, within this time."""


class StoppingConsumer(Consumer):  # type: ignore[misc]
    """A consumer that lets running jobs stop at their next unit of work when it is told to end."""

    def stop(self, graceful: bool = False) -> None:
        """Stop taking jobs; wait for those under way to put themselves back."""
        stopping.set()
        super().stop(graceful=True)


def run_worker(app: Flask, threads: int) -> None:
    """Do jobs until SIGINT or SIGTERM."""
    ended = threading.Event()
    ticker = threading.Thread(target=keep_ticking, args=(app, ended), name="ticker", daemon=True)
    ticker.start()
    consumer = StoppingConsumer(
        queue_of(app).huey,
        workers=threads,
        periodic=False,
        max_delay=1.0,
        scheduler_interval=60,
        shutdown_timeout=20,
    )
    log.info("worker_started", threads=threads)
    consumer.run()
    ended.set()
    ticker.join()
    log.info("worker_ended")


def keep_ticking(app: Flask, ended: threading.Event) -> None:
    """Sweep and tick every few seconds until `ended`."""
    while True:
        with app.app_context():
            try:
                tick(clock.machine_now())
                sweep()
            except Exception as error:
                log.error("tick_failed", exc_info=error)
        if ended.wait(SWEEP_SECONDS):
            return


def tick(now: datetime) -> None:
    """Ask for the jobs of the slots that have come; a slot has one job, however many workers."""
    for kind in [kind for kind in KINDS.values() if kind.when is not None]:
        slot = latest_slot(kind.when, now) if kind.when else None
        if slot is not None:
            ask_for_slot(kind, slot)


def latest_slot(when: When, now: datetime) -> str | None:
    """Return the latest minute up to `now` (Shanghai time) that is a slot, within a day."""
    minute = now.astimezone(clock.BUSINESS_ZONE).replace(second=0, microsecond=0, tzinfo=None)
    for _step in range(int(CATCH_UP / timedelta(minutes=1))):
        if when(minute):
            return minute.isoformat(timespec="minutes")
        minute -= timedelta(minutes=1)
    return None


def ask_for_slot(kind: Kind, slot: str) -> None:
    """Write the job of a slot unless it was ever written, however that one ended."""
    with system_work("ticker") as work:
        known = select(exists().where(Job.kind == kind.name, Job.key == slot))
        if not work.session.scalar(known):
            new = NewJob(kind.name, {}, slot)
            job, _is_new = add_job(work.session, new, actor=work.actor, now=work.now)
            # The sweep that follows publishes it.
            job.published_at = None
