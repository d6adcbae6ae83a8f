"""A litigation file as the subject of an evidence list: its court, number, and type of case."""

from sqlalchemy.orm import Session

from recovery.evidence.exhibits.subjects import Subject
from recovery.kernel.gate import Scope
from recovery.kernel.text import _
from recovery.litigation import queries

ENFORCING = frozenset({"effective", "enforcing", "round_terminated"})
"""Stages in which the next list is for an enforcement application."""


def file_subject(session: Session, file_id: int, scope: Scope) -> Subject:
    """Return a file as the subject of a list, through the gate; see `evidence.exhibits`."""
    file = queries.file(session, file_id, scope)
    return Subject(
        type=file.__tablename__,
        id=file.id,
        loan=file.loan,
        title=_("案件 {number}", number=file.number),
        endpoint="litigation.show",
        arguments={"file_id": file.id},
        court=file.court,
        case_number=file.case_number or "",
        case_type="enforcement" if file.stage in ENFORCING else "loan_suit",
    )
