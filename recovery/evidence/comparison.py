"""Compares database and log both ways: nothing registered twice, nothing skipped."""

from collections.abc import Iterator

from sqlalchemy import select

from recovery.evidence.house import house_store
from recovery.evidence.models import EvidenceItem
from recovery.kernel.db import db
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _

OWN_KINDS = frozenset({"map", "clock"})
"""Leaves that the store registers by itself."""


def compare() -> Iterator[Text]:
    """Yield each difference between what the database says is registered and what the log holds.

    Pending intents are no difference: they are the backlog.
    """
    rows = db.session.execute(
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
    expected = iter(rows)
    row = next(expected, None)
    for entry in house_store().leaves_from(0):
        while row is not None and row.log_index < entry.index:
            yield _("数据库称第 {index} 号已登记，日志中不是这条记录。", index=row.log_index)
            row = next(expected, None)
        if row is None or row.log_index != entry.index:
            if entry.kind not in OWN_KINDS:
                yield _(
                    "日志第 {index} 号（{kind}）在数据库中没有对应记录。",
                    index=entry.index,
                    kind=entry.kind,
                )
            continue
        same = (row.uuid.hex(), row.commitment, row.leaf_hash)
        if same != (entry.id, entry.commitment, entry.leaf_hash.hex()):
            yield _("第 {index} 号：数据库与日志不一致。", index=entry.index)
        row = next(expected, None)
    while row is not None:
        yield _("数据库称第 {index} 号已登记，日志中没有。", index=row.log_index)
        row = next(expected, None)
