"""The dry run: every row decided against the book, nothing written."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from sqlalchemy.orm import Session

from recovery.kernel.gate import Actor
from recovery.loans.models import ImportBatch
from recovery.loans.tape.applying import Progress
from recovery.loans.tape.casting import CastRow, RowCaster
from recovery.loans.tape.deciding import (
    REJECTED,
    Decider,
    Decision,
    Pending,
    grouped,
    setting_of,
)
from recovery.loans.tape.findings import Findings
from recovery.loans.tape.layouts import TapeMapping, apply_layout
from recovery.loans.tape.reading import Tape
from recovery.loans.tape.staged import payments_of, pending_chunks
from recovery.loans.tape.staging import (
    LOANS,
    PAYMENTS_FORM,
    Upload,
    mapping_of,
    open_with_layout,
)

AT_ONCE = 1000


def check_batch(
    reader: Session,
    batch: ImportBatch,
    *,
    actor: Actor,
    today: date,
    progress: Progress,
    on_rejected: Callable[[Decision], None] = lambda _one: None,
) -> Findings:
    """Return what importing a staged batch would come to; each refusal is told as it is found."""
    mapping, batch_id, total = mapping_of(batch, LOANS), batch.id, batch.row_count
    decider = decider_of(reader, batch, mapping, actor=actor, today=today)
    findings = Findings()
    for rows in pending_chunks(reader, batch_id, RowCaster(mapping), AT_ONCE):
        decisions = decider.decide(reader, rows)
        findings.add(decisions)
        for one in grouped(decisions, REJECTED):
            on_rejected(one)
        reader.expunge_all()
        progress(findings.rows, total)
    return findings


def decider_of(
    reader: Session, batch: ImportBatch, mapping: TapeMapping, *, actor: Actor, today: date
) -> Decider:
    """Return what decides the rows of a staged batch."""
    setting = setting_of(
        reader,
        actor,
        mapping.layout,
        batch_id=batch.id,
        branch_id=batch.branch_id,
        as_of=batch.as_of,
        today=today,
    )
    return Decider(mapping.layout, setting, actor, payments=payments_of(reader, batch))


@dataclass(frozen=True, slots=True)
class FilePayments:
    """A payments file held in memory, for a dry run that stages nothing."""

    rows: Mapping[str, Sequence[CastRow]]

    def of(self, contract_numbers: Sequence[str]) -> Mapping[str, Sequence[CastRow]]:
        """Return the reporting rows of each contract."""
        return self.rows


@dataclass(slots=True)
class FileCheck:
    """A dry run straight from the files: what a command shows and writes."""

    tape: Tape
    mapping: TapeMapping
    findings: Findings = field(default_factory=Findings)

    def run(
        self, reader: Session, decider: Decider, on_rejected: Callable[[Decision, list[str]], None]
    ) -> None:
        """Decide every row; hand each rejected one with its cells to `on_rejected`."""
        caster = RowCaster(self.mapping)
        rows = self.tape.rows()
        while chunk := list(islice(rows, AT_ONCE)):
            pending = [Pending(None, caster.cast(row.number, row.cells)) for row in chunk]
            decisions = decider.decide(reader, pending)
            self.findings.add(decisions)
            for row, decision in zip(chunk, decisions, strict=True):
                if decision.outcome == REJECTED:
                    on_rejected(decision, row.cells)
            reader.expunge_all()


def open_check(
    reader: Session, actor: Actor, today: date, upload: Upload
) -> tuple[FileCheck, Decider]:
    """Return the dry run of the files of `upload`, with what decides their rows.

    Raises:
        RuleViolation: a file cannot be read.
    """
    tape, layout = open_with_layout(reader, upload.path, upload.layout)
    mapping = apply_layout(layout, tape.columns, tape.unit)
    setting = setting_of(
        reader,
        actor,
        layout,
        batch_id=None,
        branch_id=upload.branch_id,
        as_of=upload.as_of,
        today=today,
    )
    payments = FilePayments(_grouped(reader, upload)) if upload.payments else None
    return FileCheck(tape, mapping), Decider(layout, setting, actor, payments=payments)


def _grouped(reader: Session, upload: Upload) -> dict[str, list[CastRow]]:
    """Return the rows of the payments file by contract number."""
    assert upload.payments is not None
    tape, layout = open_with_layout(reader, upload.payments, PAYMENTS_FORM)
    caster = RowCaster(apply_layout(layout, tape.columns, tape.unit))
    grouped: dict[str, list[CastRow]] = defaultdict(list)
    for row in _cast_rows(tape, caster):
        grouped[str(row.values.get("contract_no", ""))].append(row)
    return grouped


def _cast_rows(tape: Tape, caster: RowCaster) -> Iterator[CastRow]:
    """Yield the rows of a tape, cast."""
    return (caster.cast(row.number, row.cells) for row in tape.rows())
