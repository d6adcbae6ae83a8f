"""Audit events go into the log in batches: one leaf commits to every event since the last.

The leaf holds the Merkle root over the canonical events. An event that is changed, added to a
batch or deleted afterwards no longer leads to the root that was registered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Exists, exists, func, insert, select
from sqlalchemy.orm import Session

from evidence_store import StoreError, jcs, merkle
from recovery.evidence.house import house_store
from recovery.evidence.keeping.models import AuditBatch, AuditLeaf, Erasure
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.models import EvidenceItem
from recovery.evidence.sequencer import fields_of
from recovery.kernel import reasons
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work

MOST = 20_000
"""Events of one batch: under half a second of the writer."""

READ_AT_ONCE = 500
"""Batches that are read at a time: years of them do not fit into memory."""

SETTLED = timedelta(days=1)
"""No transaction stays open so long: below a batch of that age no number can still appear."""


def canonical(event: AuditEvent) -> bytes:
    """Return an event as it is committed to: RFC 8785, times in UTC.

    Of its reason it has the commitment alone, so that it stays the same when the reason is erased.
    """
    reason = event.reason_commitment
    return jcs.canonical(
        ({} if reason is None else {"reason": reason.hex()})
        | {
            "id": str(event.id),
            "at": event.at.astimezone(UTC).isoformat(),
            "actor_id": None if event.actor_id is None else str(event.actor_id),
            "actor": event.actor_name,
            "action": event.action,
            "subject_type": event.subject_type,
            "subject_id": None if event.subject_id is None else str(event.subject_id),
            "changes": _texts(event.changes),
            "request_id": event.request_id,
        }
    )


def _texts(value: object) -> object:
    """Return what was changed with every number as text: one spelling on every database."""
    if isinstance(value, dict):
        return {name: _texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return value if value is None or isinstance(value, bool | str) else str(value)


def digest_of(event: AuditEvent) -> bytes:
    """Return the leaf hash of an event in its batch."""
    return merkle.leaf_hash(canonical(event))


def commit_events(work: Work) -> AuditBatch | None:
    """Put the events that are in no batch yet into one, and register it; None without any."""
    events = waiting(work.session, work.now, MOST)
    if not events:
        return None
    digests = {event.id: digest_of(event) for event in events}
    batch = work.add(
        AuditBatch(
            made_at=work.now,
            event_count=len(events),
            highest_id=max(digests),
            root=merkle.root(list(digests.values())).hex(),
        )
    )
    work.session.execute(
        insert(AuditLeaf),
        [{"event_id": k, "batch_id": batch.id, "digest": v} for k, v in digests.items()],
    )
    work.register("audit", batch, loan_id=None, fields=_fields(batch, min(digests)))
    return batch


def _fields(batch: AuditBatch, lowest: int) -> dict[str, str]:
    return {
        "batch": str(batch.id),
        "events": str(batch.event_count),
        "first": str(lowest),
        "last": str(batch.highest_id),
        "root": batch.root,
    }


def waiting(session: Session, now: datetime, limit: int) -> Sequence[AuditEvent]:
    """Return the events that are in no batch yet, by number.

    Never by a cursor alone: on PostgreSQL a lower number may be committed later.
    """
    return session.scalars(
        select(AuditEvent)
        .where(AuditEvent.id > _settled(session, now), ~_in_a_batch())
        .order_by(AuditEvent.id)
        .limit(limit)
    ).all()


def count_waiting(session: Session, now: datetime) -> int:
    """Return how many events are in no batch yet."""
    where = (AuditEvent.id > _settled(session, now), ~_in_a_batch())
    return session.scalar(select(func.count()).select_from(AuditEvent).where(*where)) or 0


def _in_a_batch() -> Exists:
    return exists().where(AuditLeaf.event_id == AuditEvent.id)


def _settled(session: Session, now: datetime) -> int:
    """Return the number up to which nothing can be waiting any more."""
    old = select(func.max(AuditBatch.highest_id)).where(AuditBatch.made_at < now - SETTLED)
    return session.scalar(old) or 0


def batches(session: Session, limit: int = 10) -> Sequence[AuditBatch]:
    """Return the newest batches."""
    return session.scalars(select(AuditBatch).order_by(AuditBatch.id.desc()).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Registered:
    """What the log committed to for a batch."""

    log_index: int
    root: str
    count: int


def verify_events(session: Session, now: datetime) -> Iterator[Text]:
    """Yield each difference between the audit events and what the log committed to.

    Batches whose leaf is not in the log yet are the backlog, no difference.
    """
    for intent, item in session.execute(
        select(RegistrationIntent, EvidenceItem)
        .join(EvidenceItem, EvidenceItem.intent_id == RegistrationIntent.id)
        .where(
            RegistrationIntent.subject_type == AuditBatch.__tablename__,
            RegistrationIntent.log_index.is_not(None),
        )
        .order_by(RegistrationIntent.log_index)
        .execution_options(yield_per=READ_AT_ONCE)
    ):
        yield from _verify_batch(session, intent, _registered(session, item))
    settled = _settled(session, now)
    loose = select(AuditEvent.id).where(AuditEvent.id <= settled, ~_in_a_batch())
    for number in session.scalars(loose.order_by(AuditEvent.id).limit(1000)):
        yield _("审计记录第 {number} 号不在任何批次中：事后添加，或批次被改动。", number=number)
    for number in reasons.differing(session):
        yield _("审计记录第 {number} 号的理由被改动或缺失。", number=number)
    for number in _emptied(session):
        yield _("审计记录第 {number} 号的理由已不在，但没有登记过的删除提到它。", number=number)


def _emptied(session: Session) -> Iterator[int]:
    """Yield each event whose reason is gone, though the erasure it names did not take it."""
    for erasure, numbers in reasons.erased_by(session).items():
        taken = _taken_by(session, erasure)
        yield from (number for number in numbers if str(number) not in taken)


def _taken_by(session: Session, erasure: bytes) -> set[str]:
    """Return the events whose reason an erasure took, as registered when it was approved."""
    rows = select(RegistrationIntent, EvidenceItem).join(
        Erasure, Erasure.id == RegistrationIntent.subject_id
    )
    rows = rows.outerjoin(EvidenceItem, EvidenceItem.intent_id == RegistrationIntent.id)
    mine = (
        RegistrationIntent.subject_type == Erasure.__tablename__,
        RegistrationIntent.kind == "erasure",
        Erasure.uuid == erasure,
    )
    taken: set[str] = set()
    for intent, item in session.execute(rows.where(*mine)):
        if intent.log_index is None:  # waits for the log, sealed
            fields: Mapping[str, str] = fields_of(session, [intent])[intent.id]
        else:
            fields = _in_the_log(session, item) or {}
        taken.update(fields.get("audit_reasons", "").split())
    return taken


def _registered(session: Session, item: EvidenceItem) -> Registered | None:
    """Return what the leaf of a batch commits to; None where its opening does not lead to it."""
    assert item.log_index is not None
    fields = _in_the_log(session, item)
    if fields is None:
        return None
    return Registered(item.log_index, fields["root"], int(fields["events"]))


def _in_the_log(session: Session, item: EvidenceItem | None) -> Mapping[str, str] | None:
    """Return the fields that a leaf commits to; None where its opening does not lead to it."""
    if item is None or item.log_index is None:
        return None
    try:
        entry = house_store().entry(item.log_index)
    except StoreError:
        return None
    record = open_record(session, item)
    return record.fields if record.leads_to(entry.commitment) else None


def _verify_batch(
    session: Session, intent: RegistrationIntent, registered: Registered | None
) -> Iterator[Text]:
    if registered is None:
        yield _(
            "审计批次 {batch}：登记的内容与日志第 {index} 号不符。",
            batch=intent.subject_id,
            index=intent.log_index,
        )
        return
    digests = _digests(session, intent.subject_id)
    root = merkle.root(list(digests.values())).hex() if digests else ""
    if root == registered.root and len(digests) == registered.count:
        return
    named = False
    for event_id, kept in _kept(session, intent.subject_id):
        found = digests.get(event_id)
        if found is None:
            named = True
            yield _(
                "审计记录第 {number} 号被删除（批次 {batch}，日志第 {index} 号）。",
                **_place(event_id, intent),
            )
        elif found != kept:
            named = True
            yield _(
                "审计记录第 {number} 号被改动（批次 {batch}，日志第 {index} 号）。",
                **_place(event_id, intent),
            )
    if not named:
        yield _(
            "审计批次 {batch} 的记录与日志第 {index} 号登记的根不符：有记录被添加、删除或改动。",
            batch=intent.subject_id,
            index=intent.log_index,
        )


def _place(event_id: int, intent: RegistrationIntent) -> dict[str, object]:
    return {"number": event_id, "batch": intent.subject_id, "index": intent.log_index}


def _digests(session: Session, batch_id: int) -> dict[int, bytes]:
    """Return the digest of each event of a batch as it is now."""
    rows = session.scalars(
        select(AuditEvent)
        .join(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
        .where(AuditLeaf.batch_id == batch_id)
        .order_by(AuditEvent.id)
        .execution_options(yield_per=2000)
    )
    return {event.id: digest_of(event) for event in rows}


def _kept(session: Session, batch_id: int) -> Sequence[tuple[int, bytes]]:
    """Return the digest of each event as it was kept with the batch."""
    rows = session.execute(
        select(AuditLeaf.event_id, AuditLeaf.digest)
        .where(AuditLeaf.batch_id == batch_id)
        .order_by(AuditLeaf.event_id)
    )
    return [(event_id, digest) for event_id, digest in rows]
