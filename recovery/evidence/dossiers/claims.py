"""The claim of a dossier, from the registered terms and schedule and the registered transactions.

Ledger rows never change; which of them count is decided by what was registered under the head.
"""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.dossiers.contents import Contents
from recovery.loans.models import LedgerEntry
from recovery.loans.queries import posting_of
from recovery.loans.rules.accrual import Posting
from recovery.loans.rules.claim import Claim, Line, compute_claim

AMOUNTS = ("amount", "principal", "interest", "penalty", "compound", "costs")
TERMS = (
    "accelerated_on",
    "compound_rate_per_year",
    "day_count",
    "disbursed_on",
    "matures_on",
    "penalty_rate_per_year",
    "rate_per_year",
    "repayment_method",
    "schedule",
)
"""Particulars that the computation takes, and prints."""

BATCH = 500


def claim_of(session: Session, contents: Contents) -> Claim | None:
    """Return the claim at the end of the head's day.

    None: by then no terms and schedule were registered, or the recipient is not shown the figures
    from which it follows.
    """
    given = contents.particulars
    hides = contents.disclosure.hides_any
    if given is None or hides("transaction", AMOUNTS) or hides("particulars", TERMS):
        return None
    ids = [record.subject_id for record in contents.of_kind("transaction")]
    return compute_claim(given.contract, given.dues, _standing(session, ids), contents.basis.day)


def accrual_lines(claim: Claim) -> list[Line]:
    """Return the lines of a claim that were counted by days, for the computation's table."""
    return [line for line in claim.lines if line.segment is not None and line.amount != Decimal(0)]


def _standing(session: Session, entry_ids: Sequence[int]) -> list[Posting]:
    """Return the rows that neither are reversals nor were reversed by one of these."""
    entries: list[LedgerEntry] = []
    for start in range(0, len(entry_ids), BATCH):
        part = entry_ids[start : start + BATCH]
        entries += session.scalars(select(LedgerEntry).where(LedgerEntry.id.in_(part)))
    undone = {entry.reverses_id for entry in entries}
    entries.sort(key=lambda entry: entry.number)
    return [
        posting_of(entry)
        for entry in entries
        if entry.kind != "reversal" and entry.id not in undone
    ]
