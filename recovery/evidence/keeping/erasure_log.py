"""Finishes approved erasures, and carries them out again on what was restored from a backup.

The erasure log stands outside the database: a file per erasure in the store (`private/erasures`),
in the second copy and in the installation's home. It names records, fields and files by number
and digest, never what they said. Steps of an approved erasure, each of which may be repeated:

1. the log's files are written;  2. the objects are destroyed, in the store and in the copy;
3. the database gives up the old bytes;  4. the row says `done`.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store.storage import Storage, object_path
from recovery.evidence.house import house_store
from recovery.evidence.keeping.copies import second_store
from recovery.evidence.keeping.destruction import (
    destroy,
    drop_old_bytes,
    overwrite_freed_pages,
    reasons_gone,
)
from recovery.evidence.keeping.erasure import APPROVED, DONE, evidence_of
from recovery.evidence.keeping.models import Erasure
from recovery.evidence.keeping.objects import holders
from recovery.evidence.keeping.reach import gone_objects
from recovery.evidence.models import EvidenceItem
from recovery.kernel.actions import Action
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import Work
from recovery.loans.models import Document

FOLDER = "private/erasures"
HOME_FOLDER = "erasures"

FOLLOWING = {"document", "dossier", "evidence_list", "redaction"}
"""Tables whose rows stay, as a record of what was, when their object is destroyed."""

OpenWork = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One erasure as the erasure log has it."""

    uuid: str
    record: str
    """Id of the registration, hexadecimal."""

    fields: tuple[str, ...]
    objects: tuple[str, ...]
    basis: str
    reason: str
    requested_by: str
    requested_at: str
    approved_by: str
    approved_at: str
    ground: str
    person: str = ""
    """Random id of the person who is erased from all records, hexadecimal; blank: of one record."""

    further: tuple[Any, ...] = ()
    """Of a person: the other records, as `Erasure.further` has them."""

    def encode(self) -> bytes:
        """Return the entry as its file holds it."""
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({"v": 1} | values, ensure_ascii=False, sort_keys=True).encode() + b"\n"

    @classmethod
    def decode(cls, data: bytes) -> "LogEntry":
        """Read an entry."""
        values = json.loads(data)
        values.pop("v")
        lists = {"fields", "objects", "further"} & values.keys()
        return cls(**values | {name: tuple(values[name]) for name in lists})


def finish(open_work: OpenWork) -> int:
    """Bring every approved erasure to its end; return how many. Safe to be killed anywhere.

    While somebody still reads what the database held before, its old bytes stay: then the
    erasures stay approved, and the next run ends them.
    """
    db.session.rollback()
    waiting = select(Erasure).where(Erasure.state == APPROVED).order_by(Erasure.id)
    rows = db.session.scalars(waiting).all()
    for erasure in rows:
        intent = db.session.get_one(RegistrationIntent, erasure.intent_id)
        write_entry(_entry_of(erasure, intent))
        destroy_objects([*erasure.objects, *_unnamed(db.session())])
    ids = [erasure.id for erasure in rows]
    if not ids or not drop_old_bytes():
        return 0
    for erasure_id in ids:
        with open_work() as work:
            row = work.session.get_one(Erasure, erasure_id, with_for_update=True)
            row.state, row.done_at = DONE, work.now
            work.record(Action.EXECUTE_ERASURE, row, state=(APPROVED, DONE))
    return len(ids)


def _entry_of(erasure: Erasure, intent: RegistrationIntent) -> LogEntry:
    told = evidence_of(erasure, intent)
    return LogEntry(
        uuid=erasure.uuid.hex(),
        record=intent.uuid.hex(),
        fields=tuple(erasure.field_names),
        objects=tuple(erasure.objects),
        basis=erasure.basis,
        reason=erasure.reason,
        requested_by=erasure.requested_by,
        requested_at=told["requested_at"],
        approved_by=told["approved_by"],
        approved_at=told["approved_at"],
        ground=erasure.ground,
        person=(erasure.person_uuid or b"").hex(),
        further=tuple(erasure.further),
    )


def write_entry(entry: LogEntry) -> None:
    """Write an entry wherever the erasure log is kept; what is there already stays."""
    for storage in _storages():
        storage.create(f"{FOLDER}/{entry.uuid}", entry.encode())
    folder = _home_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / entry.uuid
    with suppress(FileExistsError), _new_file(path) as handle:
        os.write(handle.fileno(), entry.encode())
        os.fsync(handle.fileno())


def _new_file(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)


def _home_folder() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.home / HOME_FOLDER


