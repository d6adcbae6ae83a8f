"""Erasure (删除) of fields of a registered record, or of a file: one asks, another approves.

The approval's transaction keeps the salts of the fields that stay, then destroys the record's
secret and the values: index, count and proof stay (EVIDENCE §3). The files are destroyed after
it by `finish`, step by step, each of which may be done again: see `erasure_log`.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.approvals import request_approval
from recovery.evidence.dossiers.queries import derived_from, files_holding
from recovery.evidence.keeping.hold import refuse_on_hold
from recovery.evidence.keeping.models import ErasedRecord, Erasure
from recovery.evidence.keeping.objects import holders
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.keeping.reach import erasers, object_reach
from recovery.evidence.models import EvidenceItem
from recovery.kernel.actions import Action
from recovery.kernel.crypto import context, keyring
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan

APPROVAL = "evidence.erasure"
"""Kind of the second person's approval."""

FINISH = "evidence.erase"
"""Kind of the job that destroys the files of approved erasures."""

REQUESTED, APPROVED, DONE = "requested", "approved", "done"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be erased of a registered record: fields, or its file, or both."""

    intent_id: int
    field_names: tuple[str, ...]
    with_object: bool
    basis: str
    reason: str


def erasable_names(session: Session, intent: RegistrationIntent) -> list[str]:
    """Return the fields of a record that can be erased, hold something and are still there."""
    if intent.subject_type not in erasers:
        return []
    item = session.get(EvidenceItem, intent.id)
    if item is None or item.log_index is None:
        return []
    known = erasers.get(intent.subject_type).names
    fields = open_record(session, item).fields
    return sorted(name for name in known if fields.get(name))


def request_erasure(work: Work, wanted: Wanted) -> Erasure:
    """Ask for an erasure, which a second person then approves or refuses.

    Raises:
        NotFound: absent, or not for this actor to see.
        RuleViolation: nothing that can be erased is named, the loan is on hold, the file belongs
            to another loan too, basis or reason is missing.
    """
    intent = work.session.get(RegistrationIntent, wanted.intent_id)
    if intent is None or intent.loan_id is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    loan = work.get(Loan, intent.loan_id)
    if not wanted.basis.strip() or not wanted.reason.strip():
        raise RuleViolation(_("请写明删除的法律依据和理由。"))
    names = _checked_names(work.session, intent, wanted)
    refuse_on_hold(work.session, loan.id)
    _refuse_pending(work.session, _siblings(work.session, intent))
    erasure = work.add(
        Erasure(
            uuid=os.urandom(16),
            loan_id=loan.id,
            intent_id=intent.id,
            field_names=names,
            objects=_objects(work.session, intent, wanted),
            basis=wanted.basis.strip(),
            reason=wanted.reason.strip(),
            state=REQUESTED,
            requested_at=work.now,
            requested_by=work.actor.name,
            approved_at=None,
            approved_by=None,
            done_at=None,
            replayed_at=None,
            branch_id=loan.branch_id,
            owner_id=loan.owner_id,
            agency_id=loan.agency_id,
            package_id=loan.package_id,
        )
    )
    work.record(Action.REQUEST_ERASURE, erasure, fields=names, files=len(erasure.objects))
    request_approval(work, APPROVAL, erasure, reason=wanted.reason, loan_id=loan.id)
    return erasure


def _checked_names(session: Session, intent: RegistrationIntent, wanted: Wanted) -> list[str]:
    possible = erasable_names(session, intent)
    if not set(wanted.field_names) <= set(possible):
        raise RuleViolation(_("这些字段不能删除，或已经删除。"))
    if not wanted.field_names and not wanted.with_object:
        raise RuleViolation(_("请选择要删除的字段或文件。"))
    return sorted(wanted.field_names)


def _siblings(session: Session, intent: RegistrationIntent) -> Sequence[RegistrationIntent]:
    """Return every registration of the same row: each holds the values."""
    return session.scalars(
        select(RegistrationIntent)
        .where(
            RegistrationIntent.subject_type == intent.subject_type,
            RegistrationIntent.subject_id == intent.subject_id,
        )
        .order_by(RegistrationIntent.id)
    ).all()


def _refuse_pending(session: Session, intents: Iterable[RegistrationIntent]) -> None:
    """Refuse while a registration waits: its commitment has to be in the log first."""
    if any(intent.log_index is None for intent in intents):
        raise RuleViolation(_("这条记录还有待登记的内容，请等登记完成后再申请。"))


def _objects(session: Session, intent: RegistrationIntent, wanted: Wanted) -> list[str]:
    """Return the files that go: the record's own, what derives from it, kept dossiers with it."""
    found: list[str] = []
    if wanted.with_object:
        original = _own_object(session, intent)
        found += [original, *derived_from(session, original)]
    return list(dict.fromkeys([*found, *files_holding(session, intent.loan_id)]))


