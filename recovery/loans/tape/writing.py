"""Writing what was decided of a chunk of rows, in one unit of work: loans, marks, counts, audit."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.bulk import insert_rows
from recovery.kernel.job_rows import pack_text
from recovery.kernel.models import AuditEvent
from recovery.kernel.text import _
from recovery.kernel.work import Work, request_id
from recovery.loans.bulk import insert_loans, update_loans
from recovery.loans.models import ImportBatch, StagedRow
from recovery.loans.tape.deciding import CREATED, REJECTED, UPDATED, Decision, grouped
from recovery.loans.tape.findings import Findings, first_problems, packed_problem, texts
from recovery.loans.tape.staging import LOANS

AT_ONCE = 500

LOAN_REJECTED = json.dumps(
    {"problems": [{"reason": pack_text(_("这笔贷款在贷款文件中的行被拒绝"))}]}, ensure_ascii=False
)


def write(work: Work, batch_id: int, decisions: Sequence[Decision]) -> None:
    """Write what was decided, and that it was."""
    created = list(grouped(decisions, CREATED))
    updated = list(grouped(decisions, UPDATED))
    insert_loans(work, [one.new for one in created if one.new is not None])
    update_loans(work, [one.update for one in updated if one.update is not None])
    for one in updated:
        for record, values in one.revisions:
            for name, value in values.items():
                setattr(record, name, value)
    _audit(work, updated)
    _mark(work.session, batch_id, decisions)
    _count(work, batch_id, decisions)


def _audit(work: Work, updated: Sequence[Decision]) -> None:
    """Write an audit event for each loan that a tape changed: field, before, after."""
    rows = [
        {
            "at": work.now,
            "actor_id": work.actor.id,
            "actor_name": work.actor.name,
            "action": Action.IMPORT_TAPE.value,
            "subject_type": "loan",
            "subject_id": one.loan_id,
            "changes": {name: list(change) for name, change in one.shown.items()},
            "request_id": request_id.get(),
        }
        for one in updated
    ]
    insert_rows(work.session, AuditEvent, rows)


def _mark(session: Session, batch_id: int, decisions: Sequence[Decision]) -> None:
    """Mark the staged rows, those of the payments file with their loans."""
    plain = [one for one in decisions if _is_plain(one)]
    for outcome in {one.outcome for one in plain}:
        ids = [one.pending.staged_id for one in grouped(plain, outcome)]
        for start in range(0, len(ids), AT_ONCE):
            here = StagedRow.id.in_(ids[start : start + AT_ONCE])
            _update(session, [here], {"state": "applied", "outcome": outcome})
    for one in decisions:
        if not _is_plain(one):
            _update(session, [StagedRow.id == one.pending.staged_id], _marks(one))
    _mark_payments(session, batch_id, decisions)


def _is_plain(one: Decision) -> bool:
    """Return whether there is nothing to say of a row but that it was applied."""
    return (
        one.outcome != REJECTED
        and not one.problems
        and not one.shown
        and one.contract_no == one.pending.contract_no
    )


def _update(session: Session, where: list[ColumnElement[bool]], values: dict[str, Any]) -> None:
    """Update staged rows that the session holds no objects of."""
    changed = update(StagedRow).where(*where).values(**values)
    session.execute(changed.execution_options(synchronize_session=False))


def _mark_payments(session: Session, batch_id: int, decisions: Sequence[Decision]) -> None:
    """Mark the rows of the payments file as their loans: a loan is whole or absent."""
    told = [one for one in decisions if one.months and one.contract_no]
    for state, reason in (("applied", None), ("rejected", LOAN_REJECTED)):
        numbers = [one.contract_no for one in told if (one.outcome == REJECTED) == bool(reason)]
        for start in range(0, len(numbers), AT_ONCE):
            here = [
                StagedRow.batch_id == batch_id,
                StagedRow.part != LOANS,
                StagedRow.contract_no.in_(numbers[start : start + AT_ONCE]),
            ]
            _update(session, here, {"state": state, "reason": reason})


def _marks(one: Decision) -> dict[str, Any]:
    """Return what a staged row keeps of its decision."""
    is_rejected = one.outcome == REJECTED
    return {
        "state": "rejected" if is_rejected else "applied",
        "outcome": None if is_rejected else one.outcome,
        "reason": reasons_of(one),
        "contract_no": one.contract_no,
    }


def reasons_of(one: Decision) -> str | None:
    """Return problems and differences of a row as a staged row keeps them; None: nothing."""
    if not one.problems and not one.shown:
        return None
    kept: dict[str, Any] = {}
    if one.problems:
        kept["problems"] = [packed_problem(problem) for problem in one.problems]
    if one.shown:
        kept["changes"] = {name: list(change) for name, change in one.shown.items()}
    return json.dumps(kept, ensure_ascii=False)


def _count(work: Work, batch_id: int, decisions: Sequence[Decision]) -> None:
    """Add the decisions to the counts and expected totals of the batch."""
    findings = Findings()
    findings.add(decisions)
    counts = findings.counts
    batch = work.session.get_one(ImportBatch, batch_id)
    batch.accepted_count += findings.rows - counts[REJECTED]
    batch.rejected_count += counts[REJECTED]
    batch.created_count += counts[CREATED]
    batch.updated_count += counts[UPDATED]
    batch.unchanged_count += counts["unchanged"]
    held = batch.control_totals
    batch.control_totals = {
        **held,
        "sums": texts(_added(held.get("sums", {}), findings.sums)),
        "expected": texts(_added(held.get("expected", {}), findings.expected)),
        "reporting_rows": held.get("reporting_rows", 0) + findings.reporting_rows,
        "fields": _tallied(held.get("fields", {}), findings.fields),
        "doubts": held.get("doubts", 0) + findings.problem_count,
        "problems": first_problems([*held.get("problems", ()), *findings.problems]),
    }


def _added(held: dict[str, str], more: dict[str, Decimal]) -> dict[str, Decimal]:
    """Return running totals with `more` added."""
    sums = {name: Decimal(text) for name, text in held.items()}
    for name, amount in more.items():
        sums[name] = sums.get(name, Decimal(0)) + amount
    return sums


def _tallied(held: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    """Return running counts with `more` added."""
    return {name: held.get(name, 0) + more.get(name, 0) for name in {**held, **more}}
