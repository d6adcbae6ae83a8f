"""Takes registration intents to the log: each once, none skipped, in any crash.

Three steps, each of which may be the last before a kill:

1. in the database: the commitment of each intent with the sealed secret that opens it;
2. in the log: one commit of all their leaves;
3. in the database: where each leaf stands.

After a kill between 2 and 3 the next run first reads the log past the last marked leaf. A leaf
whose intent is not in the database (after a restore) is left as it is and reported.
"""

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from evidence_store import commitment
from evidence_store.leaves import Entry, Leaf, stream_id
from evidence_store.proof import parse_checkpoint
from evidence_store.store import Store
from recovery.evidence.house import house_store
from recovery.evidence.models import Checkpoint, EvidenceItem, EvidenceStream
from recovery.kernel import links
from recovery.kernel.config import Settings
from recovery.kernel.crypto import context, keyring
from recovery.kernel.db import db
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import system_work
from recovery.loans.models import Loan

BATCH = 4000
"""Intents of one commit: about half a second of the writer."""

HOUSE = "house"
"""Name of the stream of what belongs to no loan."""

NAME = "sequencer"


def register_pending() -> int:
    """Register every pending intent; return how many leaves the log gained for them.

    Raises:
        StoreError, OSError: the store is out of reach; the intents stay pending.
    """
    store = house_store()
    count = 0
    with log_lease():
        mark_found(store)
        while batch := _pending():
            leaves = _prepare(batch)
            mark(store.append(leaves))
            count += len(leaves)
    return count


def checkpoint() -> Checkpoint | None:
    """Sign the head over all leaves and their map; None when nothing came since the last."""
    store = house_store()
    with log_lease():
        last = db.session.scalar(select(func.max(Checkpoint.size)))
        if last is not None and store.size == last:
            return None
        signed = store.checkpoint_with_map()
    head = parse_checkpoint(signed.split("\n\n")[0] + "\n")
    with system_work(NAME) as work:
        return work.add(
            Checkpoint(size=head.size, root=head.root.hex(), note=signed, made_at=work.now)
        )


