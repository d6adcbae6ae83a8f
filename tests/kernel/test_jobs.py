"""Background jobs: claimed once, done once, whoever is killed when.

Each test runs on SQLite and, marked `postgres`, on PostgreSQL.
"""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import EVERYTHING, NOTHING, Actor
from recovery.kernel.job_queue import queue_of
from recovery.kernel.job_rows import Job, JobException, JobStatus, pack_text, unpack_text
from recovery.kernel.job_runner import claim, end, heartbeat, run_due_jobs, run_here, run_job, sweep
from recovery.kernel.job_service import cancel_job, pace_of, recent_jobs, retry_job
from recovery.kernel.job_worker import latest_slot, tick
from recovery.kernel.jobs import KINDS, JobLost, RunningJob, crontab, handles
from recovery.kernel.migrations import upgrade
from recovery.kernel.models import AuditEvent
from recovery.kernel.text import Listed, Text, _, reading
from recovery.kernel.work import work_as
from tests.conftest import within
from tests.kernel.job_process import STEPS, kernel_app, settings_at

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
ROOT = Path(__file__).parent.parent.parent
LI_NA = Actor(id=7, name="li.na", role="counsel", scope=EVERYTHING)
STALE = Action.VIEW_JOBS
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=BOTH)
def app(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> Iterator[Flask]:
    """Return the application with database and queue on one engine."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    if request.param == "postgres":
        url = queue = request.getfixturevalue("postgres_url")
        upgrade(url)
    else:
        shutil.copy(migrated, home / "recovery.db")
        url, queue = f"sqlite:///{home / 'recovery.db'}", f"sqlite:///{home / 'queue.db'}"
    app = kernel_app(settings_at(home, url, queue))
    yield from within(app)


@pytest.fixture
def kind() -> Iterator[Callable[..., str]]:
    """Return a way to register handlers that are gone after the test."""
    before = dict(KINDS)

    def register(handler: Callable[[RunningJob], Any], **options: Any) -> str:
        handles("test.kind", label=_("任务"), **options)(handler)
        return "test.kind"

    yield register
    KINDS.clear()
    KINDS.update(before)


def ask(kind: str, arguments: dict[str, Any] | None = None, key: str | None = None) -> int:
    """Ask for a job as Li Na."""
    with work_as(LI_NA) as work:
        return work.enqueue(kind, arguments or {}, key=key).id


def row(job_id: int) -> Job:
    """Return the job as it stands."""
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True)


def change(job_id: int, **values: Any) -> None:
    """Let time pass in a job's row."""
    with work_as(LI_NA) as work:
        work.session.execute(update(Job).where(Job.id == job_id).values(**values))


def steps_written() -> list[int]:
    """Return the steps that jobs have committed."""
    db.session.rollback()
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "job.view").order_by(AuditEvent.id)
    )
    return [event.changes["step"] for event in events]


