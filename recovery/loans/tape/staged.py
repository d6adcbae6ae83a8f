"""Staged rows read back, opened and cast, in the order of the file."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.crypto import keyring
from recovery.loans.models import ImportBatch, StagedRow
from recovery.loans.tape.casting import CastRow, RowCaster
from recovery.loans.tape.deciding import Pending
from recovery.loans.tape.staging import LOANS, PAYMENTS, cells_of, mapping_of

COLUMNS = (
    StagedRow.id,
    StagedRow.batch_id,
    StagedRow.part,
    StagedRow.row_number,
    StagedRow.contract_no,
    StagedRow.data_sealed,
)
BATCH = 500


@dataclass(frozen=True, slots=True)
class StagedPayments:
    """The payments file of a batch."""

    session: Session
    batch_id: int
    caster: RowCaster

    def of(self, contract_numbers: Sequence[str]) -> Mapping[str, Sequence[CastRow]]:
        """Return the reporting rows of each contract, cast; no snapshot stays open."""
        found: dict[str, list[CastRow]] = defaultdict(list)
        keys = keyring()
        for start in range(0, len(contract_numbers), BATCH):
            for row in self.session.execute(
                select(*COLUMNS)
                .where(
                    StagedRow.batch_id == self.batch_id,
                    StagedRow.part != LOANS,
                    StagedRow.contract_no.in_(contract_numbers[start : start + BATCH]),
                )
                .order_by(StagedRow.id)
            ):
                cast = self.caster.cast(row.row_number, cells_of(row, keys))
                found[row.contract_no].append(cast)
        self.session.rollback()
        return found


def payments_of(session: Session, batch: ImportBatch) -> StagedPayments | None:
    """Return the payments file of a batch; None where there is none."""
    if PAYMENTS not in batch.source:
        return None
    return StagedPayments(session, batch.id, RowCaster(mapping_of(batch, PAYMENTS)))


def read_pending(
    session: Session, batch_id: int, caster: RowCaster, *, after: int, limit: int
) -> list[Pending]:
    """Return the next `limit` rows that are neither applied nor rejected, behind row `after`."""
    keys = keyring()
    rows = session.execute(
        select(*COLUMNS)
        .where(
            StagedRow.batch_id == batch_id,
            StagedRow.state == "pending",
            StagedRow.id > after,
            StagedRow.part == LOANS,
        )
        .order_by(StagedRow.id)
        .limit(limit)
    ).all()
    return [
        Pending(row.id, caster.cast(row.row_number, cells_of(row, keys)), row.contract_no)
        for row in rows
    ]


def pending_chunks(
    session: Session, batch_id: int, caster: RowCaster, size: int
) -> Iterator[list[Pending]]:
    """Yield the rows that wait, `size` at a time."""
    after = 0
    while chunk := read_pending(session, batch_id, caster, after=after, limit=size):
        yield chunk
        after = chunk[-1].staged_id or 0


def seen_numbers(session: Session, batch_id: int) -> dict[str, int]:
    """Return contract number → row, of the loans rows of a batch that are applied already."""
    rows = session.execute(
        select(StagedRow.contract_no, StagedRow.row_number).where(
            StagedRow.batch_id == batch_id,
            StagedRow.state == "applied",
            StagedRow.part == LOANS,
        )
    )
    return {row.contract_no: row.row_number for row in rows if row.contract_no}
