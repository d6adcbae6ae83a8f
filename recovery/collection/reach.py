"""What the erasure of a person reaches in records of collection: what people wrote in them."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.collection.models import TABLES, CollectionRecord
from recovery.evidence.keeping.reach import GONE, Eraser, erasers, person_reach
from recovery.kernel.work import Work
from recovery.loans.models import Loan

WORDS = frozenset({"remark", "contact_address", "terms"})
COLUMNS = {"contact_address": "address"}
"""Registered field → column, where it is not called the same."""

OF_PERSON = re.compile("person_name|signers")
"""Names, which rows take from the people of the loan; they go from the registration."""


def register() -> None:
    """Let the erasure of a person reach the records of collection of a loan."""
    for table in TABLES:
        erasers.put(table, Eraser(WORDS, _words, of_person=OF_PERSON, about=_person))
    person_reach.put("collection_record", _of_loan)


def _person(session: Session, record_id: int) -> int:
    """Return whom a record is about; where it was a third party, the borrower whose debt it is."""
    row = session.get_one(CollectionRecord, record_id)
    return row.person_id or session.get_one(Loan, row.loan_id).borrower_id


def _words(work: Work, record_id: int, names: Sequence[str]) -> None:
    row = work.session.get_one(CollectionRecord, record_id)
    for name in WORDS.intersection(names):
        _empty(row, COLUMNS.get(name, name))


def _of_loan(work: Work, loan_id: int) -> None:
    """Destroy what was written in the records of a loan: it may tell of a person unnamed."""
    rows = select(CollectionRecord).where(CollectionRecord.loan_id == loan_id)
    for row in work.session.scalars(rows):
        for column in ("address", "remark", "terms"):
            _empty(row, column)


def _empty(row: CollectionRecord, column: str) -> None:
    if getattr(row, f"{column}_sealed", None):
        setattr(row, column, GONE)