def start_worker(app: Flask) -> subprocess.Popen[bytes]:
    """Start a worker as a process of its own."""
    settings = app.config["SETTINGS"]
    places = [str(settings.home), settings.database_url, settings.queue_url]
    return subprocess.Popen([sys.executable, "-m", "tests.kernel.job_process", *places], cwd=ROOT)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds; a minute is far more than any condition here needs."""
    for _attempt in range(1200):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("the condition never came true")


def test_a_worker_killed_in_the_middle_is_followed_by_another_and_the_job_is_done_once(
    app: Flask,
) -> None:
    job_id = ask(STEPS, {"steps": 12, "pause": 0.1})
    first = start_worker(app)
    wait_until(lambda: row(job_id).done >= 3)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert row(job_id).status == JobStatus.RUNNING

    change(job_id, lease_until=LONG_AGO)
    second = start_worker(app)
    wait_until(lambda: row(job_id).status == JobStatus.DONE)
    second.send_signal(signal.SIGTERM)
    assert second.wait() == 0

    job = row(job_id)
    assert (job.attempts, job.fence, job.result) == (2, 2, {"steps": 12})
    assert steps_written() == list(range(12))


def test_a_worker_told_to_end_puts_its_job_back_for_another(app: Flask) -> None:
    job_id = ask(STEPS, {"steps": 1000, "pause": 0.05})
    worker = start_worker(app)
    wait_until(lambda: row(job_id).done >= 1)
    worker.send_signal(signal.SIGINT)
    assert worker.wait() == 0
    job = row(job_id)
    assert (job.status, job.attempts, job.owner) == (JobStatus.QUEUED, 0, None)
    assert steps_written() == list(range(job.done))


def test_a_worker_that_was_thought_dead_can_change_nothing_any_more(app: Flask) -> None:
    job_id = ask(STEPS, {"steps": 2})
    stale = claim(job_id)
    assert stale is not None
    change(job_id, lease_until=LONG_AGO)
    sweep()
    run_job(job_id)
    with pytest.raises(JobLost), stale.work() as work:
        work.record(STALE, step=99)
    end(stale, JobStatus.FAILED)
    assert row(job_id).status == JobStatus.DONE
    assert steps_written() == [0, 1]


def test_two_claims_of_one_job_give_it_to_one(app: Flask) -> None:
    job_id = ask(STEPS, {"steps": 1})
    assert claim(job_id) is not None
    assert claim(job_id) is None


def test_a_job_whose_transaction_fails_was_never_asked_for(app: Flask) -> None:
    def ask_and_fail() -> None:
        with work_as(LI_NA) as work:
            work.enqueue(STEPS, {"steps": 1})
            raise RuleViolation("no")

    with pytest.raises(RuleViolation):
        ask_and_fail()
    assert db.session.scalars(select(Job)).all() == []
    assert queue_of(app).length() == 0


def test_the_same_key_gives_the_same_job_until_it_fails(
    app: Flask, kind: Callable[..., str]
) -> None:
    def refuse(_job: RunningJob) -> None:
        raise RuleViolation(_("共 {count} 笔", count=3))

    name = kind(refuse)
    first = ask(name, key="file-1")
    assert ask(name, key="file-1") == first
    assert ask(name, key="file-2") != first
    run_due_jobs()
    assert row(first).status == JobStatus.FAILED
    assert str(unpack_text(row(first).error)) == "共 3 笔"
    assert ask(name, key="file-1") != first


def test_a_fault_is_tried_again_later_and_given_up_after_the_last_attempt(
    app: Flask, kind: Callable[..., str]
) -> None:
    def stumble(_job: RunningJob) -> None:
        raise ZeroDivisionError

    job_id = ask(kind(stumble, attempts=2))
    run_due_jobs()
    job = row(job_id)
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 1)
    assert job.due_at > job.started_at + timedelta(seconds=4)
    change(job_id, due_at=LONG_AGO)
    run_due_jobs()
    job = row(job_id)
    assert (job.status, job.attempts) == (JobStatus.FAILED, 2)
    assert "ZeroDivisionError" in str(unpack_text(job.error))


def test_a_job_that_kills_its_workers_is_given_up(app: Flask, kind: Callable[..., str]) -> None:
    job_id = ask(kind(lambda _job: None, attempts=2))
    for _death in range(2):
        assert claim(job_id) is not None
        change(job_id, lease_until=LONG_AGO)
        sweep()
    assert row(job_id).status == JobStatus.FAILED


def test_exceptions_are_listed_once_however_often_the_job_is_tried(
    app: Flask, kind: Callable[..., str]
) -> None:
    def complain(job: RunningJob) -> dict[str, Any]:
        job.exception("C-001", _("没有这条记录，或您无权查看。"))
        with job.work():
            job.progress(1, 2)
        job.exception(_("第 {row} 行", row=2), "amount")
        if job.attempt == 1:
            raise ZeroDivisionError
        return {"done": 1}

    job_id = ask(kind(complain))
    run_due_jobs()
    change(job_id, due_at=LONG_AGO)
    run_due_jobs()
    listed = db.session.scalars(select(JobException).order_by(JobException.reference)).all()
    assert [one.reference for one in listed] == [_("第 {row} 行", row="2"), "C-001"]
    assert row(job_id).status == JobStatus.DONE


def test_cancelling_stops_a_running_job_before_its_next_unit_of_work(
    app: Flask, kind: Callable[..., str]
) -> None:
    def cancel_in_the_middle(job: RunningJob) -> None:
        with job.work() as work:
            work.record(STALE, step=1)
        with work_as(LI_NA) as work:
            cancel_job(work, job.id)
        with job.work() as work:
            work.record(STALE, step=2)

    job_id = ask(kind(cancel_in_the_middle))
    run_due_jobs()
    assert row(job_id).status == JobStatus.CANCELLED
    assert steps_written() == [1]


def test_the_heartbeat_prolongs_the_lease_shows_progress_and_sees_a_cancellation(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recovery.kernel.job_runner.HEARTBEAT_SECONDS", 0.02)
    job_id = ask(STEPS, {"steps": 1})
    job = claim(job_id)
    assert job is not None
    change(job_id, lease_until=LONG_AGO)
    with heartbeat(job):
        job.progress(5, 9, _("共 {count} 笔", count=9))
        wait_until(lambda: row(job_id).done == 5)
        with work_as(LI_NA) as work:
            cancel_job(work, job_id)
        wait_until(lambda: job.cancelled)
    lease = row(job_id).lease_until
    assert lease is not None
    assert lease > LONG_AGO


def test_progress_of_a_unit_of_work_that_fails_is_never_kept(
    app: Flask, kind: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recovery.kernel.job_runner.HEARTBEAT_SECONDS", 0.01)

    def fail_in_the_second(job: RunningJob) -> None:
        with job.work():
            job.progress(1, 2)
        with job.work():
            job.progress(2, 2)
            time.sleep(0.2)
            raise ZeroDivisionError

    job_id = ask(kind(fail_in_the_second))
    run_due_jobs()
    assert row(job_id).done == 1


def test_a_cancelled_job_can_be_asked_for_again(app: Flask) -> None:
    job_id = ask(STEPS, {"steps": 1})
    with work_as(LI_NA) as work:
        cancel_job(work, job_id)
    run_due_jobs()
    assert row(job_id).status == JobStatus.CANCELLED
    with work_as(LI_NA) as work:
        retry_job(work, job_id)
    assert run_here(job_id).status == JobStatus.DONE
    with pytest.raises(RuleViolation), work_as(LI_NA) as work:
        retry_job(work, job_id)


def test_people_see_their_own_jobs_and_administrators_all(app: Flask) -> None:
    job_id = ask(STEPS, {"steps": 1})
    other = Actor(id=8, name="wang.wei", role="collector", scope=NOTHING)
    administrator = Actor(id=1, name="admin", role="administrator", scope=EVERYTHING)
    assert [job.id for job in recent_jobs(db.session(), LI_NA)] == [job_id]
    assert list(recent_jobs(db.session(), other)) == []
    assert [job.id for job in recent_jobs(db.session(), administrator)] == [job_id]
    with pytest.raises(NotFound), work_as(other) as work:
        cancel_job(work, job_id)


def test_a_job_acts_as_the_person_who_asked_for_it(app: Flask, kind: Callable[..., str]) -> None:
    seen: list[Actor] = []

    def look(job: RunningJob) -> None:
        with job.work() as work:
            seen.append(work.actor)

    ask(kind(look))
    run_due_jobs()
    assert seen == [LI_NA]


def test_what_was_never_published_is_found_by_the_sweep(app: Flask) -> None:
    job_id = ask(STEPS, {"steps": 1})
    queue_of(app).huey.flush()
    assert sweep() == 0
    change(job_id, published_at=LONG_AGO)
    assert sweep() == 1
    assert queue_of(app).length() == 1


def test_a_slot_gets_one_job_however_many_workers_tick(
    app: Flask, kind: Callable[..., str]
) -> None:
    name = kind(lambda _job: None, when=crontab(hour="2", minute="0"))
    now = datetime(2026, 3, 15, 18, 0, 30, tzinfo=UTC)
    for minutes in (0, 0, 5, 60):
        tick(now + timedelta(minutes=minutes))
    jobs = db.session.scalars(select(Job).where(Job.kind == name)).all()
    assert [job.key for job in jobs] == ["2026-03-16T02:00"]
    tick(now + timedelta(days=1))
    db.session.rollback()
    keys = db.session.scalars(select(Job.key).where(Job.kind == name).order_by(Job.id)).all()
    assert keys == ["2026-03-16T02:00", "2026-03-17T02:00"]


def test_a_missed_slot_is_made_up_for_within_a_day() -> None:
    when = crontab(hour="2", minute="0")
    morning = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
    assert latest_slot(when, morning) == "2026-03-16T02:00"
    assert latest_slot(crontab(day="1", hour="2", minute="0"), morning) is None


def test_a_file_that_a_job_made_is_offered_only_when_it_is_done(
    app: Flask, kind: Callable[..., str]
) -> None:
    def write(job: RunningJob) -> dict[str, Any]:
        job.output("loans.csv").write_text(str(job.attempt))
        if job.attempt == 1:
            raise ZeroDivisionError
        return {"rows": 1}

    job_id = ask(kind(write))
    run_due_jobs()
    assert row(job_id).result is None
    change(job_id, due_at=LONG_AGO)
    run_due_jobs()
    assert row(job_id).result == {"rows": 1, "files": ["2/loans.csv"]}


def test_the_pace_tells_what_is_left() -> None:
    job = Job(status=JobStatus.RUNNING, started_at=LONG_AGO, done=50, total=200)
    pace = pace_of(job, LONG_AGO + timedelta(seconds=10))
    assert pace is not None
    assert (pace.per_second, pace.seconds_left) == (5.0, 30)
    job.done = 0
    assert pace_of(job, LONG_AGO + timedelta(seconds=10)) is None


def test_words_inside_a_kept_sentence_are_read_in_the_language_of_each_reader() -> None:
    words = Listed((Text("利息"), Text("费用")))
    kept = pack_text(
        Text("缺少{first}，还缺少：{others}", {"first": Text("本金"), "others": words})
    )
    sentence = unpack_text(json.loads(json.dumps(kept)))
    assert str(sentence) == "缺少本金，还缺少：利息、费用"
    english = {"本金": "Principal", "利息": "Interest", "费用": "Costs", "、": ", "}
    with reading(lambda key, _origin: english.get(key, key)):
        assert str(sentence) == "缺少Principal，还缺少：Interest, Costs"
