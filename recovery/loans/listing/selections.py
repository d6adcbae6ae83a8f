"""Selections: the ids of a bulk act, counted and frozen when it is confirmed.

A selection of up to `AT_ONCE` rows is frozen in the request, a larger one by a job in parts, so
that the writer is never held for long. Until it is whole its count is zero and nobody may use it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, insert, literal, select
from sqlalchemy.orm import Session

from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor, visible
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan, Selection, SelectionRow

AT_ONCE = 20_000
PART = 5_000
"""Rows frozen in one unit of work of the job."""

SUBJECT = "loan"


def own_selection(session: Session, selection_id: int, actor: Actor) -> Selection:
    """Return a frozen selection of the person's own.

    Raises:
        NotFound: there is none, it is another's, or it is still being frozen.
    """
    selection = session.get(Selection, selection_id)
    if selection is None or selection.user_id != actor.id or not selection.row_count:
        raise NotFound(_("没有这组选定的记录，或尚未选定完毕。"))
    return selection


def begin(work: Work, description: str) -> Selection:
    """Start an empty selection; its rows follow."""
    return work.add(
        Selection(
            user_id=work.actor.id,
            subject_type=SUBJECT,
            description=description,
            row_count=0,
            created_at=work.now,
        )
    )


def freeze(work: Work, ids: Select[Any], description: str) -> Selection:
    """Freeze the loans that `ids` selects, all in this unit of work.

    Raises:
        RuleViolation: there are none.
    """
    selection = begin(work, description)
    add_rows(work.session, selection, ids)
    return finish(work.session, selection)


def freeze_ticked(work: Work, ids: Sequence[int], description: str) -> Selection:
    """Freeze those of the loans that the person may see."""
    chosen = visible(select(Loan.id).where(Loan.id.in_(ids)), Loan, work.actor.scope)
    return freeze(work, chosen, description)


def freeze_part(session: Session, selection: Selection, ids: Select[Any]) -> int:
    """Freeze the next `PART` loans of `ids` after those frozen before; return how many."""
    last = session.scalar(
        select(func.max(SelectionRow.record_id)).where(SelectionRow.selection_id == selection.id)
    )
    following = ids.where(Loan.id > (last or 0)).order_by(Loan.id).limit(PART)
    before = _count(session, selection)
    add_rows(session, selection, following)
    return _count(session, selection) - before


def add_rows(session: Session, selection: Selection, ids: Select[Any]) -> None:
    """Add the loans that `ids` selects to the selection."""
    rows = ids.with_only_columns(literal(selection.id), Loan.id)
    session.execute(insert(SelectionRow).from_select(["selection_id", "record_id"], rows))


def finish(session: Session, selection: Selection) -> Selection:
    """Count what was frozen; from now on the selection can be used.

    Raises:
        RuleViolation: nothing was.
    """
    selection.row_count = _count(session, selection)
    if not selection.row_count:
        raise RuleViolation(_("没有符合条件的贷款。"))
    session.flush()
    return selection


def _count(session: Session, selection: Selection) -> int:
    rows = select(func.count()).where(SelectionRow.selection_id == selection.id)
    return session.scalar(rows) or 0


def last_done(session: Session, selection_id: int, done: int) -> int:
    """Return the id at which an earlier attempt of a job stopped; 0 at the beginning.

    `done` is the progress kept with each batch, so that a job done again goes on where it was.
    """
    if not done:
        return 0
    rows = select(SelectionRow.record_id).where(SelectionRow.selection_id == selection_id)
    last = rows.order_by(SelectionRow.record_id).offset(done - 1).limit(1)
    return session.scalar(last) or 0


def next_ids(session: Session, selection_id: int, after: int, limit: int) -> list[int]:
    """Return the next ids of a selection, in order, after the id `after`."""
    rows = (
        select(SelectionRow.record_id)
        .where(SelectionRow.selection_id == selection_id, SelectionRow.record_id > after)
        .order_by(SelectionRow.record_id)
        .limit(limit)
    )
    return list(session.scalars(rows))
