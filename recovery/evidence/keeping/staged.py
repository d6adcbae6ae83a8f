"""Rows of tapes that were refused, or are kept a while: they repeat the file and its people."""

from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select

from recovery.evidence.keeping.reach import person_reach, text_reach
from recovery.kernel.crypto import Keyring, keyring
from recovery.kernel.work import Work
from recovery.loans.models import ImportBatch, Loan, StagedRow
from recovery.loans.tape.staged import COLUMNS
from recovery.loans.tape.staging import cells_of

ENDED = ("applied", "cancelled")
"""States of a batch that needs its rows no more; one that waits keeps them until it ends."""

AT_ONCE = 1_000


def register() -> None:
    """Let the erasure of a person reach the rows of tapes."""
    person_reach.put("staged_row", forget_contract)
    text_reach.put("staged_row", forget_naming)


def forget_contract(work: Work, loan_id: int) -> None:
    """Remove the rows of a loan."""
    loan = work.session.get_one(Loan, loan_id)
    ended = select(ImportBatch.id).where(ImportBatch.state.in_(ENDED))
    mine = (StagedRow.contract_no == loan.contract_no, StagedRow.batch_id.in_(ended))
    work.session.execute(delete(StagedRow).where(*mine))


def forget_naming(work: Work, texts: Sequence[str]) -> None:
    """Remove the refused rows that hold one of the texts: they may be of no contract.

    What was applied is a loan of the person, or names nobody else.
    """
    ended = select(ImportBatch.id).where(ImportBatch.state.in_(ENDED))
    rows = select(*COLUMNS).where(StagedRow.state == "rejected", StagedRow.batch_id.in_(ended))
    keys = keyring()
    found = [row.id for row in work.session.execute(rows) if _names(row, keys, texts)]
    for start in range(0, len(found), AT_ONCE):
        here = StagedRow.id.in_(found[start : start + AT_ONCE])
        work.session.execute(delete(StagedRow).where(here))


def _names(row: Any, keys: Keyring, texts: Sequence[str]) -> bool:
    """Tell whether a row holds one of the texts, or can no longer be read."""
    try:
        return any(text in cell for cell in cells_of(row, keys) for text in texts)
    except InvalidTag:
        return True
