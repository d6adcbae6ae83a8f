"""How far a dossier's records have come: registered, checkpointed, time-stamped, witnessed."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store import Store
from recovery.evidence.dossiers.records import Registered
from recovery.evidence.dossiers.values import ORIGINS
from recovery.evidence.models import Checkpoint
from recovery.evidence.queries import KINDS
from recovery.evidence.witnessing.publication import cosigners
from recovery.kernel.text import Text, _


@dataclass(frozen=True, slots=True)
class Anchors:
    """What others than the lender have done over the head and the heads before it."""

    stamps: Sequence[tuple[int, datetime]]
    """Size of each time-stamped head up to this one, and the time in its token."""

    witnesses: Sequence[str]
    """Who cosigned this head."""

    def first_stamp(self, index: int) -> datetime | None:
        """Return the time in the first token over a leaf; None: no token covers it."""
        place = bisect_right(self.stamps, index, key=lambda one: one[0])
        return self.stamps[place][1] if place < len(self.stamps) else None

    @property
    def are_missing(self) -> bool:
        """Whether all rests on the lender's own log."""
        return not self.stamps and not self.witnesses


def anchors(session: Session, store: Store, head: Checkpoint) -> Anchors:
    """Return what others have done over `head` and the heads before it."""
    rows = session.execute(
        select(Checkpoint.size, Checkpoint.stamped_at)
        .where(Checkpoint.size <= head.size, Checkpoint.stamped_at.is_not(None))
        .order_by(Checkpoint.size)
    )
    stamps = [(size, moment) for size, moment in rows if moment is not None]
    return Anchors(stamps, cosigners(store, head.size))


@dataclass(frozen=True, slots=True)
class Stand:
    """A record in the table of registrations."""

    seq: int
    index: int
    kind: Text
    origin: Text | str
    registered_at: datetime
    """The lender's clock."""

    operator: str
    """Pseudonym, shortened; the same person has the same one."""

    state: Text
    stamped_at: datetime | None
    leaf_hash: str


def stand_of(record: Registered, anchors: Anchors) -> Stand:
    """Return how far a record has come, and where it came from."""
    entry = record.entry
    stamp = anchors.first_stamp(entry.index)
    return Stand(
        seq=entry.seq,
        index=entry.index,
        kind=KINDS.get(record.kind, Text(record.kind)),
        origin=ORIGINS.get(record.fields.get("origin", ""), ORIGINS["born_here"]),
        registered_at=datetime.fromisoformat(entry.registered_at),
        operator=entry.actor[:12],
        state=_state(stamp, anchors),
        stamped_at=stamp,
        leaf_hash=entry.leaf_hash.hex(),
    )


def _state(stamp: datetime | None, anchors: Anchors) -> Text:
    if anchors.witnesses:
        return _("已见证")
    return _("已加盖时间戳") if stamp else _("已入检查点")
