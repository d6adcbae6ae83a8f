"""Background work of loans: what falls due each day, month ends."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob, crontab, handles
from recovery.kernel.text import _
from recovery.loans import daily

BILL = "loans.bill_instalments"
MONTH_END = "loans.take_month_end"
LOOK_BACK = timedelta(days=35)
"""How far back a day's run looks for what was not billed: a month, should workers have stood."""

LOANS_PER_WORK = 100
SNAPSHOTS_PER_WORK = 500


@handles(BILL, label=_("期供到期入账"), when=crontab(hour="0", minute="10"))
def bill_instalments(job: RunningJob) -> dict[str, Any]:
    """Bill what fell due up to today; `since` may name an earlier first day."""
    today = clock.today()
    given = job.arguments.get("since")
    since = date.fromisoformat(given) if given else today - LOOK_BACK
    ids = daily.loans_falling_due(db.session(), since, today)
    db.session.rollback()
    billed = 0
    for done, batch in _batches(ids, LOANS_PER_WORK):
        with job.work() as work:
            billed += daily.bill_instalments(work, batch)
            job.progress(done, len(ids))
    return {"loans": len(ids), "billed": billed}


@handles(MONTH_END, label=_("月末快照"), when=crontab(day="1", hour="1", minute="0"))
def take_month_end(job: RunningJob) -> dict[str, Any]:
    """Keep every loan as it was at the end of last month, or of `month_end`."""
    given = job.arguments.get("month_end")
    last = clock.today().replace(day=1) - timedelta(days=1)
    month_end = date.fromisoformat(given) if given else last
    after, taken = 0, 0
    while ids := daily.loans_at(db.session(), month_end, after, SNAPSHOTS_PER_WORK):
        db.session.rollback()
        with job.work() as work:
            taken += daily.take_month_end(work, month_end, ids)
            job.progress(taken)
        after = ids[-1]
    return {"month_end": month_end.isoformat(), "taken": taken}


def _batches(ids: Sequence[int], size: int) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield batches with how many are done when each is."""
    for start in range(0, len(ids), size):
        batch = ids[start : start + size]
        yield start + len(batch), batch
