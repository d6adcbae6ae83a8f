"""Destroys what an erasure names: fields of registered records with their salts, rows, persons.

In one transaction; each step finds what is gone already as it is, so that a replay may repeat it.
"""

import json
import os
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.keeping.models import ErasedRecord, Erasure
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.keeping.reach import erase_person, erasers, object_reach
from recovery.evidence.models import EvidenceItem
from recovery.kernel import reasons
from recovery.kernel.crypto import context, keyring
from recovery.kernel.db import db, empty_the_log, vacuum
from recovery.kernel.errors import RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan, Person

TOUCHED = (
    "person",
    "audit_reason",
    "concession",
    "deadline",
    "stage_change",
    "litigation_file",
    "package",
    "package_loan",
    "selection",
    "list_choice",
    "job",
    "job_exception",
    "registration_intent",
    "evidence_item",
    "document_detail",
    "intake_row",
    "scan_draft",
    "scan_page",
    "paper_original",
    "staged_row",
    "audit_sample",
    "sample_item",
    "confirmation",
    "search_entry",
    "search_fts",
)
"""Tables from which an erasure takes values, beside those of its erasers."""


def siblings(session: Session, intent: RegistrationIntent) -> Sequence[RegistrationIntent]:
    """Return every registration of the same row: each holds the values."""
    return session.scalars(
        select(RegistrationIntent)
        .where(
            RegistrationIntent.subject_type == intent.subject_type,
            RegistrationIntent.subject_id == intent.subject_id,
        )
        .order_by(RegistrationIntent.id)
    ).all()


def parts_of(session: Session, erasure: Erasure) -> list[tuple[RegistrationIntent, list[str]]]:
    """Return the records of an erasure that this database has, each with its fields."""
    first = session.get(RegistrationIntent, erasure.intent_id or 0)
    found = [] if first is None else [(first, list(erasure.field_names))]
    for uuid, names in erasure.further:
        known = RegistrationIntent.uuid == bytes.fromhex(uuid)
        intent = session.scalars(select(RegistrationIntent).where(known)).one_or_none()
        if intent is not None:
            found.append((intent, list(names)))
    return found


def destroy(work: Work, erasure: Erasure, intent: RegistrationIntent) -> int:
    """Destroy the erasure's fields in every registration of the row, and in the row itself.

    Returns how many registrations lost a field; what is gone already stays as it is.
    """
    overwrite_freed_pages(work.session)
    if erasure.person_uuid:
        changed = _destroy_person(work, erasure)
    else:
        changed = _destroy_record(work, erasure, intent)
    for digest in erasure.objects:
        for reach in object_reach.all():
            reach(work, digest)
    work.session.flush()
    reasons.name_erasure(work.session, erasure.uuid, work.now)
    return changed


def reasons_gone(session: Session, erasure: Erasure) -> dict[str, str]:
    """Return what is committed to of the reasons beside the audit log that went by an erasure."""
    numbers = reasons.erased_by(session).get(erasure.uuid, [])
    return {"audit_reasons": " ".join(map(str, numbers))} if numbers else {}


def _destroy_record(work: Work, erasure: Erasure, intent: RegistrationIntent) -> int:
    names, changed = list(erasure.field_names), 0
    if names:
        eraser = erasers.get(intent.subject_type)
        reached = set(eraser.reached(names))
        for one in siblings(work.session, intent):
            changed += _destroy_fields(work, erasure, one, reached)
        eraser.erase(work, intent.subject_id, sorted(names))
    return changed


def _destroy_person(work: Work, erasure: Erasure) -> int:
    """Destroy what each record says of a person, then the person's row and what rows repeat."""
    changed = 0
    person = work.session.scalars(
        select(Person).where(Person.row_uuid == erasure.person_uuid)
    ).one_or_none()
    for intent, names in parts_of(work.session, erasure):
        changed += _destroy_fields(work, erasure, intent, set(names))
        if intent.subject_type != Loan.__tablename__:
            erasers.get(intent.subject_type).erase(work, intent.subject_id, names)
    if person is not None:
        erase_person(work, person)
    return changed


def overwrite_freed_pages(session: Session) -> None:
    """Have SQLite write zeros over what is deleted, on this connection from now on."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def drop_old_bytes() -> bool:
    """Have the database give up the bytes of what was erased, wherever it keeps old versions.

    Tell whether it did: a reader of the old version keeps them.
    """
    db.session.rollback()  # an open reader would keep them
    vacuum([*TOUCHED, *(table for table, _eraser in erasers.items())])
    return empty_the_log()


def _destroy_fields(
    work: Work, erasure: Erasure, intent: RegistrationIntent, names: set[str]
) -> bool:
    """Keep the salts of the fields that stay, then destroy the secret and the values."""
    item = work.session.get(EvidenceItem, intent.id, with_for_update=True)
    if item is None or item.log_index is None:
        return False
    record = open_record(work.session, item)
    gone = names & record.fields.keys()
    if not gone:
        return False
    if not record.leads_to(item.commitment):
        raise RuleViolation(
            _("第 {index} 号记录与登记时不一致，不能删除其中的字段。", index=item.log_index)
        )
    stay = {name: text for name, text in record.fields.items() if name not in gone}
    row = work.session.get(ErasedRecord, intent.id) or ErasedRecord(
        intent_id=intent.id, row_uuid=os.urandom(16), erased_names=[]
    )
    row.erasure_id, row.erased_at = erasure.id, work.now
    row.erased_names = sorted({*row.erased_names, *gone})
    row.salts = json.dumps({name: record.salts[name].hex() for name in stay}, sort_keys=True)
    row.digests = [digest.hex() for digest in record.digests]
    work.session.add(row)
    item.secret_sealed = None
    place = context("registration_intent", "fields", intent.uuid)
    text = json.dumps(stay, ensure_ascii=False, sort_keys=True)
    intent.fields_sealed = keyring().seal(text, place)
    work.session.flush()
    return True
