"""The steps of an import: choose a layout, dry-run, import, cancel; layouts kept for a lender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import Job
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import ImportBatch, TapeLayout
from recovery.loans.tape.headers import key_of
from recovery.loans.tape.layouts import Layout, definition_of, from_definition, shipped
from recovery.loans.tape.staging import LOANS, columns_of

CHECK_JOB, APPLY_JOB = "tape.check", "tape.apply"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose for one column: a field (or none), its unit, its form of days."""

    index: int
    field: str | None
    unit: str | None = None
    days: str = "auto"


def find_batch(session: Session, batch_id: int, actor: Actor) -> ImportBatch:
    """Return the batch.

    Raises:
        NotFound: there is none, or it is out of the actor's reach.
    """
    found = select(ImportBatch).where(ImportBatch.id == batch_id)
    batch: ImportBatch | None = session.scalars(_within_reach(found, actor)).one_or_none()
    if batch is None:
        raise NotFound(_("没有这个导入批次，或您无权查看。"))
    return batch


def _within_reach(statement: Any, actor: Actor) -> Any:
    """Return `statement` narrowed to batches that the actor made, or of the actor's branches."""
    if actor.scope.everything:
        return statement
    mine = ImportBatch.created_by_id == actor.id
    return statement.where(or_(mine, ImportBatch.branch_id.in_(sorted(actor.scope.branches))))


def recent_batches(
    session: Session, actor: Actor, *, before: int | None = None, limit: int = 50
) -> Sequence[ImportBatch]:
    """Return the newest batches within reach, those numbered below `before`."""
    found = select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit)
    if before is not None:
        found = found.where(ImportBatch.id < before)
    batches: Sequence[ImportBatch] = session.scalars(_within_reach(found, actor)).all()
    return batches


def same_files(session: Session, batch: ImportBatch) -> list[ImportBatch]:
    """Return earlier batches, begun or done, of exactly the same files, the newest first."""
    earlier = session.scalars(
        select(ImportBatch)
        .where(
            ImportBatch.sha256 == batch.sha256,
            ImportBatch.id != batch.id,
            ImportBatch.state.in_(("applying", "applied", "differs")),
        )
        .order_by(ImportBatch.id.desc())
    )
    return [one for one in earlier if digests(one) == digests(batch)]


def digests(batch: ImportBatch) -> dict[str, str]:
    """Return the SHA-256 of each file of a batch."""
    return {part: one["sha256"] for part, one in batch.source.items()}


def staged_batch(work: Work, batch_id: int) -> ImportBatch:
    """Return a batch that waits to be imported, for change.

    Raises:
        NotFound: there is none within reach.
        RuleViolation: it is being imported, or was.
    """
    batch = find_batch(work.session, batch_id, work.actor)
    if batch.state != "staged":
        raise RuleViolation(_("这个批次已经开始导入或已取消，不能再改。"))
    return batch


def choose_layout(work: Work, batch_id: int, layout: Layout) -> ImportBatch:
    """Read the batch's loans file with `layout` from now on; an earlier dry run is void."""
    batch = staged_batch(work, batch_id)
    definition = {"name": layout.name, **definition_of(layout)}
    batch.definition = {**(batch.definition or {}), LOANS: definition}
    batch.layout, batch.findings = layout.name, None
    work.record(Action.IMPORT_TAPE, batch, layout=layout.name)
    return batch


def choose_day(work: Work, batch_id: int, as_of: date | None) -> ImportBatch:
    """Set the day of the balances where no column tells it.

    Raises:
        RuleViolation: the day is in the future.
    """
    batch = staged_batch(work, batch_id)
    if as_of is not None and as_of > work.today:
        raise RuleViolation(_("数据日期不能在将来。"))
    batch.as_of, batch.findings = as_of, None
    return batch


def layout_from(batch: ImportBatch, base: Layout, choices: Sequence[Choice]) -> Layout:
    """Return `base` with each column of the batch read as chosen.

    A column chosen for a field is known by its header from then on; a column chosen for nothing
    is known to no field any more.

    Raises:
        RuleViolation: no column is chosen for the contract number, or a field does not exist.
    """
    columns = {column.index: column for column in columns_of(batch, LOANS)}
    chosen = {one.index: one for one in choices if one.index in columns}
    mine = {key for index in chosen for key in columns[index].keys[:1]}
    rules: dict[str, dict[str, Any]] = {}
    for name, rule in definition_of(base)["fields"].items():
        kept = [header for header in rule["headers"] if header not in mine]
        rules[name] = {**rule, "headers": kept}
    for index, one in chosen.items():
        if one.field is not None:
            key = columns[index].keys[0]
            before = rules.get(one.field, {"headers": [], "prefix": ""})
            headers = [key, *(before["headers"])]
            rules[one.field] = {
                **before,
                "headers": headers,
                "unit": one.unit or None,
                "days": one.days or "auto",
            }
    if not any(one.field == "contract_no" for one in chosen.values()):
        raise RuleViolation(_("请指定哪一列是合同编号。"))
    made_from = [column.keys[0] for column in columns.values()]
    definition = {**definition_of(base), "fields": rules, "columns": made_from}
    return from_definition(base.name, definition)


def layout_named(session: Session, name: str) -> TapeLayout | None:
    """Return the lender's own layout called `name`; None where there is none."""
    found = select(TapeLayout).where(TapeLayout.name == name)
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def save_layout(work: Work, name: str, layout: Layout) -> TapeLayout:
    """Keep `layout` under `name`, replacing the one of that name.

    Raises:
        RuleViolation: no name, or one of a layout that comes with the program.
    """
    name = " ".join(name.split())
    if not name or key_of(name) in {key_of(one) for one in shipped()}:
        raise RuleViolation(_("请为版式起一个自己的名称。"))
    definition = {**definition_of(layout), "title": name}
    kept = layout_named(work.session, name)
    if kept is None:
        kept = work.add(TapeLayout(name=name, definition=definition))
    else:
        kept.definition = definition
    work.session.flush()
    work.record(Action.CHANGE_LAYOUT, kept, name=name, fields=len(layout.rules))
    return kept


def request_check(work: Work, batch_id: int) -> Job:
    """Ask for a dry run of the batch."""
    batch = staged_batch(work, batch_id)
    batch.findings = None
    return work.enqueue(CHECK_JOB, {"batch": batch.id})


def keep_findings(work: Work, batch_id: int, findings: Mapping[str, Any]) -> None:
    """Keep the result of a dry run, unless the import has begun meanwhile."""
    batch = work.session.get_one(ImportBatch, batch_id)
    if batch.state == "staged":
        batch.findings = dict(findings)


def request_import(work: Work, batch_id: int) -> Job:
    """Ask for the import of the batch; asking twice starts it once.

    Raises:
        RuleViolation: it was cancelled, or is done.
    """
    batch = find_batch(work.session, batch_id, work.actor)
    if batch.state not in {"staged", "applying"}:
        raise RuleViolation(_("这个批次已经导入或已取消。"))
    work.record(Action.IMPORT_TAPE, batch, requested=True)
    return work.enqueue(APPLY_JOB, {"batch": batch.id}, key=str(batch.id))


def cancel_batch(work: Work, batch_id: int) -> ImportBatch:
    """Give up a batch of which nothing has been applied.

    Raises:
        RuleViolation: its import has begun.
    """
    batch = find_batch(work.session, batch_id, work.actor)
    if batch.state not in {"staging", "staged"}:
        raise RuleViolation(_("这个批次已经开始导入，不能取消。"))
    batch.state = "cancelled"
    work.record(Action.IMPORT_TAPE, batch, state="cancelled")
    return batch