@contextmanager
def log_lease() -> Iterator[None]:
    """Let one sequencer at a time work on this machine; the log itself refuses a second commit."""
    settings: Settings = current_app.config["SETTINGS"]
    with (settings.home / "sequencer.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def backlog() -> int:
    """Return how many intents wait."""
    waiting = select(func.count()).where(RegistrationIntent.log_index.is_(None))
    return db.session.scalar(waiting) or 0


def _pending() -> Sequence[RegistrationIntent]:
    """Return the next intents by flag, never past an id: lower ids may commit later."""
    db.session.rollback()
    return db.session.scalars(
        select(RegistrationIntent)
        .where(RegistrationIntent.log_index.is_(None))
        .order_by(RegistrationIntent.id)
        .limit(BATCH)
    ).all()


def _prepare(batch: Sequence[RegistrationIntent]) -> list[Leaf]:
    """Keep what opens each commitment, and return the leaves to append, in order.

    All is read and computed before the writer is taken: its end makes what was read stale.
    """
    streams = _streams(db.session(), batch)
    kept = _kept(batch)
    fields = fields_of(db.session(), [intent for intent in batch if intent.id not in kept])
    new = [_item(intent, fields[intent.id]) for intent in batch if intent.id in fields]
    kept |= {row["intent_id"]: row["commitment"] for row in new}
    leaves = [
        Leaf(
            id=intent.uuid.hex(),
            kind=intent.kind,
            stream=streams[intent.loan_id].digest,
            commitment=kept[intent.id],
            actor=actor_pseudonym(intent.actor_id),
        )
        for intent in batch
    ]
    loans = {intent.id: intent.loan_id for intent in batch}
    with system_work(NAME) as work:
        work.session.add_all(stream for stream in streams.values() if stream.id is None)
        work.session.flush()
        ids = {loan_id: stream.id for loan_id, stream in streams.items()}
        if new:
            rows = [row | {"stream_id": ids[loans[row["intent_id"]]]} for row in new]
            work.session.execute(insert(EvidenceItem), rows)
    return leaves


def _kept(batch: Sequence[RegistrationIntent]) -> dict[int, str]:
    """Return the commitments that a run which was killed had kept already, by intent."""
    ids = [intent.id for intent in batch]
    rows = db.session.execute(
        select(EvidenceItem.intent_id, EvidenceItem.commitment).where(
            EvidenceItem.intent_id.in_(ids)
        )
    )
    return dict(rows.all())


def _item(intent: RegistrationIntent, fields: dict[str, str]) -> dict[str, Any]:
    """Return the row that keeps what opens the commitment to `fields`, but for its stream."""
    secret = os.urandom(commitment.SECRET_SIZE)
    return {
        "intent_id": intent.id,
        "commitment": commitment.commit(fields, secret).root.hex(),
        "secret_sealed": seal_secret(intent.uuid, secret),
    }


def fields_of(session: Session, intents: Sequence[RegistrationIntent]) -> dict[int, dict[str, str]]:
    """Return the committed fields of each intent by its id: as sealed, or from the row."""
    found: dict[int, dict[str, str]] = {}
    by_type: defaultdict[str, list[RegistrationIntent]] = defaultdict(list)
    for intent in intents:
        if intent.fields_sealed is None:
            by_type[intent.subject_type].append(intent)
        else:
            place = context("registration_intent", "fields", intent.uuid)
            found[intent.id] = json.loads(keyring().open(intent.fields_sealed, place))
    for subject_type, group in by_type.items():
        records = links.record_fields.get(subject_type)(session, [i.subject_id for i in group])
        found |= {intent.id: records[intent.subject_id] for intent in group}
    return found


def _streams(
    session: Session, batch: Sequence[RegistrationIntent]
) -> dict[int | None, EvidenceStream]:
    """Return the stream of each loan of the batch; new ones are made, not yet added."""
    loan_ids = {intent.loan_id for intent in batch}
    named = {loan_id for loan_id in loan_ids if loan_id is not None}
    streams: dict[int | None, EvidenceStream] = {
        stream.loan_id: stream
        for stream in session.scalars(
            select(EvidenceStream).where(EvidenceStream.loan_id.in_(named))
        )
    }
    if None in loan_ids:
        house = session.scalars(select(EvidenceStream).where(EvidenceStream.name == HOUSE)).first()
        streams[None] = house or _new_stream(None, HOUSE)
    missing = named - streams.keys()
    if missing:
        numbers = select(Loan.id, Loan.contract_no).where(Loan.id.in_(missing))
        for loan_id, contract_no in session.execute(numbers):
            streams[loan_id] = _new_stream(loan_id, contract_no)
    return streams


def _new_stream(loan_id: int | None, name: str) -> EvidenceStream:
    salt = os.urandom(16)
    return EvidenceStream(loan_id=loan_id, name=name, salt=salt, digest=stream_id(salt, name))


def mark_found(store: Store) -> int:
    """Mark what an earlier run appended and was killed before marking; return how many."""
    last = db.session.scalar(select(func.max(EvidenceItem.log_index)))
    count = 0
    batch: list[Entry] = []
    for entry in store.leaves_from(0 if last is None else last + 1):
        batch.append(entry)
        if len(batch) == BATCH:
            count += mark(batch)
            batch = []
    return count + mark(batch)


def mark(entries: Sequence[Entry]) -> int:
    """Write to the database where each leaf of ours stands; return how many were ours."""
    if not entries:
        return 0
    with system_work(NAME) as work:
        uuids = [bytes.fromhex(entry.id) for entry in entries]
        ids = {
            uuid: intent_id
            for intent_id, uuid in work.session.execute(
                select(RegistrationIntent.id, RegistrationIntent.uuid).where(
                    RegistrationIntent.uuid.in_(uuids)
                )
            )
        }
        rows = [
            {
                "key": ids[bytes.fromhex(entry.id)],
                "index": entry.index,
                "seq": entry.seq,
                "leaf_hash": entry.leaf_hash.hex(),
                "registered_at": datetime.fromisoformat(entry.registered_at),
            }
            for entry in entries
            if bytes.fromhex(entry.id) in ids
        ]
        if rows:
            _write_places(work.session, rows)
    return len(rows)


def _write_places(session: Session, rows: list[dict[str, object]]) -> None:
    """Update items and intents by their keys, many at once."""
    connection = session.connection()
    item, intent = EvidenceItem.__table__, RegistrationIntent.__table__
    connection.execute(
        update(item)  # type: ignore[arg-type]
        .where(item.c.intent_id == bindparam("key"))
        .values(
            log_index=bindparam("index"),
            seq=bindparam("seq"),
            leaf_hash=bindparam("leaf_hash"),
            registered_at=bindparam("registered_at"),
        ),
        rows,
    )
    connection.execute(
        update(intent)  # type: ignore[arg-type]
        .where(intent.c.id == bindparam("key"))
        .values(log_index=bindparam("index")),
        [{"key": row["key"], "index": row["index"]} for row in rows],
    )


def seal_secret(uuid: bytes, secret: bytes) -> bytes:
    """Seal the 32 bytes from which a record's salts derive."""
    return keyring().seal(secret.hex(), context("evidence_item", "secret", uuid))


def open_secret(uuid: bytes, sealed: bytes) -> bytes:
    """Return the 32 bytes from which a record's salts derive."""
    return bytes.fromhex(keyring().open(sealed, context("evidence_item", "secret", uuid)))


def actor_pseudonym(actor_id: int | None) -> str:
    """Return the actor as leaves carry it: a keyed digest, never a name."""
    if actor_id is None:
        return "system"
    return keyring().blind_index(str(actor_id), "actor").hex()
