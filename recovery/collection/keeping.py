"""What every record of collection has in common: its loan, person, paper, and what it corrects."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select

from recovery.collection.models import CollectionRecord
from recovery.collection.values import Entered
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import Listed, Text, _
from recovery.kernel.work import Work
from recovery.law.answer import Answer
from recovery.loans.documents import Papers, add_documents
from recovery.loans.models import Document, Loan, LoanParty, Person
from recovery.loans.parties import person_of
from recovery.loans.registration import moment_text
from recovery.rulebook.service import record_of, trace_of
from recovery.web.language import reading

R = TypeVar("R", bound=CollectionRecord)

PAPERS = {
    "contact": "contact_record",
    "demand": "demand",
    "delivery": "delivery_proof",
    "visit": "visit_report",
    "agreement": "extension_agreement",
}
"""Kind of record → kind of the document that belongs to it."""


def common(work: Work, loan: Loan, kind: str, entered: Entered, *, at: datetime) -> dict[str, Any]:
    """Return the columns that every record has, checked.

    Raises:
        NotFound: the loan has no such person or document.
        RuleViolation: the moment is ahead or before the loan; what is corrected is none such.
    """
    day = clock.business_day(at)
    if at > work.now:
        raise RuleViolation(_("发生时间不能晚于现在。"))
    if day < loan.disbursed_on:
        raise RuleViolation(_("发生日期不能早于放款日 {day}。", day=loan.disbursed_on))
    _check_superseded(work, loan, kind, entered)
    return {
        "loan_id": loan.id,
        "person_id": entered.person_id,
        "contacted": _part_of(work, loan, entered.person_id),
        "at": at,
        "happened_on": day,
        "document_id": _document(work, loan, kind, entered),
        "recorded_at": work.now,
        "actor_name": work.actor.name,
        "supersedes_id": entered.corrects_id,
        "address": (entered.address or "").strip() or None,
        "remark": (entered.remark or "").strip() or None,
    }


def _check_superseded(work: Work, loan: Loan, kind: str, entered: Entered) -> None:
    """Check that what is corrected stands, is of this loan and kind, and that it is said why.

    Raises:
        NotFound: no such record.
        RuleViolation: it was corrected before, or no reason is given.
    """
    if entered.corrects_id is None:
        return
    old = work.session.get(CollectionRecord, entered.corrects_id)
    if old is None or old.loan_id != loan.id or (kind not in (old.kind, "withdrawal")):
        raise NotFound
    later = select(CollectionRecord.id).where(CollectionRecord.supersedes_id == old.id)
    if old.kind == "withdrawal" or work.session.scalars(later).first() is not None:
        raise RuleViolation(_("{record} 已被更正或撤回。", record=old.record_no))
    if not entered.reason.strip():
        raise RuleViolation(_("请写明更正的理由。"))


def _part_of(work: Work, loan: Loan, person_id: int | None) -> str:
    """Return a person's part in the loan; who is none of its people is a third party.

    Raises:
        NotFound: the loan has no such person.
    """
    if person_id is None:
        return "third_party"
    if person_of(work.session, loan, person_id).id == loan.borrower_id:
        return "borrower"
    roles = select(LoanParty.role).where(
        LoanParty.loan_id == loan.id, LoanParty.person_id == person_id
    )
    return work.session.scalars(roles.order_by(LoanParty.id.desc())).first() or "third_party"


def _document(work: Work, loan: Loan, kind: str, entered: Entered) -> int | None:
    """Return the document of the record: the file that came with it, or one that is known.

    Raises:
        NotFound: the loan has no such document.
    """
    if entered.paper is not None:
        add_documents(work, loan.id, [entered.paper], Papers(PAPERS[kind]))
        wanted = Document.sha256 == entered.paper.stored.sha256
    elif entered.document_id is not None:
        wanted = Document.id == entered.document_id
    else:
        return None
    known = select(Document.id).where(
        Document.loan_id == loan.id, Document.ended_on.is_(None), wanted
    )
    found = work.session.scalars(known.order_by(Document.id.desc())).first()
    if found is None:
        raise NotFound
    return found


def require_code(code: str, codes: Mapping[str, object]) -> None:
    """Check that `code` is one of a closed list.

    Raises:
        RuleViolation: it is not.
    """
    if code not in codes:
        raise RuleViolation(_("没有“{code}”这一项，请选择列出的一项。", code=code))


def enter(work: Work, action: Action, row: R, entered: Entered, fields: Mapping[str, object]) -> R:
    """Keep a record, its audit event, and the intent to register it.

    `fields` are the committed texts that only this kind has; what is None or blank is left out.
    """
    work.add(row)
    loan = work.session.get_one(Loan, row.loan_id)
    old = work.session.get(CollectionRecord, row.supersedes_id) if row.supersedes_id else None
    corrects = {} if old is None else {"corrects": old.record_no}
    work.record(
        action,
        row,
        reason=entered.reason,
        record=row.record_no,
        loan=loan.contract_no,
        **corrects,
    )
    told = {"event": action.value} | _shared(work, row, loan) | corrects | dict(fields)
    texts = {name: _text(value) for name, value in told.items()}
    work.register(
        "event",
        row,
        loan_id=loan.id,
        fields={name: text for name, text in texts.items() if text},
    )
    return row


def _shared(work: Work, row: CollectionRecord, loan: Loan) -> dict[str, object]:
    person = work.session.get(Person, row.person_id) if row.person_id else None
    document = work.session.get(Document, row.document_id) if row.document_id else None
    return {
        "contract_no": loan.contract_no,
        "record": row.record_no,
        "happened_on": row.happened_on.isoformat(),
        "recorded_at": moment_text(row.recorded_at),
        "actor": row.actor_name,
        "contacted": "" if row.kind == "withdrawal" else row.contacted,
        "person_name": person.name if person else "",
        "contact_address": row.address,
        "remark": row.remark,
        "paper_sha256": document.sha256 if document else "",
        "conduct": conduct_sentence(row),
    }


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def breach_of(answer: dict[str, Any]) -> Text:
    """Return in words what a kept answer of the law did not allow, with its source."""
    return _(
        "{why}依据：{source}{mark}。",
        why=Listed(tuple(trace_of(answer))),
        source="；".join(answer["articles"]),
        mark="" if answer["confirmed"] else _("，未确认"),
    )


def conduct_sentence(row: CollectionRecord) -> str:
    """Return in Chinese what the law did not allow of a contact or visit; blank: nothing."""
    with reading("zh"):
        return "".join(str(breach_of(one)) for one in row.conduct)


def kept(answers: list[Answer]) -> list[dict[str, Any]]:
    """Return what is kept of answers of the law, as JSON."""
    return [record_of(one) for one in answers]
