"""What the erasure of a person reaches in litigation files: reasons that name the person."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from recovery.evidence.keeping.reach import GONE, Eraser, erasers
from recovery.kernel.work import Work
from recovery.litigation.models import StageChange

REASON = re.compile(r"step\.(\d+)\.reason")
"""Of the particulars that dossiers print; steps are numbered from 1 and never removed."""


def register() -> None:
    """Let the erasure of a person reach the steps of a file."""
    erasers.put("litigation_file", Eraser(frozenset(), _steps, of_person=REASON))


def _steps(work: Work, file_id: int, names: Sequence[str]) -> None:
    rows = select(StageChange).where(StageChange.file_id == file_id).order_by(StageChange.id)
    steps = work.session.scalars(rows).all()
    for found in map(REASON.fullmatch, names):
        if found:
            steps[int(found[1]) - 1].reason = GONE
