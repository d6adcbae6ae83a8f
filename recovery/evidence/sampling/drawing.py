"""The two long steps of a sample, run by jobs: write the population down, and draw from it."""

import os
import shutil
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from recovery.evidence import sequencer
from recovery.evidence.models import Checkpoint
from recovery.evidence.sampling import draw, files
from recovery.evidence.sampling.models import AuditSample, SampleFile, SampleItem
from recovery.evidence.sampling.population import Counted, Wanted, write_population
from recovery.evidence.sampling.service import plan_of, population_text, registered_digest
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RecoveryError, RuleViolation
from recovery.kernel.job_rows import pack_text
from recovery.kernel.jobs import RunningJob
from recovery.kernel.links import StoredFile
from recovery.kernel.money import yuan_of
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.models import LedgerEntry

BATCH = 500


def fix_population(job: RunningJob, sample_id: int) -> int:
    """Write the population under the newest head, register it, and open the sample for a seed.

    Returns how many items it has. Run again after a kill, it begins afresh; once fixed it stays.
    """
    sample = db.session.get_one(AuditSample, sample_id)
    if sample.state != "fixing":
        return sample.item_count or 0
    head = _head(sample)
    waiting = sequencer.backlog()
    wanted = Wanted(sample.source, sample.measure, sample.query, head.size)
    made = _written(job, wanted)
    with job.work() as work:
        _note_population(work, sample_id, (head, waiting), made)
    return made[0].count


def _written(job: RunningJob, wanted: Wanted) -> tuple[Counted, StoredFile]:
    """Write the population to a file of its own and store it.

    Raises:
        RuleViolation: it is empty.
    """
    counted = Counted()
    with TemporaryFile() as raw:
        out = TextIOWrapper(raw, encoding="utf-8", newline="")
        for counted in write_population(out, db.session(), wanted, job.actor):
            job.check()
            job.progress(counted.count)
        out.detach()
        db.session.rollback()
        if not counted.count:
            raise RuleViolation(_("没有符合条件的项目，总体是空的。"))
        return counted, files.keep(raw, files.CSV)


def _head(sample: AuditSample) -> Checkpoint:
    """Return the head asked for; without one, register and sign all that waits.

    Raises:
        RuleViolation: there is no such head, or nothing was ever registered.
    """
    size = sample.log_size
    if size is None:
        sequencer.register_pending()
        sequencer.checkpoint()
        db.session.rollback()
        size = db.session.scalar(select(func.max(Checkpoint.size)))
    head = db.session.get(Checkpoint, size or 0)
    if head is None:
        raise RuleViolation(_("没有大小为 {size} 的检查点。", size=size or 0))
    return head


def _note_population(
    work: Work, sample_id: int, under: tuple[Checkpoint, int], made: tuple[Counted, StoredFile]
) -> None:
    """Keep what the population is, and register it as evidence."""
    (head, waiting), (counted, kept) = under, made
    sample = work.session.get_one(AuditSample, sample_id)
    if sample.state != "fixing":
        return
    sample.log_size, sample.log_root, sample.waiting_count = head.size, head.root, waiting
    sample.item_count, sample.value = counted.count, counted.value
    sample.positive_count, sample.positive_value = counted.positive_count, counted.positive_value
    sample.digest, sample.state, sample.fixed_at = counted.digest, "fixed", work.now
    work.session.flush()
    files.note_file(work, sample, kept, kind="population", name=f"{sample.number}-population.csv")
    fields = {
        "event": "sample.population",
        "sample": sample.number,
        "population_digest": registered_digest(sample, population_text(sample, kept.sha256)),
        "checkpoint": str(head.size),
        "root": head.root,
    }
    work.register("event", sample, loan_id=None, fields=fields)
    work.record(Action.DRAW_SAMPLE, sample, step="fixed", items=counted.count)


def draw_items(job: RunningJob, sample_id: int) -> int:
    """Draw by the sample's seed from its stored population; return how many items were drawn."""
    sample = db.session.get_one(AuditSample, sample_id)
    if sample.state != "drawing":
        return sample.drawn_count or 0
    plan = plan_of(sample)
    with TemporaryDirectory() as folder:
        population = unpacked(db.session(), sample, Path(folder))
        db.session.rollback()
        try:
            picks = draw.draw(plan, population)
        except draw.Bad as error:
            raise RuleViolation(_("无法抽样：{error}", error=error)) from error
        strata = strata_of(plan, population)
    with job.work() as work:
        _note_draw(work, sample_id, picks, strata)
    return len(picks)


