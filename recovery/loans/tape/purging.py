"""Removing the staged copies of rows when they have served: they are sealed personal data.

What stays: the batch with its totals and differences, and the rows that were refused, which their
sender may still ask for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob, crontab, handles
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import ImportBatch, StagedRow

KIND = "tape.purge"

KEPT = timedelta(days=30)
"""How long the staged rows of a batch are kept after it was applied, or begun and cancelled."""

ROWS_PER_WORK = 2000


@handles(KIND, label=_("清除导入暂存数据"), when=crontab(hour="4", minute="40"))
def purge(job: RunningJob) -> dict[str, Any]:
    """Remove the staged rows of the batches that were done long ago."""
    batches = served_batches(db.session(), clock.now() - KEPT)
    db.session.rollback()
    removed = 0
    for done, batch_id in enumerate(batches, 1):
        while True:
            with job.work() as work:
                count = purge_rows(work, batch_id, ROWS_PER_WORK)
                job.progress(done, len(batches))
            removed += count
            if count < ROWS_PER_WORK:
                break
    return {"batches": len(batches), "rows": removed}


def served_batches(session: Session, border: datetime) -> Sequence[int]:
    """Return the batches that were done before `border` and still have rows to remove."""
    applied = and_(ImportBatch.state == "applied", ImportBatch.applied_at < border)
    cancelled = and_(ImportBatch.state == "cancelled", ImportBatch.created_at < border)
    found = select(ImportBatch.id).where(
        or_(applied, cancelled), exists().where(*_served(ImportBatch.id))
    )
    return session.scalars(found.order_by(ImportBatch.id)).all()


def purge_rows(work: Work, batch_id: int, limit: int) -> int:
    """Remove up to `limit` staged rows of a batch that is done; return how many."""
    batch = work.session.get_one(ImportBatch, batch_id, with_for_update=True)
    ids = work.session.scalars(select(StagedRow.id).where(*_served(batch_id)).limit(limit)).all()
    if not ids:
        return 0
    gone = delete(StagedRow).where(StagedRow.id.in_(ids))
    work.session.execute(gone, execution_options={"synchronize_session": False})
    total = batch.control_totals.get("purged_rows", 0) + len(ids)
    batch.control_totals = {
        **batch.control_totals,
        "purged_rows": total,
        "purged_on": work.today.isoformat(),
    }
    work.record(Action.IMPORT_TAPE, batch, purged_rows=len(ids))
    return len(ids)


def _served(batch_id: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the condition on the rows of a batch that are of no more use."""
    return StagedRow.batch_id == batch_id, StagedRow.state.in_(("pending", "applied"))
