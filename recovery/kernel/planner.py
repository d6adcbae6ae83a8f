"""What the database knows of its own tables, from which it chooses which index to read."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from recovery.kernel.jobs import RunningJob, crontab, handles
from recovery.kernel.text import _

KIND = "database.measure"
SAMPLED = 1_000
"""Rows of each index that SQLite looks at: enough to choose by, and read in a moment."""


def measure(session: Session) -> None:
    """Let the database measure its tables anew; it would guess otherwise.

    To be done after much was loaded at once, and every night.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"PRAGMA analysis_limit={SAMPLED}"))
    session.execute(text("ANALYZE"))


@handles(KIND, label=_("更新数据库统计信息"), when=crontab(hour="4", minute="10"))
def measure_nightly(job: RunningJob) -> dict[str, Any]:
    """Measure the tables."""
    with job.work() as work:
        measure(work.session)
    return {}
