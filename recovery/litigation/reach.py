"""What the erasure of a person reaches in litigation files: reasons that name the person."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from recovery.evidence.keeping.reach import GONE, Eraser, erasers
from recovery.kernel.work import Work
from recovery.litigation.models import Deadline, StageChange

REASON = re.compile(r"(step|deadline)\.(\d+)\.reason")
"""Of the particulars that dossiers print; rows are numbered from 1 and never removed."""


def register() -> None:
    """Let the erasure of a person reach the steps and deadlines of a file."""
    erasers.put("litigation_file", Eraser(frozenset(), _reasons, of_person=REASON))


def _reasons(work: Work, file_id: int, names: Sequence[str]) -> None:
    steps = select(StageChange).where(StageChange.file_id == file_id).order_by(StageChange.id)
    running = select(Deadline).where(Deadline.file_id == file_id).order_by(Deadline.id)
    for found in filter(None, map(REASON.fullmatch, names)):
        at = int(found[2]) - 1
        if found[1] == "step":
            work.session.scalars(steps).all()[at].reason = GONE
        else:
            work.session.scalars(running).all()[at].outcome_reason = GONE
