"""What is committed to as evidence of a loan's rows: fixed names, plain texts."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from recovery.kernel.money import fen_of, yuan_of
from recovery.loans.models import Document, LedgerEntry, Loan

AMOUNTS = ("amount", "principal", "interest", "penalty", "compound", "costs")
BATCH = 500


def ledger_fields(session: Session, entry_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return, by id, the fields of ledger rows, which never change."""
    old = aliased(LedgerEntry)
    found: dict[int, dict[str, str]] = {}
    for start in range(0, len(entry_ids), BATCH):
        rows = session.execute(
            select(LedgerEntry, Loan.contract_no, old.number)
            .join(Loan, Loan.id == LedgerEntry.loan_id)
            .outerjoin(old, old.id == LedgerEntry.reverses_id)
            .where(LedgerEntry.id.in_(entry_ids[start : start + BATCH]))
        )
        for entry, contract_no, reverses in rows:
            found[entry.id] = _fields(entry, contract_no, reverses)
    return found


def _fields(entry: LedgerEntry, contract_no: str, reverses: int | None) -> dict[str, str]:
    """Return the texts of one row; a reversal names the number of the row that it takes back."""
    return {
        "contract_no": contract_no,
        "number": str(entry.number),
        "kind": entry.kind,
        "value_date": entry.value_date.isoformat(),
        "booked_at": moment_text(entry.booked_at),
        **{name: str(yuan_of(fen_of(getattr(entry, name)))) for name in AMOUNTS},
        "reference": entry.reference or "",
        "reverses": "" if reverses is None else str(reverses),
        "origin": entry.origin,
    }


def document_fields(document: Document, contract_no: str) -> dict[str, str]:
    """Return the texts of a document as they are when it is added."""
    return {
        "contract_no": contract_no,
        "kind": document.kind,
        "title": document.title,
        "file_name": document.file_name,
        "media_type": document.media_type,
        "size": str(document.size),
        "sha256": document.sha256,
        "origin": document.origin,
        "added_at": moment_text(document.added_at),
    }


def moment_text(moment: datetime) -> str:
    """Return a moment in UTC with its zone, to the microsecond."""
    return moment.astimezone(UTC).isoformat()
