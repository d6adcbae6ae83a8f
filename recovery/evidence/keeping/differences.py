"""Every difference between the database and the log: registrations, audit events, what is kept."""

from collections.abc import Iterator, Sequence

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from recovery.evidence.comparison import compare
from recovery.evidence.keeping.audit import verify_events
from recovery.evidence.keeping.opening import open_record, open_records
from recovery.evidence.models import EvidenceItem
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _

AT_ONCE = 500
"""Records that are opened at a time."""

UNREADABLE = (RuleViolation, InvalidTag, LookupError, ValueError)
"""What an altered or missing row, secret or salt raises when its record is opened."""


def differences() -> list[Text]:
    """Return what differs; what waits for the log is the backlog, and no difference."""
    found = list(compare())
    db.session.rollback()
    return [*found, *verify_events(db.session(), clock.now())]


def all_differences() -> Iterator[Text]:
    """Yield what differs, also in the fields that the database keeps of each registered record."""
    yield from differences()
    after = -1
    while items := _after(after):
        for item in _not_as_registered(items):
            yield _("第 {index} 号：数据库中的内容与登记时不一致，或缺失。", index=item.log_index)
        after = items[-1].log_index or 0


def _after(index: int) -> Sequence[EvidenceItem]:
    db.session.rollback()  # no snapshot stays open as long as all takes
    rows = select(EvidenceItem).where(EvidenceItem.log_index > index)
    rows = rows.options(joinedload(EvidenceItem.intent)).order_by(EvidenceItem.log_index)
    return db.session.scalars(rows.limit(AT_ONCE)).all()


def _not_as_registered(items: Sequence[EvidenceItem]) -> list[EvidenceItem]:
    """Return the records that no longer open what the log commits to."""
    try:
        records = open_records(db.session(), list(items))
    except UNREADABLE:
        return [item for item in items if not _opens(item)]
    return [item for item in items if not records[item.intent_id].leads_to(item.commitment)]


def _opens(item: EvidenceItem) -> bool:
    try:
        return open_record(db.session(), item).leads_to(item.commitment)
    except UNREADABLE:
        return False
