"""Use cases of an evidence list as a whole: start, sign, submit, print the ledger onto it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO

from obstore.exceptions import BaseError
from sqlalchemy.orm import Session

from evidence_store.storage import StoreError
from recovery.evidence import sequencer
from recovery.evidence.exhibits import adding, arranging
from recovery.evidence.exhibits.arranging import open_list
from recovery.evidence.exhibits.checklist import case_types
from recovery.evidence.exhibits.content import ListView
from recovery.evidence.exhibits.models import (
    EvidenceList,
    EvidenceListLine,
)
from recovery.evidence.exhibits.pages import count_pages
from recovery.evidence.exhibits.papers import list_pdf, statement_pdf
from recovery.evidence.exhibits.queries import (
    arrangement_of,
    find_list,
    lists_of,
    view_of,
)
from recovery.evidence.exhibits.rules import Arrangement, Group, without_empty_groups
from recovery.evidence.exhibits.standing import unlisted
from recovery.evidence.exhibits.subjects import Subject, find_subject
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work, work_as
from recovery.loans.documents import KeptFile, Papers, keep_file, store
from recovery.loans.documents import add_documents as add_to_loan
from recovery.loans.models import Document

LONGEST = 200

SUBMITTED = "evidence_list.submit"
"""The event under which a submission is registered."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature block: who submits to which court, through whom, when, in how many sets."""

    submitter: str
    agent: str
    court: str
    submitted_on: date | None
    copies: int


def start_list(work: Work, subject: Subject, case_type: str) -> EvidenceList:
    """Start the list of a subject: empty groups of the checklist, or the next version.

    The next version begins as the one submitted last stands; `case_type` then only proposes.

    Raises:
        RuleViolation: one is being written already; an unknown type of case.
    """
    if case_type not in case_types():
        raise RuleViolation(_("请选择案件类型。"))
    earlier = lists_of(work.session, subject.type, subject.id)
    if earlier and earlier[0].submitted_at is None:
        raise RuleViolation(_("这里已有一份正在编制的证据目录。"))
    last = earlier[0] if earlier else None
    one = work.add(_new(subject, case_type, last))
    arrangement = _copied(work, one, last) if last else _empty(case_type)
    arranging.add_revision(work, one, "started", arrangement)
    return one


def _new(subject: Subject, case_type: str, last: EvidenceList | None) -> EvidenceList:
    return EvidenceList(
        loan_id=subject.loan.id,
        subject_type=subject.type,
        subject_id=subject.id,
        number=last.number + 1 if last else 1,
        case_type=case_type,
        revision=0,
        submitter=last.submitter if last else "",
        agent=last.agent if last else "",
        court=subject.court or (last.court if last else ""),
        copies=last.copies if last else 1,
    )


def _empty(case_type: str) -> Arrangement:
    return tuple(Group(group.title.key) for group in case_types()[case_type].groups)


def _copied(work: Work, one: EvidenceList, last: EvidenceList) -> Arrangement:
    """Return the arrangement of `last` over copies of its lines on the list `one`."""
    groups = []
    for group in without_empty_groups(arrangement_of(work.session, last)):
        lines = [_copy(work, one, work.session.get_one(EvidenceListLine, n)) for n in group.lines]
        groups.append(replace(group, lines=tuple(lines)))
    return tuple(groups)


def _copy(work: Work, one: EvidenceList, line: EvidenceListLine) -> int:
    copied = EvidenceListLine(
        list_id=one.id,
        kind=line.kind,
        document_id=line.document_id,
        intent_id=line.intent_id,
        **arranging.columns_of(arranging.text_of(line)),
    )
    return work.add(copied).id


def change_case_type(work: Work, one: EvidenceList, case_type: str) -> None:
    """Measure the list against another checklist; its lines stay.

    Raises:
        RuleViolation: an unknown type of case.
    """
    if case_type not in case_types():
        raise RuleViolation(_("请选择案件类型。"))
    work.record(Action.CHANGE_EVIDENCE_LIST, one, case_type=(one.case_type, case_type))
    one.case_type = case_type


def sign(work: Work, one: EvidenceList, signature: Signature) -> None:
    """Fill the signature block.

    Raises:
        RuleViolation: a text is too long, or there is no set.
    """
    texts = (signature.submitter, signature.agent, signature.court)
    if any(len(text) > LONGEST for text in texts) or not 1 <= signature.copies <= arranging.MOST:
        raise RuleViolation(_("署名各项最多 {most} 字，份数至少 1 份。", most=LONGEST))
    one.submitter, one.agent, one.court = (text.strip() for text in texts)
    one.submitted_on, one.copies = signature.submitted_on, signature.copies
    work.record(Action.CHANGE_EVIDENCE_LIST, one, change="signed")


