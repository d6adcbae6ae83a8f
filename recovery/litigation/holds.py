"""Open litigation files hold the records of their loans: nothing of them may be erased."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.text import Text, _
from recovery.litigation.models import LitigationFile


def holds_of(session: Session, loan_ids: Sequence[int]) -> dict[int, Text]:
    """Return, for each loan with an open file, that the file holds its records."""
    rows = session.execute(
        select(LitigationFile.loan_id, LitigationFile.number).where(
            LitigationFile.loan_id.in_(loan_ids), LitigationFile.closed_on.is_(None)
        )
    )
    return {loan_id: _("诉讼案件 {number} 未结", number=number) for loan_id, number in rows}
