"""Background work that keeps the registry whole."""

from typing import Any

from recovery.evidence import sequencer
from recovery.evidence.house import house_store
from recovery.evidence.keeping import audit, copies, erasure_log
from recovery.evidence.keeping.differences import all_differences
from recovery.evidence.keeping.erasure import FINISH
from recovery.evidence.keeping.fixity import Budget, Run
from recovery.evidence.keeping.models import ComparisonRun
from recovery.kernel import clock
from recovery.kernel.job_rows import pack_text
from recovery.kernel.jobs import RunningJob, crontab, handles
from recovery.kernel.text import _
from recovery.kernel.work import system_work

AUDIT, COMPARE = "evidence.audit_batch", "evidence.compare"
FIXITY, COPY, REPLAY = "evidence.fixity", "evidence.copy", "evidence.replay_erasures"
SHOWN = 500
"""Differences that a comparison keeps; the rest are counted."""


@handles(AUDIT, label=_("审计记录批量存证"), when=crontab(minute="*/5"))
def commit_audit(job: RunningJob) -> dict[str, Any]:
    """Put audit events that are in no batch yet into batches."""
    events = batches = 0
    while True:
        with job.work() as work:
            made = audit.commit_events(work)
        if made is None:
            return {"events": events, "batches": batches}
        events, batches = events + made.event_count, batches + 1
        if made.event_count < audit.MOST:
            return {"events": events, "batches": batches}


@handles(COMPARE, label=_("比对数据库与日志"), when=crontab(minute="50", hour="*/6"))
def compare_both_ways(job: RunningJob) -> dict[str, Any]:
    """Compare database and log both ways, and audit events with what was committed to."""
    started, count = clock.now(), 0
    kept: list[Any] = []
    for difference in all_differences():
        count += 1
        if len(kept) < SHOWN:
            kept.append(pack_text(difference))
        if count % 1000 == 0:
            job.check()
    size = house_store().size
    with job.work() as work:
        work.add(
            ComparisonRun(
                started_at=started,
                finished_at=work.now,
                leaf_count=size,
                difference_count=count,
                differences=kept,
            )
        )
    return {"leaves": size, "differences": count}


@handles(FIXITY, label=_("复核存证完好"), when=crontab(minute="30", hour="2"))
def check_fixity(job: RunningJob) -> dict[str, Any]:
    """Check what the budget of one run allows."""
    run = Run(job.work, Budget.configured(), check=job.check)
    cycle = run.go()
    job.progress(cycle.object_count, max(cycle.object_total, cycle.object_count))
    return {"objects": cycle.object_count, "bytes": run.bytes, "findings": run.found}


@handles(COPY, label=_("复制到第二份存储"), when=crontab(minute="15"))
def copy_objects(job: RunningJob) -> dict[str, Any]:
    """Copy what the second store lacks, where one is configured."""
    copy = copies.second_store()
    if copy is None:
        return {"configured": False}
    done = copies.mirror(copy, job.check)
    return {
        "objects": done.objects,
        "bytes": done.bytes,
        "log_files": done.log_files,
        "damaged": done.damaged,
    }


@handles(FINISH, label=_("执行已批准的删除"), when=crontab(minute="*/10"))
def finish_erasures(job: RunningJob) -> dict[str, Any]:
    """Bring approved erasures to their end."""
    return {"finished": erasure_log.finish(job.work)}


@handles(REPLAY, label=_("重放删除记录"), when=crontab(minute="25"))
def replay_erasures(job: RunningJob) -> dict[str, Any]:
    """Carry out again what a restore has brought back."""
    sequencer.register_pending()
    done = erasure_log.replay(job.work)
    return {"entries": done.entries, "erased": done.erased, "objects": done.objects}


def replay_on_start() -> None:
    """Ask for the erasure log to be carried out again when the program begins to work here."""
    with system_work("start") as work:
        work.enqueue(REPLAY, {})


def register() -> None:
    """Importing this module has registered the handlers."""