def _own_object(session: Session, intent: RegistrationIntent) -> str:
    item = session.get_one(EvidenceItem, intent.id)
    digest = open_record(session, item).fields.get("sha256", "")
    if intent.kind != "file" or not digest:
        raise RuleViolation(_("这条记录没有文件。"))
    others = {h.loan_id for h in holders(session, digest)} - {intent.loan_id, None}
    if others:
        raise RuleViolation(
            _("同一文件还属于另外 {count} 笔贷款，不能单独删除。", count=len(others))
        )
    return digest


def content(session: Session, erasure_id: int) -> dict[str, Any]:
    """Return what the second person approves; never a value that is to be erased."""
    erasure = session.get_one(Erasure, erasure_id)
    intent = session.get(RegistrationIntent, erasure.intent_id or 0)
    loan = session.get(Loan, erasure.loan_id or 0)
    return {
        "contract_no": loan.contract_no if loan else "",
        "record": intent.kind if intent else "",
        "log_index": str(intent.log_index) if intent else "",
        "fields": erasure.field_names,
        "files": erasure.objects,
        "basis": erasure.basis,
        "reason": erasure.reason,
        "requested_by": erasure.requested_by,
    }


def execute(work: Work, erasure_id: int, shown: dict[str, Any]) -> None:
    """Destroy the values, as approved, and have the files destroyed.

    Raises:
        RuleViolation: the loan has been put on hold since; nothing is erased.
    """
    erasure = work.session.get_one(Erasure, erasure_id)
    refuse_on_hold(work.session, erasure.loan_id)
    intent = work.session.get_one(RegistrationIntent, erasure.intent_id)
    _refuse_pending(work.session, _siblings(work.session, intent))
    destroy(work, erasure, intent)
    erasure.state, erasure.approved_at = APPROVED, work.now
    erasure.approved_by = work.actor.name
    work.record(
        Action.EXECUTE_ERASURE,
        erasure,
        state=(REQUESTED, APPROVED),
        fields=shown["fields"],
        files=len(erasure.objects),
    )
    work.register("erasure", erasure, loan_id=erasure.loan_id, fields=evidence_of(erasure, intent))
    work.enqueue(FINISH, {}, key=f"erasure-{erasure.uuid.hex()}")


def evidence_of(erasure: Erasure, intent: RegistrationIntent) -> dict[str, str]:
    """Return what is committed to of an erasure: what went and why, never what it said."""
    return {
        "erasure": erasure.uuid.hex(),
        "record": intent.uuid.hex(),
        "log_index": str(intent.log_index),
        "fields": " ".join(erasure.field_names),
        "files": " ".join(erasure.objects),
        "basis": erasure.basis,
        "reason": erasure.reason,
        "requested_by": erasure.requested_by,
        "requested_at": erasure.requested_at.isoformat(),
        "approved_by": erasure.approved_by or "",
        "approved_at": erasure.approved_at.isoformat() if erasure.approved_at else "",
    }


def destroy(work: Work, erasure: Erasure, intent: RegistrationIntent) -> int:
    """Destroy the erasure's fields in every registration of the row, and in the row itself.

    Returns how many registrations lost a field; what is gone already stays as it is.
    """
    overwrite_freed_pages(work.session)
    names = set(erasure.field_names)
    changed = sum(
        _destroy_fields(work, erasure, one, names) for one in _siblings(work.session, intent)
    )
    if names:
        erasers.get(intent.subject_type).erase(work, intent.subject_id, sorted(names))
    for digest in erasure.objects:
        for reach in object_reach.all():
            reach(work, digest)
    work.session.flush()
    return changed


def overwrite_freed_pages(session: Session) -> None:
    """Have SQLite write zeros over what is deleted, on this connection from now on."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


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


def erasures_of(session: Session, loan_id: int) -> Sequence[Erasure]:
    """Return the erasures of a loan, newest first; the caller has passed the gate for it."""
    return session.scalars(
        select(Erasure).where(Erasure.loan_id == loan_id).order_by(Erasure.id.desc())
    ).all()
