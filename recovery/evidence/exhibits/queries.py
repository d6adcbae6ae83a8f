"""Reads of evidence lists. What other features ask: `list_for`.

`list_for(session, subject_type, subject_id, by=moment)` returns the list that was submitted last
(by `moment`), as a `content.ListView`: `.groups` of `.lines`, each line with `number` ("1-2"),
`name`, `source`, `form_name`, `copies`, `pages`, `range` (pages in the merged file), `purpose`,
`document_id`, `fingerprint`, `log_index`. It never returns a list that is still being written.
The caller has passed the gate for the subject.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from recovery.evidence.exhibits.checklist import said
from recovery.evidence.exhibits.content import GroupView, LineView, ListView
from recovery.evidence.exhibits.models import (
    EvidenceList,
    EvidenceListLine,
    EvidenceListRevision,
)
from recovery.evidence.exhibits.rules import (
    Arrangement,
    Group,
    PageRange,
    lines_of,
    page_ranges,
    without_empty_groups,
)
from recovery.evidence.models import EvidenceItem
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Scope
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import _
from recovery.loans.belonging import find_of_loan
from recovery.loans.models import Document

Registered = tuple[str | None, int | None]
"""Fingerprint and log index."""


def list_for(
    session: Session, subject_type: str, subject_id: int, *, by: datetime | None = None
) -> ListView | None:
    """Return the list of a subject that was submitted last, up to the moment `by`; None: none."""
    statement = (
        select(EvidenceList)
        .where(*_of(subject_type, subject_id), EvidenceList.submitted_at.is_not(None))
        .order_by(EvidenceList.number.desc())
        .limit(1)
    )
    if by is not None:
        statement = statement.where(EvidenceList.submitted_at <= by)
    found = session.scalars(statement).first()
    return view_of(session, found) if found else None


def lists_of(session: Session, subject_type: str, subject_id: int) -> Sequence[EvidenceList]:
    """Return every list of a subject, the newest first; the caller has passed the gate."""
    statement = select(EvidenceList).where(*_of(subject_type, subject_id))
    return session.scalars(statement.order_by(EvidenceList.number.desc())).all()


def lists_of_loan(session: Session, loan_id: int) -> Sequence[EvidenceList]:
    """Return the lists of a loan and of its files, the newest first."""
    statement = select(EvidenceList).where(EvidenceList.loan_id == loan_id)
    return session.scalars(statement.order_by(EvidenceList.id.desc())).all()


def find_list(session: Session, list_id: int, scope: Scope) -> EvidenceList:
    """Return a list, through the gate of its loan; NotFound without one."""
    return find_of_loan(session, EvidenceList, list_id, scope)


def arrangement_of(session: Session, one: EvidenceList) -> Arrangement:
    """Return how the lines of a list stand now."""
    return arranged(revision_of(session, one, one.revision))


def revision_of(session: Session, one: EvidenceList, number: int) -> EvidenceListRevision:
    """Return one revision of a list.

    Raises:
        NotFound: it has no such revision.
    """
    found = session.scalars(
        select(EvidenceListRevision).where(
            EvidenceListRevision.list_id == one.id, EvidenceListRevision.number == number
        )
    ).one_or_none()
    if found is None:
        raise NotFound(_("目录没有第 {number} 次改动。", number=number))
    return found


def revisions_of(session: Session, one: EvidenceList) -> Sequence[EvidenceListRevision]:
    """Return every change of a list, the newest first."""
    statement = select(EvidenceListRevision).where(EvidenceListRevision.list_id == one.id)
    return session.scalars(statement.order_by(EvidenceListRevision.number.desc())).all()


def arranged(revision: EvidenceListRevision) -> Arrangement:
    """Return a revision's arrangement as a value."""
    return tuple(Group(group["title"], tuple(group["lines"])) for group in revision.arrangement)


