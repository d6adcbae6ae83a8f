"""Erasure (删除) of fields of a registered record, or of a file: one asks, another approves.

The approval's transaction keeps the salts of the fields that stay, then destroys the record's
secret and the values: index, count and proof stay (EVIDENCE §3). The files are destroyed after
it by `finish`, step by step, each of which may be done again: see `erasure_log`.
"""

import os
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.approvals import request_approval
from recovery.evidence.dossiers.queries import derived_from, files_holding
from recovery.evidence.keeping.destruction import destroy, parts_of, reasons_gone, siblings
from recovery.evidence.keeping.hold import refuse_on_hold
from recovery.evidence.keeping.models import Erasure
from recovery.evidence.keeping.objects import others_of
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.keeping.periods import periods_of, refuse_early
from recovery.evidence.keeping.reach import erasers, loans_of
from recovery.evidence.models import EvidenceItem
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan, Person

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
    ground: str
    basis: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an erasure destroys, looked up and checked."""

    records: tuple[tuple[RegistrationIntent, tuple[str, ...]], ...]
    """Registered records with their fields, one at least."""

    objects: tuple[str, ...]
    ground: str
    basis: str
    reason: str
    person: bytes | None = None
    """`row_uuid` of the person who is erased from all these records; None: one record is meant."""


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
            to another loan too, a retention period stops the ground, basis or reason is missing.
    """
    intent = work.session.get(RegistrationIntent, wanted.intent_id)
    if intent is None or intent.loan_id is None:
        raise NotFound
    loan = work.get(Loan, intent.loan_id)
    names = _checked_names(work.session, intent, wanted)
    refuse_on_hold(work.session, loan.id)
    refuse_pending(siblings(work.session, intent))
    objects = tuple(_objects(work.session, intent, wanted))
    asked = Asked(((intent, names),), objects, wanted.ground, wanted.basis, wanted.reason)
    return ask(work, loan, asked)


