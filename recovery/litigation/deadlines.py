"""The deadlines of files: started by events, ended by people, moved by the law and the calendar."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.text import Text
from recovery.kernel.work import Work
from recovery.law.book import LawBook
from recovery.law.courts import places_of
from recovery.litigation import figures
from recovery.litigation.models import Deadline, LitigationFile
from recovery.rulebook.followers import Move
from recovery.rulebook.service import current_book, record_of


def start(work: Work, file: LitigationFile, due: figures.Due) -> Deadline:
    """Let a deadline run on `file`; one of the same rule that ran before is superseded."""
    deadline = work.add(
        Deadline(
            file_id=file.id,
            rule=due.clock.rule,
            title=due.clock.title.key,
            trigger=due.clock.trigger.key,
            trigger_on=due.trigger_on,
            nominal_last_day=due.nominal_last_day,
            last_day=due.last_day,
            law=record_of(due.answer),
            is_provisional=due.answer.provisional,
            is_confirmed=due.answer.confirmed,
        )
    )
    for old in running(work, file, due.clock.rule):
        if old.id != deadline.id:
            old.ended_on, old.outcome, old.superseded_by_id = work.today, "superseded", deadline.id
    refresh_next(work, file)
    return deadline


def running(work: Work, file: LitigationFile, rule: str) -> list[Deadline]:
    """Return the open deadlines of one rule on `file`."""
    statement = select(Deadline).where(
        Deadline.file_id == file.id, Deadline.rule == rule, Deadline.ended_on.is_(None)
    )
    return list(work.session.scalars(statement))


def interrupt(work: Work, file: LitigationFile, filed_on: date) -> None:
    """Let limitation rest from the day the suit was filed; nothing where it rests already."""
    for deadline in running(work, file, figures.LIMITATION.rule):
        deadline.ended_on, deadline.outcome = filed_on, "interrupted"
        work.record(Action.CHANGE_DEADLINE, file, rule=deadline.rule, outcome=(None, "interrupted"))
    refresh_next(work, file)


def meet(work: Work, file: LitigationFile, rules: Collection[str]) -> None:
    """End the open deadlines of these rules: what they wait for was done today."""
    _end(work, file, rules, "met")


def drop(work: Work, file: LitigationFile, rules: Collection[str]) -> None:
    """End the open deadlines of these rules: with the step of today nothing hangs on them."""
    _end(work, file, rules, "moot")


def _end(work: Work, file: LitigationFile, rules: Collection[str], outcome: str) -> None:
    for rule in sorted(rules):
        for deadline in running(work, file, rule):
            deadline.ended_on, deadline.outcome = work.today, outcome
            work.record(Action.CHANGE_DEADLINE, file, rule=rule, outcome=(None, outcome))
    refresh_next(work, file)


def is_interrupted(work: Work, file: LitigationFile) -> bool:
    """Return whether the newest clock of limitation rests since a suit was filed."""
    statement = select(Deadline.outcome).where(
        Deadline.file_id == file.id, Deadline.rule == figures.LIMITATION.rule
    )
    newest = work.session.scalars(statement.order_by(Deadline.id.desc()).limit(1)).first()
    return newest == "interrupted"


def refresh_next(work: Work, file: LitigationFile) -> None:
    """Keep the earliest open deadline on the file, for lists."""
    work.session.flush()
    file.next_last_day = work.session.scalar(
        select(func.min(Deadline.last_day)).where(
            Deadline.file_id == file.id, Deadline.ended_on.is_(None)
        )
    )
    file.next_sort = file.next_last_day or date.max


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline whose day the law or the calendar moved."""

    file: str
    rule: str
    before: date
    after: date


def refresh_deadlines(work: Work) -> list[Moved]:
    """Compute every open deadline again; one that changes is superseded by its new self.

    A provisional day becomes firm when the notice of its year was entered.
    """
    moved: list[Moved] = []
    last: int | None = 0
    while last is not None:
        batch, last = refresh_after(work, last)
        moved += batch
    return moved


REFRESHED_AT_ONCE = 500
"""Deadlines of one unit of work: well under half a second of the writer."""


def refresh_after(work: Work, after_id: int) -> tuple[list[Moved], int | None]:
    """Compute the next open deadlines past `after_id` again; return what moved, and how far it is.

    The second is None when none is left.
    """
    rows = work.session.execute(
        _open_deadlines().where(Deadline.id > after_id).limit(REFRESHED_AT_ONCE)
    ).all()
    moved = []
    book = current_book()
    for deadline, file in rows:
        due = _recomputed(book, deadline, file)
        if not _differs(deadline, due):
            continue
        if due.last_day != deadline.last_day:
            moved.append(Moved(file.number, deadline.rule, deadline.last_day, due.last_day))
        start(work, file, due)
        work.record(
            Action.CHANGE_DEADLINE,
            file,
            rule=deadline.rule,
            last_day=(deadline.last_day, due.last_day),
        )
    return moved, rows[-1][0].id if len(rows) == REFRESHED_AT_ONCE else None


def open_count(session: Session) -> int:
    """Return how many deadlines run on all files together."""
    running = select(func.count()).select_from(Deadline).where(Deadline.ended_on.is_(None))
    return session.scalar(running) or 0


def moves_under(session: Session, book: LawBook, most: int) -> Iterator[Move]:
    """Yield which of the next `most` open deadlines `book` would move or give another standing."""
    next_ones = _open_deadlines().order_by(None).order_by(Deadline.last_day, Deadline.id)
    rows = session.execute(next_ones.limit(most).execution_options(yield_per=1000))
    for deadline, file in rows:
        due = _recomputed(book, deadline, file)
        if _differs(deadline, due):
            yield Move(
                record=file.number,
                title=Text(deadline.title),
                before=deadline.last_day,
                after=due.last_day,
                becomes_firm=deadline.is_provisional and not due.answer.provisional,
                becomes_confirmed=not deadline.is_confirmed and due.answer.confirmed,
                endpoint="litigation.show",
                arguments={"file_id": file.id},
            )


def _open_deadlines() -> Select[Deadline, LitigationFile]:
    return (
        select(Deadline, LitigationFile)
        .join(LitigationFile, LitigationFile.id == Deadline.file_id)
        .where(Deadline.ended_on.is_(None))
        .order_by(Deadline.id)
    )


def _recomputed(book: LawBook, deadline: Deadline, file: LitigationFile) -> figures.Due:
    """Return a deadline by `book` and the law of the day that it was first computed by.

    A later law does not reach back to a period that began under the one before it.
    """
    clock = figures.clock_of(deadline.rule, deadline.trigger)
    law_of = date.fromisoformat(deadline.law["on"])
    return figures.due(book.at(*places_of(file.court)), clock, deadline.trigger_on, law_of)


def _differs(deadline: Deadline, due: figures.Due) -> bool:
    """Return whether the day, or how certain it is, is no longer what was stored."""
    stored = (deadline.last_day, deadline.is_provisional, deadline.is_confirmed)
    return stored != (due.last_day, due.answer.provisional, due.answer.confirmed)
