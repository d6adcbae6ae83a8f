"""Reads of litigation files, shaped for their pages."""

from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from recovery.access.queries import names_of
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.gate import Scope, find, visible
from recovery.kernel.links import NextAction, TimelineItem
from recovery.kernel.text import Text, _
from recovery.litigation.models import Deadline, LitigationFile, StageChange
from recovery.litigation.rules import CLOSING, STAGES
from recovery.loans.models import Loan
from recovery.web.filters import FilterState


def files(scope: Scope, filters: FilterState) -> Select[Any]:
    """Return the statement of the files that match; each row is a `LitigationFile`."""
    statement = (
        select(LitigationFile)
        .join(LitigationFile.loan)
        .options(contains_eager(LitigationFile.loan))
    )
    statement = visible(statement, LitigationFile, scope)
    for condition in _conditions(filters):
        statement = statement.where(condition)
    return statement


def _conditions(filters: FilterState) -> list[Any]:
    conditions: list[Any] = []
    if stages := filters.get("stage"):
        conditions.append(LitigationFile.stage.in_(stages))
    if days := filters.get("due"):
        if days.low:
            conditions.append(LitigationFile.next_last_day >= days.low)
        if days.high:
            conditions.append(LitigationFile.next_last_day <= days.high)
    if court := filters.get("court"):
        conditions.append(LitigationFile.court.contains(court, autoescape=True))
    if state := filters.get("open"):
        closed = LitigationFile.closed_on
        conditions.append(closed.is_(None) if state == ("open",) else closed.is_not(None))
    return conditions


def file(session: Session, file_id: int, scope: Scope) -> LitigationFile:
    """Return one file; NotFound where there is none or it may not be seen."""
    return find(session, LitigationFile, file_id, scope)


def loan_is_visible(session: Session, loan_id: int, scope: Scope) -> bool:
    """Return whether who sees a file may also open its loan: one's own files may be elsewhere's."""
    statement = visible(select(Loan.id).where(Loan.id == loan_id), Loan, scope)
    return session.scalars(statement).first() is not None


def deadlines(session: Session, file_id: int) -> list[Deadline]:
    """Return the deadlines of a file: open ones first, the next on top."""
    statement = (
        select(Deadline)
        .where(Deadline.file_id == file_id)
        .order_by(Deadline.ended_on.is_not(None), Deadline.last_day, Deadline.id)
    )
    return list(session.scalars(statement))


def deadline(session: Session, deadline_id: int, scope: Scope) -> Deadline:
    """Return a deadline.

    Raises:
        NotFound: there is none, or its file may not be seen.
    """
    found = session.get(Deadline, deadline_id)
    find(session, LitigationFile, found.file_id if found else 0, scope)
    assert found is not None, "no file has the number 0"
    return found


def served_on(session: Session, file_id: int) -> date | None:
    """Return the day on which the judgment was served on us; None: not recorded."""
    statement = select(StageChange.happened_on).where(
        StageChange.file_id == file_id, StageChange.to_stage == "judged"
    )
    return session.scalars(statement.order_by(StageChange.id.desc()).limit(1)).first()


def steps(session: Session, file_id: int) -> list[TimelineItem]:
    """Return the steps of a file, newest first, each on the day it happened."""
    statement = (
        select(StageChange).where(StageChange.file_id == file_id).order_by(StageChange.id.desc())
    )
    found = session.scalars(statement).all()
    people = names_of(session, (step.actor_name for step in found))
    return [
        TimelineItem(
            at=clock.start_of(step.happened_on),
            kind="stage",
            title=_step_text(step),
            detail=f"{people.get(step.actor_name, step.actor_name)} {step.reason or ''}",
        )
        for step in found
    ]


def _step_text(step: StageChange) -> Text:
    if step.from_stage is None:
        return STAGES[step.to_stage]
    return _("{before} → {after}", before=STAGES[step.from_stage], after=STAGES[step.to_stage])


def due_between(scope: Scope, first: date, last: date) -> Select[Any]:
    """Return the open deadlines from `first` to `last`, both included, earliest first."""
    statement = (
        select(Deadline)
        .join(Deadline.file)
        .options(contains_eager(Deadline.file))
        .where(Deadline.ended_on.is_(None), Deadline.last_day.between(first, last))
        .order_by(Deadline.last_day, Deadline.id)
    )
    return visible(statement, LitigationFile, scope)


