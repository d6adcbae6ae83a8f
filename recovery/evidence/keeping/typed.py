"""What people typed into lists to find somebody, kept in selections, saved views and jobs."""

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote_plus

from sqlalchemy import select

from recovery.evidence.keeping.reach import GONE, spelled, text_reach
from recovery.kernel.job_rows import ENDED, Job, JobException
from recovery.kernel.sentences import pack_text
from recovery.kernel.work import Work
from recovery.loans.list_models import Selection
from recovery.web.models import ListChoice


def register() -> None:
    """Let the erasure of a person reach what was typed to find the person."""
    text_reach.put("typed", forget_typed)
    text_reach.put("job_exception", forget_exceptions)


def forget_typed(work: Work, texts: Sequence[str]) -> None:
    """Destroy conditions that name a person; a saved view goes whole.

    A job that has not ended keeps them for as long as it needs them.
    """
    session = work.session
    for selection in session.scalars(
        select(Selection).where(spelled(Selection.description, texts))
    ):
        selection.description = GONE
    for choice in session.scalars(select(ListChoice).where(spelled(ListChoice.views, texts))):
        choice.views = [view for view in choice.views if not _names(view, texts)]
    ended = select(Job).where(Job.status.in_(ENDED), spelled(Job.arguments, texts))
    for job in session.scalars(ended):
        job.arguments = {
            name: GONE if _names(value, texts) else value for name, value in job.arguments.items()
        }


def forget_exceptions(work: Work, texts: Sequence[str]) -> None:
    """Destroy what jobs could not do with files and rows that are named after a person."""
    here = spelled(JobException.reference, texts) | spelled(JobException.reason, texts)
    for row in work.session.scalars(select(JobException).where(here)):
        row.reference, row.reason = GONE, pack_text(GONE) or {}
        row.digest = os.urandom(32).hex()  # the old one could be tried with names


def _names(value: Any, texts: Sequence[str]) -> bool:
    """Tell whether a value, or what it consists of, holds one of the texts."""
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return any(_names(part, texts) for part in parts)
    return isinstance(value, str) and any(text in unquote_plus(value) for text in texts)
