"""Reads of paper originals and of what was done with them, through the gate of their loans."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from recovery.evidence.intake.labels import ACTS
from recovery.evidence.intake.models import CustodyEvent, PaperOriginal, ScanAttestation
from recovery.kernel import gate
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Scope
from recovery.kernel.links import TimelineItem
from recovery.kernel.text import _
from recovery.loans.models import Loan


def originals(scope: Scope) -> Select[Any]:
    """Return the statement of the originals of loans that `scope` sees."""
    rows = select(PaperOriginal).join(Loan, Loan.id == PaperOriginal.loan_id)
    return gate.visible(rows.options(joinedload(PaperOriginal.loan)), Loan, scope)


def find_original(session: Session, original_id: int, scope: Scope) -> PaperOriginal:
    """Return an original, through the gate of its loan.

    Raises:
        NotFound: there is none, or `scope` may not see its loan.
    """
    found = session.scalars(originals(scope).where(PaperOriginal.id == original_id)).one_or_none()
    if found is None:
        raise NotFound
    assert isinstance(found, PaperOriginal)
    return found


def originals_of(session: Session, loan_id: int) -> Sequence[PaperOriginal]:
    """Return the originals of a loan whose gate was passed."""
    rows = select(PaperOriginal).where(PaperOriginal.loan_id == loan_id)
    return session.scalars(rows.order_by(PaperOriginal.id)).all()


def events_of(session: Session, original_id: int) -> Sequence[CustodyEvent]:
    """Return what was done with an original, oldest first."""
    rows = select(CustodyEvent).where(CustodyEvent.original_id == original_id)
    return session.scalars(rows.order_by(CustodyEvent.id)).all()


def find_event(session: Session, event_id: int, scope: Scope) -> CustodyEvent:
    """Return an act of custody, through the gate of its loan.

    Raises:
        NotFound: there is none, or `scope` may not see its loan.
    """
    event = session.get(CustodyEvent, event_id)
    if event is None:
        raise NotFound
    find_original(session, event.original_id, scope)
    return event


def timeline(session: Session, loan_id: int, scope: Scope, limit: int) -> list[TimelineItem]:
    """Return what was done with a loan's originals, for its timeline."""
    rows = (
        select(CustodyEvent, PaperOriginal)
        .join(PaperOriginal, PaperOriginal.id == CustodyEvent.original_id)
        .join(Loan, Loan.id == PaperOriginal.loan_id)
        .where(PaperOriginal.loan_id == loan_id)
        .order_by(CustodyEvent.id.desc())
        .limit(limit)
    )
    return [
        TimelineItem(
            at=event.at,
            kind="evidence",
            title=_("原件{act}：{title}", act=ACTS[event.act], title=original.title),
            detail=f"{original.barcode} {event.to_holder}",
            endpoint="custody.show",
            arguments={"original_id": original.id},
        )
        for event, original in session.execute(gate.visible(rows, Loan, scope))
    ]


def places(session: Session, scope: Scope) -> list[str]:
    """Return the places where originals lie that `scope` sees."""
    rows = select(PaperOriginal.place).join(Loan, Loan.id == PaperOriginal.loan_id).distinct()
    return sorted(one for one in session.scalars(gate.visible(rows, Loan, scope)) if one)


def attestations_of(session: Session, original_id: int) -> Sequence[ScanAttestation]:
    """Return who attested the scans of an original, newest first."""
    rows = select(ScanAttestation).where(ScanAttestation.original_id == original_id)
    return session.scalars(rows.order_by(ScanAttestation.id.desc())).all()