def _storages() -> Iterator[Storage]:
    yield house_store().storage
    copy = second_store()
    if copy is not None:
        yield copy


def entries() -> list[LogEntry]:
    """Return every erasure that any of the places knows, oldest first."""
    found: dict[str, LogEntry] = {}
    for storage in _storages():
        for path in storage.names(FOLDER):
            data = storage.read(path)
            if data:
                found[path.rpartition("/")[2]] = LogEntry.decode(data)
    folder = _home_folder()
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        data = file.read_bytes()
        if data.endswith(b"\n"):  # else torn by a crash; the store has it whole
            found.setdefault(file.name, LogEntry.decode(data))
    return sorted(found.values(), key=lambda entry: (entry.approved_at, entry.uuid))


def _unnamed(session: Session) -> list[str]:
    """Return the objects that go with the names of persons, and that no erasure names."""
    return [digest for one in gone_objects.all() for digest in one(session)]


def destroy_objects(digests: list[Any] | tuple[str, ...]) -> int:
    """Destroy objects in the store and the copy, unless a live document names them again."""
    count = 0
    for digest in digests:
        if is_named_again(db.session(), digest):
            continue
        for storage in _storages():
            if storage.size(object_path(digest)) is not None:
                storage.delete(object_path(digest))
                count += 1
    return count


def is_named_again(session: Session, digest: str) -> bool:
    """Tell whether somebody took the same file in after it was erased."""
    documents = select(Document.id).where(Document.sha256 == digest, Document.ended_on.is_(None))
    if session.scalars(documents).first() is not None:
        return True
    others = {holder.table for holder in holders(session, digest)}
    return bool(others - FOLLOWING)


@dataclass(slots=True)
class Replayed:
    """What carrying the erasure log out again did."""

    entries: int = 0
    erased: int = 0
    """Erasures whose record held the values again."""

    objects: int = 0
    unknown: int = 0
    """Entries whose record this database does not have."""


def replay(open_work: OpenWork) -> Replayed:
    """Carry out again every erasure that what was restored does not show."""
    done = Replayed()
    for entry in entries():
        done.entries += 1
        with open_work() as work:
            intent = work.session.scalars(
                select(RegistrationIntent).where(
                    RegistrationIntent.uuid == bytes.fromhex(entry.record)
                )
            ).one_or_none()
            if intent is None:
                done.unknown += 1
            elif _replay_one(work, entry, intent):
                done.erased += 1
        db.session.rollback()
        done.objects += destroy_objects([*entry.objects, *_unnamed(db.session())])
        write_entry(entry)
    if done.erased:
        drop_old_bytes()
    return done


def _replay_one(work: Work, entry: LogEntry, intent: RegistrationIntent) -> bool:
    """Erase again what an older database still holds; tell whether there was anything."""
    item = work.session.get(EvidenceItem, intent.id)
    erasure = work.session.scalars(
        select(Erasure).where(Erasure.uuid == bytes.fromhex(entry.uuid))
    ).one_or_none()
    if erasure is not None and erasure.state == DONE:
        return False
    if item is None or item.log_index is None:
        # Its leaf is in the log; the sequencer marks it first, and the next replay erases.
        return False
    overwrite_freed_pages(work.session)
    row = erasure or work.add(_row_of(entry, intent))
    destroy(work, row, intent)
    row.state, row.done_at, row.replayed_at = DONE, work.now, work.now
    work.record(Action.EXECUTE_ERASURE, row, state="replayed", fields=list(entry.fields))
    fields = evidence_of(row, intent) | {"replayed_at": work.now.isoformat()}
    fields |= reasons_gone(work.session, row)
    work.register("erasure", row, loan_id=row.loan_id, fields=fields)
    return True


def _row_of(entry: LogEntry, intent: RegistrationIntent) -> Erasure:
    """Return the row of an erasure that the restored database has never seen."""
    return Erasure(
        uuid=bytes.fromhex(entry.uuid),
        loan_id=intent.loan_id,
        intent_id=intent.id,
        field_names=list(entry.fields),
        person_uuid=bytes.fromhex(entry.person) or None,
        further=list(entry.further),
        objects=list(entry.objects),
        ground=entry.ground,
        basis=entry.basis,
        reason=entry.reason,
        state=APPROVED,
        requested_at=datetime.fromisoformat(entry.requested_at),
        requested_by=entry.requested_by,
        approved_at=datetime.fromisoformat(entry.approved_at),
        approved_by=entry.approved_by,
        done_at=None,
        replayed_at=None,
    )