def count_overdue(session: Session, scope: Scope, today: date) -> int:
    """Return how many files have an open deadline whose last day is past."""
    statement = select(func.count()).where(LitigationFile.next_last_day < today)
    return session.scalar(visible(statement, LitigationFile, scope)) or 0


def courts(session: Session, scope: Scope, typed: str) -> list[str]:
    """Return the courts of the files that may be seen whose name contains what was typed."""
    statement = select(LitigationFile.court).distinct().order_by(LitigationFile.court).limit(20)
    if typed:
        statement = statement.where(LitigationFile.court.contains(typed, autoescape=True))
    return list(session.scalars(visible(statement, LitigationFile, scope)))


def count_by_stage(session: Session, scope: Scope) -> dict[str, int]:
    """Return the number of files in each stage, in the order of the stages."""
    statement = visible(
        select(LitigationFile.stage, func.count()).group_by(LitigationFile.stage),
        LitigationFile,
        scope,
    )
    found: dict[str, int] = dict(session.execute(statement).all())
    return {stage: found.get(stage, 0) for stage in STAGES if found.get(stage)}


def open_file_of(session: Session, loan_id: int) -> LitigationFile | None:
    """Return the open file on a loan."""
    return session.scalars(
        select(LitigationFile).where(
            LitigationFile.loan_id == loan_id, LitigationFile.closed_on.is_(None)
        )
    ).one_or_none()


def files_of_loan(session: Session, loan_id: int, scope: Scope) -> list[LitigationFile]:
    """Return the files on a loan, newest first."""
    statement = (
        select(LitigationFile)
        .where(LitigationFile.loan_id == loan_id)
        .options(selectinload(LitigationFile.deadlines))
        .order_by(LitigationFile.id.desc())
    )
    return list(session.scalars(visible(statement, LitigationFile, scope)))


def timeline(session: Session, loan_id: int, scope: Scope, limit: int) -> list[TimelineItem]:
    """Return the newest steps of a loan's files, for the loan's timeline."""
    statement = (
        select(StageChange, LitigationFile)
        .join(LitigationFile, LitigationFile.id == StageChange.file_id)
        .where(LitigationFile.loan_id == loan_id)
        .order_by(StageChange.id.desc())
        .limit(limit)
    )
    return [
        TimelineItem(
            at=step.at,
            kind="file",
            title=_step_title(step, one.number),
            detail=one.court,
            endpoint="litigation.show",
            arguments={"file_id": one.id},
        )
        for step, one in session.execute(visible(statement, LitigationFile, scope))
    ]


def _step_title(step: StageChange, number: str) -> Text:
    if step.from_stage is None:
        return _("诉讼案件 {number} 开案", number=number)
    return _("诉讼案件 {number}：{stage}", number=number, stage=STAGES[step.to_stage])


def next_action(session: Session, loan_id: int, today: date, scope: Scope) -> NextAction | None:
    """Return what the open file of a loan needs next; opening one where it is long overdue.

    None where the file is not for this reader to see, as for who sees one package only.
    """
    one = open_file_of(session, loan_id)
    if one is None:
        loan = session.get(Loan, loan_id)
        if loan is None or loan.overdue_since is None or loan.closed_on is not None:
            return None
        if (today - loan.overdue_since).days <= 90:
            return None
        return NextAction(
            _("开立诉讼案件"), "litigation.open_on", {"loan_id": loan_id}, Action.OPEN_FILE
        )
    if one.stage in CLOSING or not _is_visible(session, one, scope):
        return None
    return NextAction(
        _("推进案件 {number}", number=one.number),
        "litigation.show",
        {"file_id": one.id},
        Action.VIEW_FILES,
        due=one.next_last_day,
        urgency=50,
    )


def _is_visible(session: Session, one: LitigationFile, scope: Scope) -> bool:
    statement = select(LitigationFile.id).where(LitigationFile.id == one.id)
    return session.scalars(visible(statement, LitigationFile, scope)).first() is not None