def view_of(session: Session, one: EvidenceList) -> ListView:
    """Return a list as it is read; once submitted, without empty groups."""
    arrangement = arrangement_of(session, one)
    if one.submitted_at is not None:
        arrangement = without_empty_groups(arrangement)
    return ListView(
        id=one.id,
        number=one.number,
        loan_id=one.loan_id,
        subject_type=one.subject_type,
        subject_id=one.subject_id,
        case_type=one.case_type,
        groups=_groups(session, arrangement),
        submitter=one.submitter,
        agent=one.agent,
        court=one.court,
        submitted_on=one.submitted_on,
        copies=one.copies,
        submitted_at=one.submitted_at,
    )


def line_of(session: Session, one: EvidenceList, line_id: int) -> EvidenceListLine:
    """Return a line that stands on the list now.

    Raises:
        NotFound: it has no such line (any more).
    """
    line = session.get(EvidenceListLine, line_id)
    if line is None or line_id not in lines_of(arrangement_of(session, one)):
        raise NotFound(_("目录中没有这一项，可能已被移除。请刷新后再试。"))
    return line


def _of(subject_type: str, subject_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return EvidenceList.subject_type == subject_type, EvidenceList.subject_id == subject_id


def _groups(session: Session, arrangement: Arrangement) -> tuple[GroupView, ...]:
    ids = lines_of(arrangement)
    rows = session.scalars(select(EvidenceListLine).where(EvidenceListLine.id.in_(ids)))
    lines = {line.id: line for line in rows}
    known = _registered(session, list(lines.values()))
    ranges = dict(zip(ids, page_ranges([lines[one].pages for one in ids]), strict=True))
    return tuple(
        GroupView(
            number,
            said(group.title),
            tuple(
                _line(lines[one], f"{number}-{place}", ranges[one], known[one])
                for place, one in enumerate(group.lines, 1)
            ),
        )
        for number, group in enumerate(arrangement, 1)
    )


def _line(
    line: EvidenceListLine, number: str, pages: PageRange | None, registered: Registered
) -> LineView:
    return LineView(
        id=line.id,
        number=number,
        kind=line.kind,
        name=said(line.name),
        source=said(line.source),
        form=line.form,
        copies=line.copies,
        pages=line.pages,
        range=pages,
        purpose=said(line.purpose),
        document_id=line.document_id,
        intent_id=line.intent_id,
        fingerprint=registered[0],
        log_index=registered[1],
    )


def _registered(session: Session, lines: Sequence[EvidenceListLine]) -> dict[int, Registered]:
    """Return the fingerprint and the log index of lines, by line."""
    of_documents = _of_documents(session, [one.document_id for one in lines if one.document_id])
    of_records = _of_records(session, [one.intent_id for one in lines if one.intent_id])
    unknown: Registered = (None, None)
    return {
        line.id: of_documents.get(
            line.document_id or 0, of_records.get(line.intent_id or 0, unknown)
        )
        for line in lines
    }


def _of_documents(session: Session, ids: Sequence[int]) -> dict[int, Registered]:
    rows = session.execute(
        select(Document.id, Document.sha256, RegistrationIntent.log_index)
        .outerjoin(
            RegistrationIntent,
            (RegistrationIntent.subject_type == Document.__tablename__)
            & (RegistrationIntent.subject_id == Document.id)
            & (RegistrationIntent.kind == "file"),
        )
        .where(Document.id.in_(ids))
        .order_by(RegistrationIntent.id)
    )
    return {document_id: (sha256, log_index) for document_id, sha256, log_index in rows}


def _of_records(session: Session, ids: Sequence[int]) -> dict[int, Registered]:
    rows = session.execute(
        select(RegistrationIntent.id, EvidenceItem.commitment, RegistrationIntent.log_index)
        .outerjoin(EvidenceItem, EvidenceItem.intent_id == RegistrationIntent.id)
        .where(RegistrationIntent.id.in_(ids))
    )
    return {intent_id: (commitment, log_index) for intent_id, commitment, log_index in rows}
