"""Reads for the pages of keeping: alarms, the backlog and its reason, comparisons, erasures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from recovery.evidence import jobs as registry_jobs
from recovery.evidence.keeping.fixity import cycles, pace
from recovery.evidence.keeping.models import ComparisonRun, Erasure, FixityFinding
from recovery.evidence.keeping.opening import open_records
from recovery.evidence.keeping.reach import erasers
from recovery.evidence.queries import Registration
from recovery.kernel.gate import Scope, visible
from recovery.kernel.job_rows import Job, JobStatus, unpack_text
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _
from recovery.loans.models import Loan


@dataclass(frozen=True, slots=True)
class Alarms:
    """What is not as it should be with the registry, for the pages that people open first."""

    findings: int
    """Open findings of the fixity check."""

    since: datetime | None
    differences: int
    """Of the last comparison of database and log."""

    is_behind: bool
    """Whether the check of everything will not end in time."""

    @property
    def any(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.findings or self.differences or self.is_behind)


def alarms(session: Session, now: datetime) -> Alarms:
    """Return what is not as it should be."""
    count, since = session.execute(
        select(func.count(), func.min(FixityFinding.found_at)).where(
            FixityFinding.resolved_at.is_(None)
        )
    ).one()
    last = last_comparison(session)
    turns = cycles(session, 1)
    behind = bool(turns) and turns[0].finished_at is None and pace(turns[0], now).is_behind
    return Alarms(count, since, last.difference_count if last else 0, behind)


def last_comparison(session: Session) -> ComparisonRun | None:
    """Return the last comparison; None before the first."""
    return session.scalars(select(ComparisonRun).order_by(ComparisonRun.id.desc()).limit(1)).first()


def told_differences(run: ComparisonRun) -> list[Text | str]:
    """Return the differences that a comparison keeps, as sentences."""
    return [unpack_text(one) for one in run.differences]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for the log, since when, and why."""

    by_kind: Sequence[tuple[str, int]]
    since: datetime | None
    reason: Text | str | None
    """Of the last attempt that failed, where nothing has succeeded since; None: all is well."""

    @property
    def count(self) -> int:
        """How many wait."""
        return sum(count for _kind, count in self.by_kind)


def backlog(session: Session) -> Backlog:
    """Return what waits for the log."""
    rows = session.execute(
        select(RegistrationIntent.kind, func.count(), func.min(RegistrationIntent.created_at))
        .where(RegistrationIntent.log_index.is_(None))
        .group_by(RegistrationIntent.kind)
        .order_by(RegistrationIntent.kind)
    ).all()
    since = min((row[2] for row in rows), default=None)
    return Backlog([(row[0], row[1]) for row in rows], since, _reason(session))


def _reason(session: Session) -> Text | str | None:
    """Return why the last attempt to register failed; None where it did not."""
    ended = (JobStatus.DONE, JobStatus.FAILED, JobStatus.QUEUED)
    last = session.scalars(
        select(Job)
        .where(Job.kind == registry_jobs.REGISTER, Job.status.in_(ended), Job.attempts > 0)
        .order_by(Job.id.desc())
        .limit(1)
    ).first()
    if last is None or last.error is None or last.status == JobStatus.DONE:
        return None
    return _("存证库暂时不可用（{why}）；业务照常，恢复后自动补登。", why=unpack_text(last.error))


def erasures(scope: Scope) -> Select[*tuple[Any, ...]]:
    """Return the statement of the erasures with their loans' numbers, newest first."""
    statement = (
        select(Erasure, Loan.contract_no)
        .outerjoin(Loan, Loan.id == Erasure.loan_id)
        .order_by(Erasure.id.desc())
    )
    return visible(statement, Erasure, scope)


def erasable(session: Session, found: Iterable[Registration]) -> list[Registration]:
    """Return the registrations that hold something which can be erased; all are opened at once."""
    known = [one for one in found if one.intent.subject_type in erasers]
    items = [one.item for one in known if one.item and one.item.log_index is not None]
    fields = {number: one.fields for number, one in open_records(session, items).items()}
    return [one for one in known if _holds_any(one, fields.get(one.intent.id, {}))]


def _holds_any(one: Registration, fields: Mapping[str, str]) -> bool:
    """Tell whether one of the fields that can be erased is there."""
    return any(fields.get(name) for name in erasers.get(one.intent.subject_type).names)
