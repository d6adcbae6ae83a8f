"""Compares database and log both ways: nothing registered twice, nothing skipped."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from evidence_store.leaves import Entry
from evidence_store.proof import parse_checkpoint
from evidence_store.storage import StoreError
from evidence_store.store import Store
from recovery.evidence.house import house_store
from recovery.evidence.models import Checkpoint, EvidenceItem
from recovery.kernel.db import db
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _

OWN_KINDS = frozenset({"map", "clock"})
"""Leaves that the store registers by itself."""


def compare() -> Iterator[Text]:
    """Yield each difference between what the database says is registered and what the log holds.

    Pending intents are no difference: they are the backlog. Nor is what a sequencer does meanwhile:
    leaves whose rows it has still to mark, and places beyond the log as it was at the beginning.
    """
    store = house_store()
    entries = store.leaves_from(0)
    # The rows are read after that, in a new snapshot: an intent is committed before its leaf.
    db.session.rollback()
    expected = _marked()
    row = next(expected, None)
    for entry in entries:
        while row is not None and row.log_index < entry.index:
            yield _("数据库称第 {index} 号已登记，日志中不是这条记录。", index=row.log_index)
            row = next(expected, None)
        if row is not None and row.log_index == entry.index:
            kept = (row.uuid.hex(), row.commitment, row.leaf_hash)
            if kept != (entry.id, entry.commitment, entry.leaf_hash.hex()):
                yield _("第 {index} 号：数据库与日志不一致。", index=entry.index)
            row = next(expected, None)
        # Leaves are marked in their order: before one that is marked, none waits.
        elif entry.kind not in OWN_KINDS and (row is not None or not _is_waiting(entry)):
            told = {"index": entry.index, "kind": entry.kind}
            yield _("日志第 {index} 号（{kind}）在数据库中没有对应记录。", **told)
    size = store.size if row is not None else 0
    while row is not None:
        if row.log_index >= size:
            yield _("数据库称第 {index} 号已登记，日志中没有。", index=row.log_index)
        row = next(expected, None)
    yield from _heads(store)


def _heads(store: Store) -> Iterator[Text]:
    """Yield each signed head that the database has and the log has not, or the last has otherwise.

    A log whose last heads are taken back is whole in itself: only who saw them can tell. The roots
    of earlier heads follow from the leaves, which are compared one by one.
    """
    rows = db.session.execute(select(Checkpoint.size, Checkpoint.root))
    known = {row.size: row.root for row in rows}
    signed = set(store.checkpoint_sizes())
    for size in sorted(known.keys() - signed):
        yield _("数据库有 {size} 条记录时签署的检查点，日志中没有。", size=size)
    last = max(known.keys() & signed, default=None)
    if last is not None and _root_of(store, last) != known[last]:
        yield _("{size} 条记录时签署的检查点：数据库与日志不一致。", size=last)


def _root_of(store: Store, size: int) -> str | None:
    """Return the root that a head of the log signs; None where it cannot be read."""
    try:
        return parse_checkpoint(store.head(size).split("\n\n")[0] + "\n").root.hex()
    except (StoreError, ValueError):
        return None


def _marked() -> Iterator[Row[tuple[Any, ...]]]:
    """Return what the database says is registered, by its place in the log."""
    statement = (
        select(
            RegistrationIntent.log_index,
            RegistrationIntent.uuid,
            EvidenceItem.commitment,
            EvidenceItem.leaf_hash,
        )
        .outerjoin(EvidenceItem, EvidenceItem.intent_id == RegistrationIntent.id)
        .where(RegistrationIntent.log_index.is_not(None))
        .order_by(RegistrationIntent.log_index)
        .execution_options(yield_per=5000)
    )
    return iter(db.session.execute(statement))


def _is_waiting(entry: Entry) -> bool:
    """Tell whether a leaf is of an intent that its sequencer, at work or killed, has not marked."""
    waiting = select(RegistrationIntent.id).where(
        RegistrationIntent.uuid == bytes.fromhex(entry.id), RegistrationIntent.log_index.is_(None)
    )
    return db.session.scalars(waiting).first() is not None
