"""Building a million rows without keeping the wide indexes in step: they are made once, at the end.

Sorting a million keys once is several times faster than putting each in its place.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from recovery.kernel.db import WRITER, db
from recovery.kernel.work import system_work

PROCESS = "demo"
INDEXES = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table")
"""Those that the engine makes for itself have no statement."""


@contextmanager
def made_at_the_end(table: str) -> Iterator[None]:
    """Drop the table's indexes and make them again after the block, also when it fails.

    On the embedded database only; nobody else may use the table meanwhile.
    """
    if db.engines[WRITER].dialect.name != "sqlite":
        yield
        return
    with system_work(PROCESS) as work:
        rows = work.session.execute(INDEXES, {"table": table}).all()
        made = {row.name: row.sql for row in rows if row.sql}
        for name in made:
            work.session.execute(text(f"DROP INDEX {name}"))
    try:
        yield
    finally:
        for statement in made.values():
            with system_work(PROCESS) as work:
                work.session.execute(text(statement))
