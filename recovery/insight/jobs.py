"""Background work of the dashboard."""

from typing import Any

from recovery.insight import service
from recovery.kernel import clock
from recovery.kernel.jobs import RunningJob, crontab, handles, result_link
from recovery.kernel.text import _

REFRESH = "insight.refresh"


@handles(REFRESH, label=_("计算总览数字"), when=crontab(minute="5"))
def refresh(job: RunningJob) -> dict[str, Any]:
    """Compute the figures of today."""
    service.refresh(job.work, clock.today())
    job.progress(1, 1)
    return {"links": [result_link(_("查看总览"), "insight.dashboard")]}


def register() -> None:
    """Importing this module has registered the handler."""
