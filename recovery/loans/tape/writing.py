"""Writing what was decided of a chunk of rows, in one unit of work: loans, marks, counts, audit."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.bulk import insert_rows
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import Work, request_id
from recovery.loans.bulk import insert_loans, update_loans
from recovery.loans.models import ImportBatch, StagedRow
from recovery.loans.tape.deciding import CREATED, REJECTED, UPDATED, Decision, grouped
from recovery.loans.tape.findings import Findings, packed_problem, texts
from recovery.loans.tape.staging import LOANS


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
    table = cast(Table, StagedRow.__table__)
    marking = (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(
            state=bindparam("new_state"),
            outcome=bindparam("new_outcome"),
            reason=bindparam("new_reason"),
            contract_no=bindparam("new_contract_no"),
        )
    )
    session.connection().execute(marking, [_marks(one) for one in decisions])
    for state in ("applied", "rejected"):
        numbers = [
            one.contract_no
            for one in decisions
            if one.months and (one.outcome == REJECTED) == (state == "rejected")
        ]
        if numbers:
            session.execute(
                update(StagedRow)
                .where(
                    StagedRow.batch_id == batch_id,
                    StagedRow.part != LOANS,
                    StagedRow.contract_no.in_(numbers),
                )
                .values(state=state)
                .execution_options(synchronize_session=False)
            )


def _marks(one: Decision) -> dict[str, Any]:
    """Return what a staged row keeps of its decision."""
    is_rejected = one.outcome == REJECTED
    return {
        "row_id": one.pending.staged_id,
        "new_state": "rejected" if is_rejected else "applied",
        "new_outcome": None if is_rejected else one.outcome,
        "new_reason": reasons_of(one),
        "new_contract_no": one.contract_no,
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