def add_statement(actor: Actor, list_id: int, version: int, on: date) -> EvidenceList:
    """Print the ledger up to the day `on`, keep it as a document of the loan, and list it.

    Raises:
        RuleViolation: the same statement is on the list already; a character cannot be printed.
    """
    session = db.session()
    one = find_list(session, list_id, actor.scope)
    data = statement_pdf(session, one.loan_id, on)
    kept = keep_file(BytesIO(data), f"statement-{on:%Y%m%d}.pdf")
    with work_as(actor) as work:
        one = open_list(work, list_id, version)
        document = _statement(work, one, kept, on)
        pages = count_pages(work.session, [document])
        adding.add_documents(work, one, [document.id], pages)
    return one


def _statement(work: Work, one: EvidenceList, kept: KeptFile, on: date) -> Document:
    """Return the document of the printed ledger; the loan may have the very same already."""
    title = f"还款明细（截至{on.year}年{on.month}月{on.day}日）"
    papers = Papers("statement", "born_here", title)
    if added := add_to_loan(work, one.loan_id, [kept], papers):
        return added[0]
    for document in unlisted(work.session, one):
        if document.sha256 == kept.stored.sha256:
            return document
    raise RuleViolation(_("同一份证据在目录中只能列一次。"))


def submit_list(actor: Actor, list_id: int, version: int) -> EvidenceList:
    """Freeze a list: print it, keep the paper, register both. It never changes afterwards.

    Raises:
        RuleViolation: no exhibit, pages unknown, no submitter or court; submitted already.
        Conflict: somebody changed it since the form was shown.
    """
    session = db.session()
    one = find_list(session, list_id, actor.scope)
    if one.version != version:
        raise Conflict(_("这份目录刚刚被改动，请核对后重新提交。"))
    view = _registered(session, one)
    if faults := faults_of(view):
        raise RuleViolation(faults[0])
    subject = find_subject(session, one.subject_type, one.subject_id, actor.scope)
    now = clock.now()
    view = replace(submitted(view), submitted_at=now)
    kept = keep_file(BytesIO(list_pdf(view, subject, "zh")), "evidence-list.pdf")
    with work_as(actor, now=now) as work:
        one = open_list(work, list_id, version)
        one.submitted_at, one.submitted_by = now, work.actor.name
        one.paper_sha256, one.digest = kept.stored.sha256, view.digest()
        work.record(Action.CHANGE_EVIDENCE_LIST, one, change="submitted", digest=one.digest)
        work.register("event", one, loan_id=one.loan_id, fields=_fields(one, subject))
    return one


def _registered(session: Session, one: EvidenceList) -> ListView:
    """Return a list, its exhibits taken to the log first where few wait and the log is in reach."""
    view = view_of(session, one)
    waiting = any(line.fingerprint and line.log_index is None for line in view.lines)
    if waiting and sequencer.backlog() <= sequencer.BATCH:
        with suppress(StoreError, OSError, BaseError):
            sequencer.register_pending()
        session.rollback()
        view = view_of(session, one)
    return view


def submitted(view: ListView) -> ListView:
    """Return a list as it is submitted: groups without lines are left out, numbers follow."""
    kept = [group for group in view.groups if group.lines]
    groups = [
        replace(
            group,
            number=number,
            lines=tuple(
                replace(line, number=f"{number}-{place}")
                for place, line in enumerate(group.lines, 1)
            ),
        )
        for number, group in enumerate(kept, 1)
    ]
    return replace(view, groups=tuple(groups))


def faults_of(view: ListView) -> list[Text]:
    """Return why a list cannot be submitted yet, each a sentence."""
    faults: list[Text] = []
    if not view.lines:
        faults.append(_("目录中还没有证据。"))
    faults += [
        _("证据 {number} 的页数未知，请填写。", number=line.number)
        for line in view.lines
        if line.pages is None and line.intent_id is None
    ]
    faults += [
        _("证据 {number} 没有写明证明对象和内容。", number=line.number)
        for line in view.lines
        if not line.purpose.key
    ]
    if not view.submitter:
        faults.append(_("请填写提交人。"))
    if not view.court:
        faults.append(_("请填写受理法院。"))
    return faults


def _fields(one: EvidenceList, subject: Subject) -> dict[str, str]:
    return {
        "event": SUBMITTED,
        "contract_no": subject.loan.contract_no,
        "list": f"{one.subject_type}/{one.subject_id}",
        "number": str(one.number),
        "case_type": one.case_type,
        "digest": one.digest or "",
        "sha256": one.paper_sha256 or "",
    }


def submitted_words(fields: Mapping[str, str]) -> Text:
    """Return the registered submission of a list in words."""
    return _("提交第 {number} 版证据目录", number=fields.get("number", ""))


def open_paper(one: EvidenceList) -> bytes:
    """Return the Chinese PDF as it was submitted.

    Raises:
        NotFound: it was not submitted.
    """
    if one.paper_sha256 is None:
        raise NotFound(_("这份目录还没有提交。"))
    with store().open(one.paper_sha256) as file:
        return file.read()
