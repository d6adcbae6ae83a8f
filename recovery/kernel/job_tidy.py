"""Removing what jobs left behind long ago."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists

from recovery.kernel import clock
from recovery.kernel.job_rows import Job, JobException, JobStatus
from recovery.kernel.jobs import RunningJob, crontab, handles, outputs_folder
from recovery.kernel.text import _

KIND = "jobs.tidy"

KEPT = timedelta(days=7)
"""How long files that jobs made, and rows of periodic jobs that went well, are kept."""


@handles(KIND, label=_("清理过期的任务文件"), when=crontab(hour="3", minute="30"))
def tidy(job: RunningJob) -> dict[str, Any]:
    """Remove files that jobs made long ago, and the rows of periodic jobs that went well."""
    border = clock.machine_now() - KEPT
    removed = sum(remove_if_older(folder, border) for folder in outputs_folder().glob("*"))
    with job.work() as work:
        told = exists().where(JobException.job_id == Job.id)
        old = (
            delete(Job)
            .where(Job.created_by.is_(None), Job.key.is_not(None), ~told)
            .where(Job.status == JobStatus.DONE, Job.finished_at < border)
        )
        work.session.execute(old, execution_options={"synchronize_session": False})
    return {"folders": removed}


def remove_if_older(folder: Path, border: datetime) -> bool:
    """Remove `folder` when nothing was written in it since `border`."""
    if folder.stat().st_mtime >= border.timestamp():
        return False
    shutil.rmtree(folder)
    return True
