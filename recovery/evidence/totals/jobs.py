"""Background work of outside totals: keep our daily sums, compare the last weeks every night."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.models import Branch
from recovery.evidence.totals import sums
from recovery.evidence.totals.models import LedgerSum
from recovery.evidence.totals.service import compare_again, figures_of_days
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob, crontab, handles
from recovery.kernel.text import _

COMPARE = "totals.compare"
KEEP = "totals.keep"
REBUILD = "totals.rebuild"
DAYS = 62
"""Two months: what is booked later than that shows when its month is reconciled again."""


@handles(COMPARE, label=_("重新核对外部总数"), when=crontab(hour="3", minute="40"))
def compare(job: RunningJob) -> dict[str, Any]:
    """Compare the totals of the last days with the ledger as it is now, a day at a time."""
    today, changed = clock.today(), 0
    ours = figures_of_days(db.session(), today - timedelta(days=DAYS), today)
    db.session.rollback()
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        with job.work() as work:
            changed += compare_again(work, day, day, ours)
            job.progress(DAYS - back + 1, DAYS + 1)
    return {"changed": changed}


@handles(KEEP, label=_("累计账本每日合计"), when=crontab(minute="*/10"))
def keep(job: RunningJob) -> dict[str, Any]:
    """Add what was booked since to the kept sums of every scope."""
    return _each_scope(job, sums.advanced)


@handles(REBUILD, label=_("重算账本每日合计"), when=crontab(hour="3", minute="20"))
def rebuild(job: RunningJob) -> dict[str, Any]:
    """Add the kept sums up anew from the first entry, so that no error in them stays."""
    return _each_scope(job, sums.rebuilt)


def _each_scope(
    job: RunningJob, made: Callable[[Session, int, datetime], LedgerSum | None]
) -> dict[str, Any]:
    """Make and store the sums of each scope: read first, then a short unit of work."""
    scopes = [sums.HOUSE, *db.session.scalars(select(Branch.id).order_by(Branch.id))]
    stored = 0
    for done, scope in enumerate(scopes, 1):
        row = made(db.session(), scope, clock.machine_now())
        db.session.rollback()
        with job.work() as work:
            if row is not None:
                work.session.merge(row)
                stored += 1
            job.progress(done, len(scopes))
    return {"scopes": stored}


def register() -> None:
    """Importing this module has registered the handlers."""
