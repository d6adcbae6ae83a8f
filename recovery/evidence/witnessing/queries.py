"""Reads of witnesses and of what they cosigned."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from recovery.access.approvals import PENDING
from recovery.access.models import ApprovalRequest
from recovery.evidence.witnessing.models import Cosignature, Witness


@dataclass(frozen=True, slots=True)
class Standing:
    """A witness, the largest head that it cosigned, and what a second person is asked about it."""

    witness: Witness
    last: Cosignature | None
    pending: ApprovalRequest | None


def active_witnesses(session: Session) -> Sequence[Witness]:
    """Return the witnesses whose cosignatures are taken in."""
    active = Witness.named_at.is_not(None) & Witness.ended_on.is_(None)
    return session.scalars(select(Witness).where(active)).all()


def witnesses_of(session: Session, size: int) -> frozenset[int]:
    """Return the ids of the witnesses whose cosignature of a head is kept."""
    ids = select(Cosignature.witness_id).where(Cosignature.checkpoint_size == size)
    return frozenset(session.scalars(ids))


def witnessed_size(session: Session) -> int:
    """Return the size of the largest head that a witness cosigned; 0 for none."""
    return session.scalar(select(func.max(Cosignature.checkpoint_size))) or 0


def standings(session: Session) -> list[Standing]:
    """Return all witnesses, those that go on first; one refused is none."""
    largest = (
        select(Cosignature.witness_id, func.max(Cosignature.checkpoint_size).label("size"))
        .group_by(Cosignature.witness_id)
        .subquery()
    )
    rows = session.execute(
        select(Witness, Cosignature, ApprovalRequest)
        .outerjoin(largest, largest.c.witness_id == Witness.id)
        .outerjoin(
            Cosignature,
            (Cosignature.witness_id == Witness.id)
            & (Cosignature.checkpoint_size == largest.c.size),
        )
        .outerjoin(
            ApprovalRequest,
            (ApprovalRequest.subject_type == Witness.__tablename__)
            & (ApprovalRequest.subject_id == Witness.id)
            & (ApprovalRequest.status == PENDING),
        )
        .where(Witness.named_at.is_not(None) | ApprovalRequest.id.is_not(None))
        .order_by(Witness.ended_on.is_not(None), Witness.id)
    )
    return [Standing(*row) for row in rows]


def newest_cosignatures(session: Session, limit: int = 20) -> Sequence[Cosignature]:
    """Return the cosignatures taken in last."""
    statement = select(Cosignature).options(joinedload(Cosignature.witness))
    return session.scalars(statement.order_by(Cosignature.id.desc()).limit(limit)).all()
