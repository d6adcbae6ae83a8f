"""What the erasure of a person reaches in litigation files: what people wrote in them."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from recovery.evidence.keeping.reach import GONE, Eraser, erasers, person_reach
from recovery.kernel.work import Work
from recovery.litigation.models import Deadline, LitigationFile, StageChange

REASON = re.compile(r"(step|deadline)\.(\d+)\.reason")
"""Of the particulars that dossiers print; rows are numbered from 1 and never removed."""


def register() -> None:
    """Let the erasure of a person reach the steps and deadlines of a file."""
    erasers.put("litigation_file", Eraser(frozenset(), _reasons, of_person=REASON))
    person_reach.put("litigation_file", _words)


def _reasons(work: Work, file_id: int, names: Sequence[str]) -> None:
    steps = select(StageChange).where(StageChange.file_id == file_id).order_by(StageChange.id)
    running = select(Deadline).where(Deadline.file_id == file_id).order_by(Deadline.id)
    for found in filter(None, map(REASON.fullmatch, names)):
        at = int(found[2]) - 1
        if found[1] == "step":
            work.session.scalars(steps).all()[at].reason = GONE
        else:
            work.session.scalars(running).all()[at].outcome_reason = GONE


def _words(work: Work, loan_id: int) -> None:
    """Destroy remark and reasons of the files of a loan: they may tell of a person unnamed."""
    files = select(LitigationFile).where(LitigationFile.loan_id == loan_id)
    mine = select(LitigationFile.id).where(LitigationFile.loan_id == loan_id)
    for file in work.session.scalars(files):
        file.remark = GONE if file.remark_sealed else None
    for step in work.session.scalars(select(StageChange).where(StageChange.file_id.in_(mine))):
        step.reason = GONE if step.reason_sealed else None
    for deadline in work.session.scalars(select(Deadline).where(Deadline.file_id.in_(mine))):
        deadline.outcome_reason = GONE if deadline.outcome_reason_sealed else None