def ask(work: Work, loan: Loan, asked: Asked) -> Erasure:
    """Note an erasure whose loan passed the gate, and ask for its approval.

    Raises:
        RuleViolation: a retention period stops the ground, basis or reason is missing.
    """
    if not asked.basis.strip() or not asked.reason.strip():
        raise RuleViolation(_("请写明删除的法律依据和理由。"))
    (intent, names), *further = asked.records
    erasure = work.add(
        Erasure(
            uuid=os.urandom(16),
            loan_id=loan.id,
            intent_id=intent.id,
            field_names=list(names),
            person_uuid=asked.person,
            further=[[one.uuid.hex(), list(fields)] for one, fields in further],
            objects=list(asked.objects),
            ground=asked.ground,
            basis=asked.basis.strip(),
            reason=asked.reason.strip(),
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
    work.session.flush()
    refuse_early(work.session, erasure, work.today)
    work.record(Action.REQUEST_ERASURE, erasure, fields=list(names), files=len(erasure.objects))
    request_approval(work, APPROVAL, erasure, reason=asked.reason, loan_id=loan.id)
    return erasure


def _checked_names(session: Session, intent: RegistrationIntent, wanted: Wanted) -> tuple[str, ...]:
    possible = erasable_names(session, intent)
    if not set(wanted.field_names) <= set(possible):
        raise RuleViolation(_("这些字段不能删除，或已经删除。"))
    if not wanted.field_names and not wanted.with_object:
        raise RuleViolation(_("请选择要删除的字段或文件。"))
    return tuple(sorted(wanted.field_names))


def refuse_pending(intents: Iterable[RegistrationIntent]) -> None:
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
    _refuse_shared(session, [digest], {intent.loan_id})
    return digest


def _refuse_shared(session: Session, digests: Iterable[str], loan_ids: Set[int | None]) -> None:
    """Refuse to destroy a file that a loan beside `loan_ids` has too."""
    for digest in digests:
        others = others_of(session, digest, loan_ids)
        if others:
            raise RuleViolation(
                _("同一文件还属于另外 {count} 笔贷款，不能单独删除。", count=len(others))
            )


def _refuse_made_since(session: Session, erasure: Erasure, loan_ids: Set[int | None]) -> None:
    """Refuse while a file stands that was made of what is erased after this was asked for."""
    made = {digest for loan_id in loan_ids for digest in files_holding(session, loan_id)}
    for digest in erasure.objects:
        made.update(derived_from(session, digest))
    if made - set(erasure.objects):
        raise RuleViolation(_("申请后又导出了含有这些内容的卷宗或遮盖件，请重新申请。"))


def _loans_reached(session: Session, erasure: Erasure) -> set[int | None]:
    """Return the loans whose records an erasure is about: of a person, all of the person's."""
    known = select(Person).where(Person.row_uuid == erasure.person_uuid)
    person = session.scalars(known).one_or_none() if erasure.person_uuid else None
    of_person = loans_of(session, person) if person else ()
    return {erasure.loan_id, *(loan.id for loan in of_person)}


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
        "ground": erasure.ground,
        "basis": erasure.basis,
        "reason": erasure.reason,
        "requested_by": erasure.requested_by,
        "records": [
            {"record": one.kind, "log_index": str(one.log_index), "fields": names}
            for one, names in parts_of(session, erasure)[1:]
        ],
        "periods": [
            {
                "contract_no": one.contract_no,
                "rule": one.rule.kind,
                "last_day": one.last_day.isoformat() if one.last_day else "",
            }
            for one in periods_of(session, erasure)
        ],
    }


def execute(work: Work, erasure_id: int, shown: dict[str, Any]) -> None:
    """Destroy the values, as approved, and have the files destroyed.

    Raises:
        RuleViolation: the loan has been put on hold since, a retention period stops the ground,
            another loan has one of the files now, or a dossier was made since; nothing is erased.
    """
    erasure = work.session.get_one(Erasure, erasure_id)
    refuse_on_hold(work.session, erasure.loan_id)
    refuse_early(work.session, erasure, work.today)
    loan_ids = _loans_reached(work.session, erasure)
    _refuse_shared(work.session, erasure.objects, loan_ids)
    _refuse_made_since(work.session, erasure, loan_ids)
    intent = work.session.get_one(RegistrationIntent, erasure.intent_id)
    refuse_pending(siblings(work.session, intent))
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
    fields = evidence_of(erasure, intent) | reasons_gone(work.session, erasure)
    work.register("erasure", erasure, loan_id=erasure.loan_id, fields=fields)
    work.enqueue(FINISH, {}, key=f"erasure-{erasure.uuid.hex()}")


def evidence_of(erasure: Erasure, intent: RegistrationIntent) -> dict[str, str]:
    """Return what is committed to of an erasure: what went and why, never what it said."""
    of_person = {
        "further": "; ".join(f"{uuid}: {' '.join(names)}" for uuid, names in erasure.further)
    }
    return (of_person if erasure.person_uuid else {}) | {
        "erasure": erasure.uuid.hex(),
        "record": intent.uuid.hex(),
        "log_index": str(intent.log_index),
        "fields": " ".join(erasure.field_names),
        "files": " ".join(erasure.objects),
        "ground": erasure.ground,
        "basis": erasure.basis,
        "reason": erasure.reason,
        "requested_by": erasure.requested_by,
        "requested_at": erasure.requested_at.isoformat(),
        "approved_by": erasure.approved_by or "",
        "approved_at": erasure.approved_at.isoformat() if erasure.approved_at else "",
    }


def erasures_of(session: Session, loan_id: int) -> Sequence[Erasure]:
    """Return the erasures of a loan, newest first; the caller has passed the gate for it."""
    return session.scalars(
        select(Erasure).where(Erasure.loan_id == loan_id).order_by(Erasure.id.desc())
    ).all()
