"""Where an item stands: registered, under a signed head, time-stamped, witnessed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.models import Checkpoint, EvidenceItem
from recovery.evidence.witnessing.models import Cosignature


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an item stands: each moment, None where it has not come so far."""

    registered_at: datetime | None
    """The lender's clock."""

    head: Checkpoint | None
    """The first signed head that covers it."""

    stamped: Checkpoint | None
    """The first time-stamped head that covers it."""

    witnessed: Cosignature | None
    """The first cosignature over a head that covers it."""

    @property
    def reached(self) -> tuple[int, ...]:
        """The states reached, 1 to 4; the last two do not need each other."""
        marks = (self.registered_at, self.head, self.stamped, self.witnessed)
        return tuple(state for state, mark in enumerate(marks, 1) if mark is not None)

    @property
    def anchored_at(self) -> datetime | None:
        """The first moment that somebody else vouches for."""
        stamped = self.stamped.stamped_at if self.stamped is not None else None
        witnessed = self.witnessed.cosigned_at if self.witnessed is not None else None
        moments = [moment for moment in (stamped, witnessed) if moment is not None]
        return min(moments, default=None)

    def unanchored(self, now: datetime) -> timedelta | None:
        """Return how long only the lender vouched for the item; until now where still so."""
        if self.registered_at is None:
            return None
        return max((self.anchored_at or now) - self.registered_at, timedelta())

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the lender's clock was from the authority's when the head was stamped."""
        if self.stamped is None or self.stamped.stamped_at is None:
            return None
        return self.stamped.made_at - self.stamped.stamped_at


def anchor_of(session: Session, item: EvidenceItem | None) -> Anchor:
    """Return where an item stands."""
    if item is None or item.log_index is None:
        return Anchor(None, None, None, None)
    covering = select(Checkpoint).where(Checkpoint.size > item.log_index)
    first = covering.order_by(Checkpoint.size).limit(1)
    stamped = covering.where(Checkpoint.stamped_at.is_not(None)).order_by(Checkpoint.stamped_at)
    cosigned = select(Cosignature).where(Cosignature.checkpoint_size > item.log_index)
    return Anchor(
        item.registered_at,
        session.scalars(first).first(),
        session.scalars(stamped.limit(1)).first(),
        session.scalars(cosigned.order_by(Cosignature.cosigned_at).limit(1)).first(),
    )
