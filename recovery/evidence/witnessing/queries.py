"""Reads of witnesses and of what they cosigned."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from recovery.evidence.witnessing.models import Cosignature, Witness


@dataclass(frozen=True, slots=True)
class Standing:
    """A witness and the largest head that it cosigned."""

    witness: Witness
    last: Cosignature | None


def active_witnesses(session: Session) -> Sequence[Witness]:
    """Return the witnesses whose cosignatures are taken in."""
    return session.scalars(select(Witness).where(Witness.ended_on.is_(None))).all()


def witnesses_of(session: Session, size: int) -> frozenset[int]:
    """Return the ids of the witnesses whose cosignature of a head is kept."""
    ids = select(Cosignature.witness_id).where(Cosignature.checkpoint_size == size)
    return frozenset(session.scalars(ids))


def witnessed_size(session: Session) -> int:
    """Return the size of the largest head that a witness cosigned; 0 for none."""
    return session.scalar(select(func.max(Cosignature.checkpoint_size))) or 0


def standings(session: Session) -> list[Standing]:
    """Return all witnesses, those that go on first."""
    largest = (
        select(Cosignature.witness_id, func.max(Cosignature.checkpoint_size).label("size"))
        .group_by(Cosignature.witness_id)
        .subquery()
    )
    rows = session.execute(
        select(Witness, Cosignature)
        .outerjoin(largest, largest.c.witness_id == Witness.id)
        .outerjoin(
            Cosignature,
            (Cosignature.witness_id == Witness.id)
            & (Cosignature.checkpoint_size == largest.c.size),
        )
        .order_by(Witness.ended_on.is_not(None), Witness.id)
    )
    return [Standing(witness, last) for witness, last in rows]


def newest_cosignatures(session: Session, limit: int = 20) -> Sequence[Cosignature]:
    """Return the cosignatures taken in last."""
    statement = select(Cosignature).options(joinedload(Cosignature.witness))
    return session.scalars(statement.order_by(Cosignature.id.desc()).limit(limit)).all()
