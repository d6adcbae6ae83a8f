"""Applying a staged tape: up to a thousand loans per unit of work, each whole or absent.

The batch says "applying" until its control totals agree. A run that was killed is taken up where
its last unit of work ended: rows say themselves whether they are applied.
"""

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import pack_text
from recovery.kernel.text import _
from recovery.loans.models import ImportBatch, StagedRow
from recovery.loans.tape.casting import RowCaster
from recovery.loans.tape.deciding import (
    Decider,
    Pending,
    setting_of,
)
from recovery.loans.tape.findings import Findings, texts
from recovery.loans.tape.staged import payments_of, read_pending, seen_numbers
from recovery.loans.tape.staging import LOANS, Opener, mapping_of
from recovery.loans.tape.totals import booked_totals, disagreements
from recovery.loans.tape.writing import write

MOST = 1000
"""Loans per unit of work, at most."""

FEWEST = 20
LONGEST_HOLD = 0.5
"""Seconds for which a unit of work may hold the writer."""

AIM = 0.6 * LONGEST_HOLD
"""Seconds of the writer that the next unit of work is made for."""

Progress = Callable[[int, int], None]
"""Told rows done and rows in all."""


@dataclass(slots=True)
class Application:
    """A run that applies one batch."""

    reader: Session
    batch_id: int
    caster: RowCaster
    decider: Decider
    total: int
    size: int = 200
    done: int = 0
    findings: Findings = field(default_factory=Findings)

    def run(self, opener: Opener, progress: Progress) -> None:
        """Apply every row that waits."""
        after = 0
        with rare_collection():
            while rows := self._next(after):
                after = rows[-1].staged_id or after
                self._apply(opener, rows)
                self.done += len(rows)
                progress(self.done, self.total)

    def _next(self, after: int) -> list[Pending]:
        """Return the next rows, the reader's snapshot ended: SQLite could never begin its log anew
        while one is open at every commit, and it would grow by each."""
        rows = read_pending(self.reader, self.batch_id, self.caster, after=after, limit=self.size)
        self.reader.rollback()
        return rows

    def _apply(self, opener: Opener, rows: Sequence[Pending]) -> None:
        """Apply rows in one unit of work; when the database refuses one, find out which."""
        begun = clock.monotonic()
        try:
            with opener() as work:
                held = clock.monotonic()
                decisions = self.decider.decide(work.session, rows)
                write(work, self.batch_id, decisions)
        except (IntegrityError, ValueError, OverflowError) as error:
            self._forget(rows)
            self._apply_halves(opener, rows, error)
            return
        self._adapt(clock.monotonic() - max(held, begun), len(rows))

    def _forget(self, rows: Sequence[Pending]) -> None:
        """Forget the contract numbers that rows claimed whose unit of work was rolled back."""
        numbers = {one.row.number for one in rows}
        self.decider.forget(numbers)

    def _apply_halves(self, opener: Opener, rows: Sequence[Pending], error: Exception) -> None:
        """Apply the halves apart; a single row that the database refuses is rejected."""
        if len(rows) == 1:
            rows[0].row.reject(_("数据库拒绝写入（{fault}）", fault=type(error).__name__))
            with opener() as work:
                write(work, self.batch_id, self.decider.decide(work.session, rows))
            return
        middle = len(rows) // 2
        self._apply(opener, rows[:middle])
        self._apply(opener, rows[middle:])

    def _adapt(self, seconds: float, count: int) -> None:
        """Choose the size of the next unit of work by how long the last one held the writer."""
        fitting = int(count * AIM / max(seconds, 0.001))
        self.size = max(FEWEST, min(MOST, fitting, self.size * 2))


@contextmanager
def rare_collection() -> Iterator[None]:
    """Let Python look for cycles rarely inside the block.

    A unit of work makes a hundred thousand small objects that live until its end; looking through
    them over and over took a fifth of an import.
    """
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def apply_batch(
    opener: Opener, reader: Session, batch_id: int, *, actor: Actor, today: date, progress: Progress
) -> str:
    """Apply what waits of a batch and return its state: `applied` or `differs`.

    Raises:
        RuleViolation: the batch is not ready to be applied.
    """
    begin(opener, batch_id, today)
    reader.rollback()
    batch = reader.get_one(ImportBatch, batch_id, populate_existing=True)
    application = application_of(reader, batch, actor=actor, today=today)
    reader.rollback()
    application.run(opener, progress)
    return finish(opener, reader, batch_id)


