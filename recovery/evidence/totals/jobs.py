"""Background work of outside totals: compare the last weeks again every night."""

from datetime import timedelta
from typing import Any

from recovery.evidence.totals.service import compare_again
from recovery.kernel.jobs import RunningJob, crontab, handles
from recovery.kernel.text import _

COMPARE = "totals.compare"
DAYS = 62
"""Two months: what is booked later than that shows when its month is reconciled again."""


@handles(COMPARE, label=_("重新核对外部总数"), when=crontab(hour="3", minute="40"))
def compare(job: RunningJob) -> dict[str, Any]:
    """Compare the totals of the last days with the ledger as it is now, a day at a time."""
    changed = 0
    for back in range(DAYS, -1, -1):
        with job.work() as work:
            day = work.today - timedelta(days=back)
            changed += compare_again(work, day, day)
        job.progress(DAYS - back + 1, DAYS + 1)
    return {"changed": changed}


def register() -> None:
    """Importing this module has registered the handlers."""
