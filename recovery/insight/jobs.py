"""Background work of the dashboard."""

from typing import Any

from recovery.insight import service
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob, crontab, handles, result_link
from recovery.kernel.text import _

REFRESH = "insight.refresh"


@handles(REFRESH, label=_("计算总览数字"), when=crontab(minute="5"))
def refresh(job: RunningJob) -> dict[str, Any]:
    """Compute the figures of today; reading is long, writing is short."""
    today = clock.today()
    figures = service.compute(db.session(), today)
    with job.work() as work:
        service.keep(work, figures, today)
        job.progress(1, 1)
    return {"links": [result_link(_("查看总览"), "insight.dashboard")]}


def register() -> None:
    """Importing this module has registered the handler."""