def begin(opener: Opener, batch_id: int, today: date) -> None:
    """Say that the batch is being applied.

    Raises:
        RuleViolation: its rows are not all staged, or it was cancelled.
    """
    with opener() as work:
        batch = work.session.get_one(ImportBatch, batch_id, with_for_update=True)
        if batch.state not in {"staged", "applying", "differs"}:
            raise RuleViolation(_("这个批次不能导入：状态为“{state}”。", state=batch.state))
        if batch.state == "staged":
            batch.state = "applying"
            batch.as_of = batch.as_of or today
            batch.control_totals = {"expected": {}, "sums": {}}
            work.record(Action.IMPORT_TAPE, batch, rows=batch.row_count, sha256=batch.sha256)


def application_of(
    reader: Session, batch: ImportBatch, *, actor: Actor, today: date
) -> Application:
    """Return the run that applies what waits of `batch`."""
    mapping = mapping_of(batch, LOANS)
    setting = setting_of(
        reader,
        actor,
        mapping.layout,
        batch_id=batch.id,
        branch_id=batch.branch_id,
        as_of=batch.as_of,
        today=today,
    )
    decider = Decider(
        mapping.layout,
        setting,
        actor,
        payments=payments_of(reader, batch),
        seen=seen_numbers(reader, batch.id),
    )
    done = batch.accepted_count + batch.rejected_count
    return Application(
        reader, batch.id, RowCaster(mapping), decider, total=batch.row_count, done=done
    )


def finish(opener: Opener, reader: Session, batch_id: int) -> str:
    """Compare the control totals with the book; the batch is applied when they agree.

    The totals are read outside the unit of work: adding up a large tape would hold the writer.
    """
    with opener() as work:
        _reject_orphans(work.session, batch_id)
    found, waiting = booked_totals(reader, batch_id), _count_pending(reader, batch_id)
    reader.rollback()
    with opener() as work:
        batch = work.session.get_one(ImportBatch, batch_id, with_for_update=True)
        wrong = disagreements(batch, found)
        batch.state = "differs" if wrong or waiting else "applied"
        batch.applied_at = work.now
        batch.control_totals = {**batch.control_totals, "found": texts(found), "differs": wrong}
        work.register("batch", batch, loan_id=None, fields=evidence_of(batch))
        work.record(Action.IMPORT_TAPE, batch, reason=None, state=batch.state, **_counts_of(batch))
        return batch.state


def _count_pending(reader: Session, batch_id: int) -> int:
    """Return how many rows of a batch are neither applied nor rejected."""
    pending = (StagedRow.batch_id == batch_id, StagedRow.state == "pending")
    return reader.scalar(select(func.count()).select_from(StagedRow).where(*pending)) or 0


ORPHAN = json.dumps(
    {"problems": [{"reason": pack_text(_("贷款文件中没有这份合同"))}]}, ensure_ascii=False
)


def _reject_orphans(session: Session, batch_id: int) -> None:
    """Reject reporting rows whose loan the loans file does not name."""
    session.execute(
        update(StagedRow)
        .where(
            StagedRow.batch_id == batch_id, StagedRow.part != LOANS, StagedRow.state == "pending"
        )
        .values(state="rejected", reason=ORPHAN)
        .execution_options(synchronize_session=False)
    )


def _counts_of(batch: ImportBatch) -> dict[str, int]:
    """Return the counts of a batch."""
    return {
        "rows": batch.row_count,
        "created": batch.created_count,
        "updated": batch.updated_count,
        "unchanged": batch.unchanged_count,
        "rejected": batch.rejected_count,
    }


def evidence_of(batch: ImportBatch) -> dict[str, str]:
    """Return the texts of a batch to commit to: files by their hash, rows, sums."""
    fields = {name: str(count) for name, count in _counts_of(batch).items()}
    fields |= {f"sum.{name}": text for name, text in batch.control_totals["sums"].items()}
    fields |= {f"sha256.{part}": one["sha256"] for part, one in batch.source.items()}
    return fields | {"file_name": batch.file_name, "layout": batch.layout, "state": batch.state}