def unpacked(session: Session, sample: AuditSample, folder: Path) -> draw.Population:
    """Write the stored population.csv into `folder` and return it."""
    stored = session.scalars(
        select(SampleFile).where(SampleFile.sample_id == sample.id, SampleFile.kind == "population")
    ).one()
    path = folder / "population.csv"
    with files.open_file(stored) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    return draw.Population(str(path))


def strata_of(plan: draw.Plan, population: draw.Population) -> list[list[int | str]]:
    """Return of each stratum its count and value; of a monetary-unit sample what is above zero."""
    counts, fen = [0] * (len(plan.bounds) + 1), [0] * (len(plan.bounds) + 1)
    for row in population.rows():
        if plan.method == "mus" and row.fen <= 0:
            continue
        place = draw.stratum_of(row.fen, plan.bounds)
        counts[place] += 1
        fen[place] += row.fen
    return [[count, draw.yuan_of(sum_)] for count, sum_ in zip(counts, fen, strict=True)]


def _note_draw(
    work: Work, sample_id: int, picks: Sequence[draw.Pick], strata: list[list[int | str]]
) -> None:
    sample = work.session.get_one(AuditSample, sample_id)
    if sample.state != "drawing":
        return
    plan = plan_of(sample)
    loans = _loans_of(work.session, sample, picks)
    rows = [_row(sample, place, pick, loans) for place, pick in enumerate(picks, 1)]
    for start in range(0, len(rows), BATCH):
        work.session.execute(insert(SampleItem), rows[start : start + BATCH])
    sample.strata, sample.drawn_count = strata, len(picks)
    sample.state, sample.drawn_at = "drawn", work.now
    if plan.method == "mus":
        positive = sum(draw.fen_of(str(value)) for _count, value in strata)
        sample.interval = yuan_of(draw.interval_of(plan, positive))
    work.session.flush()
    fields = {
        "event": "sample.draw",
        "sample": sample.number,
        "plan_digest": registered_digest(sample, draw.plan_text(plan)),
        "sample_digest": registered_digest(sample, draw.sample_text(picks)),
    }
    work.register("event", sample, loan_id=None, fields=fields)
    work.record(Action.DRAW_SAMPLE, sample, step="drawn", items=len(picks))


def _loans_of(session: Session, sample: AuditSample, picks: Sequence[draw.Pick]) -> dict[int, int]:
    """Return the loan of each item that was drawn, by the item's id."""
    ids = [pick.row.id for pick in picks]
    if sample.source == "loan":
        return {loan_id: loan_id for loan_id in ids}
    found: dict[int, int] = {}
    for start in range(0, len(ids), BATCH):
        part = LedgerEntry.id.in_(ids[start : start + BATCH])
        rows = session.execute(select(LedgerEntry.id, LedgerEntry.loan_id).where(part))
        found |= {entry_id: loan_id for entry_id, loan_id in rows}  # noqa: C416
    return found


def _row(
    sample: AuditSample, place: int, pick: draw.Pick, loans: dict[int, int]
) -> dict[str, object]:
    return {
        "row_uuid": os.urandom(16),
        "sample_id": sample.id,
        "place": place,
        "loan_id": loans[pick.row.id],
        "entry_id": None if sample.source == "loan" else pick.row.id,
        "reference": pick.row.reference,
        "value": yuan_of(pick.row.fen),
        "stratum": pick.stratum,
        "hits": pick.hits,
        "is_certain": pick.certain,
        "version": 1,
    }


def note_failure(job: RunningJob, sample_id: int, error: RecoveryError) -> None:
    """Say on the sample why it came to nothing; another population is another sample."""
    message: Text | str = error.message
    with job.work() as work:
        sample = work.session.get_one(AuditSample, sample_id)
        if sample.state in {"fixing", "drawing"}:
            sample.state, sample.failure = "failed", pack_text(message)
            work.record(Action.DRAW_SAMPLE, sample, step="failed")
