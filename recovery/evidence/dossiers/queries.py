"""Reads of dossiers, shaped for their pages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from recovery.access.auditing import shown_to
from recovery.evidence.dossiers.models import Dossier, DossierDraft, Redaction
from recovery.evidence.dossiers.subjects import Subject
from recovery.evidence.keeping.reach import holding_rows
from recovery.kernel import clock, links
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Actor, Scope, visible
from recovery.kernel.links import TimelineItem
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.text import _
from recovery.loans.models import Loan
from recovery.web.filters import FilterState

__all__ = ["Dossier", "Redaction"]


def dossiers(actor: Actor, filters: FilterState) -> Select[Any]:
    """Return the statement of the exported dossiers that match."""
    statement = _seen(select(Dossier), actor)
    for condition in _conditions(filters):
        statement = statement.where(condition)
    return statement


def _conditions(filters: FilterState) -> list[Any]:
    conditions: list[Any] = []
    for name, column in (
        ("recipient", Dossier.recipient),
        ("number", Dossier.subject_number),
        ("made_by", Dossier.made_by),
    ):
        if words := filters.get(name):
            conditions.append(column.contains(words, autoescape=True))
    for name, column in (("preset", Dossier.preset), ("subject", Dossier.subject)):
        if codes := filters.get(name):
            conditions.append(column.in_(codes))
    if days := filters.get("made"):
        if days.low:
            conditions.append(Dossier.made_at >= clock.start_of(days.low))
        if days.high:
            conditions.append(Dossier.made_at < clock.end_of(days.high))
    return conditions


def newest(session: Session, actor: Actor, about: Subject | None, limit: int) -> Sequence[Dossier]:
    """Return the newest dossiers, of one record where it is given; it has passed the gate."""
    statement = _seen(select(Dossier), actor).order_by(Dossier.id.desc())
    if about is not None:
        statement = statement.where(Dossier.subject == about.code, Dossier.subject_id == about.id)
    return session.scalars(statement.limit(limit)).all()


def dossiers_of_loan(
    session: Session, loan_id: int, actor: Actor, limit: int = 100
) -> Sequence[Dossier]:
    """Return the dossiers of a loan and of the files on it, newest first."""
    statement = select(Dossier).where(Dossier.loan_id == loan_id).order_by(Dossier.id.desc())
    return session.scalars(_seen(statement, actor).limit(limit)).all()


def covering(session: Session, loan_id: int, log_index: int, actor: Actor) -> Sequence[Dossier]:
    """Return the dossiers of a loan whose head covers a place of the log, newest first."""
    held = (Dossier.loan_id == loan_id, Dossier.checkpoint_size > log_index)
    statement = _seen(select(Dossier).where(*held), actor).order_by(Dossier.id.desc())
    return session.scalars(statement.limit(50)).all()


def _seen(statement: Select[Any], actor: Actor) -> Select[Any]:
    """Narrow a statement of dossiers to those that a person may see.

    A dossier keeps the scope of its day; of a loan that was since given to others, they decide.
    What an auditor exports tells which records are examined: only auditors see it.
    """
    shown = statement.where(shown_to(actor.role, Dossier.made_by_id))
    return _in_scope(shown, actor.scope)


def _in_scope(statement: Select[Any], scope: Scope) -> Select[Any]:
    narrowed = visible(statement, Dossier, scope)
    if scope.everything:
        return narrowed
    loans = visible(select(Loan.id), Loan, scope)
    return narrowed.where(Dossier.loan_id.is_(None) | Dossier.loan_id.in_(loans))


def dossier(session: Session, dossier_id: int, actor: Actor) -> Dossier:
    """Return one dossier.

    Raises:
        NotFound: there is none, or it may not be seen.
    """
    named = select(Dossier).where(Dossier.id == dossier_id)
    one: Dossier | None = session.scalars(_seen(named, actor)).first()
    if one is None:
        raise NotFound
    return one


def made_by_job(session: Session, job_id: int) -> Sequence[Dossier]:
    """Return the dossiers that a job has made so far, in their order."""
    statement = select(Dossier).where(Dossier.job_id == job_id).order_by(Dossier.id)
    return session.scalars(statement).all()


def own_draft(session: Session, draft_id: int, actor: Actor) -> DossierDraft:
    """Return a choice that the person is making.

    Raises:
        NotFound: there is none, or it is another's.
    """
    draft = session.get(DossierDraft, draft_id)
    if draft is None or draft.user_id != actor.id:
        raise NotFound
    return draft


def redactions_of(session: Session, loan_id: int) -> Sequence[Redaction]:
    """Return the black-boxed derivatives of a loan's documents; it has passed the gate."""
    rows = select(Redaction).where(Redaction.loan_id == loan_id).order_by(Redaction.id)
    return session.scalars(rows).all()


def files_holding(session: Session, loan_id: int | None) -> list[str]:
    """Return the SHA-256 of every kept dossier that shows records of a loan.

    Its own, those of files on it, and those of packages that it is or was in: their names may
    tell of its people.
    """
    if loan_id is None:
        return []
    held = Dossier.loan_id == loan_id
    for code, kind in links.dossier_subjects.items():
        if kind.model.__tablename__ in holding_rows:
            ids = holding_rows.get(kind.model.__tablename__)(session, loan_id)
            held |= (Dossier.subject == code) & Dossier.subject_id.in_(ids)
    by_place = (Dossier.loan_id.is_(None), Dossier.id)
    return list(session.scalars(select(Dossier.sha256).where(held).order_by(*by_place)))


def derived_from(session: Session, sha256: str) -> Sequence[str]:
    """Return the SHA-256 of the black-boxed derivatives of an original."""
    rows = select(Redaction.sha256).where(Redaction.source_sha256 == sha256)
    return session.scalars(rows.order_by(Redaction.id)).all()


def timeline(session: Session, loan_id: int, scope: Scope, limit: int) -> list[TimelineItem]:
    """Return the dossiers of a loan, for its timeline.

    Who reads it is not known here: what auditors exported is left out.
    """
    staff = Actor(id=None, name="", role="", scope=scope)
    return [
        TimelineItem(
            at=one.made_at,
            kind="dossier",
            title=_("导出证据卷宗 {number}", number=one.number),
            detail=one.recipient or "",
            endpoint="dossiers.show",
            arguments={"dossier_id": one.id},
        )
        for one in dossiers_of_loan(session, loan_id, staff, limit)
    ]


def registration(session: Session, dossier_id: int) -> RegistrationIntent | None:
    """Return the registration of an export; its log index is None while it waits."""
    statement = select(RegistrationIntent).where(
        RegistrationIntent.subject_type == Dossier.__tablename__,
        RegistrationIntent.subject_id == dossier_id,
    )
    return session.scalars(statement.order_by(RegistrationIntent.id).limit(1)).first()


def downloads(session: Session, dossier_id: int, limit: int = 50) -> Sequence[AuditEvent]:
    """Return who fetched a dossier, the last first."""
    statement = (
        select(AuditEvent)
        .where(
            AuditEvent.subject_type == Dossier.__tablename__,
            AuditEvent.subject_id == dossier_id,
            AuditEvent.action == Action.DOWNLOAD_DOSSIER.value,
        )
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    return session.scalars(statement).all()
