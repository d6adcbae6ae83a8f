"""What comes onto a list: documents, registered records, exhibits on paper, the proposal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from recovery.evidence.exhibits import rules
from recovery.evidence.exhibits.arranging import (
    LONGEST_NAME,
    LineText,
    add_revision,
    checked,
    columns_of,
)
from recovery.evidence.exhibits.checklist import case_types
from recovery.evidence.exhibits.models import EvidenceList, EvidenceListLine
from recovery.evidence.exhibits.pages import keep_pages
from recovery.evidence.exhibits.proposal import item_for
from recovery.evidence.exhibits.queries import arrangement_of
from recovery.evidence.exhibits.records import chinese_title
from recovery.evidence.exhibits.rules import Arrangement
from recovery.evidence.exhibits.standing import (
    candidate,
    documents_in_force,
    proposed,
    unlisted_records,
)
from recovery.evidence.exhibits.words import RECORD, kind_name
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.loans.models import Document

OTHERS = _("其他证据").key
"""Title of the group for what the checklist has no place for."""

FORM_OF = {"scanned": "copy"}
"""How a document of an origin is handed in, where not as electronic data."""


@dataclass(frozen=True, slots=True)
class NewPaper:
    """An exhibit that is on paper only."""

    kind: str
    text: LineText


def add_documents(
    work: Work, one: EvidenceList, document_ids: Iterable[int], pages: Mapping[str, int]
) -> None:
    """Add documents, each to the group that the checklist has for it; `pages` by SHA-256.

    Raises:
        NotFound: a document is not the loan's, or is not in force.
        RuleViolation: none was chosen, or one stands on the list already.
    """
    wanted = list(document_ids)
    known = {document.id: document for document in documents_in_force(work.session, one.loan_id)}
    if not wanted:
        raise RuleViolation(_("请先勾选要加入的证据。"))
    if any(number not in known for number in wanted):
        raise NotFound(_("有一份文件不在这笔贷款名下，或已停用。"))
    keep_pages(work, pages)
    _add_documents(work, one, "added", ([known[number] for number in wanted], pages))


def add_records(work: Work, one: EvidenceList, intent_ids: Iterable[int]) -> None:
    """Add registered records of the loan that have no file, as electronic data.

    Raises:
        NotFound: a record is not the loan's, or stands on the list already.
        RuleViolation: none was chosen.
    """
    wanted = list(intent_ids)
    known = {intent.id: intent for intent in unlisted_records(work.session, one)}
    if not wanted:
        raise RuleViolation(_("请先勾选要加入的证据。"))
    if any(number not in known for number in wanted):
        raise NotFound(_("有一条记录不在这笔贷款名下，或已在目录中。"))
    lines = [_record_line(work, one, known[number]) for number in wanted]
    arrangement, group = _with_group(arrangement_of(work.session, one), OTHERS)
    add_revision(work, one, "added", rules.put(arrangement, lines, group=group))


def add_paper(work: Work, one: EvidenceList, paper: NewPaper, *, group: int) -> None:
    """Add an exhibit that is on paper only.

    Raises:
        RuleViolation: an unknown kind, no pages, or a text that cannot be.
    """
    text = checked(paper.text)
    if paper.kind not in DOCUMENT_KINDS or text.pages is None:
        raise RuleViolation(_("请选择证据种类并填写页数。"))
    line = work.add(EvidenceListLine(list_id=one.id, kind=paper.kind, **columns_of(text)))
    arrangement = rules.put(arrangement_of(work.session, one), [line.id], group=group)
    add_revision(work, one, "added", arrangement)


def use_proposal(work: Work, one: EvidenceList, pages: Mapping[str, int]) -> None:
    """Add every document that an item of the checklist asks for.

    Raises:
        RuleViolation: there is none that is not on the list already.
    """
    wanted = proposed_documents(work, one)
    if not wanted:
        raise RuleViolation(_("没有可以按建议加入的文件。"))
    keep_pages(work, pages)
    _add_documents(work, one, "proposed", (wanted, pages))


def proposed_documents(work: Work, one: EvidenceList) -> list[Document]:
    """Return the documents that the checklist asks for and that are not on the list yet."""
    known = {document.id: document for document in documents_in_force(work.session, one.loan_id)}
    groups = proposed(work.session, one, work.today)
    return [
        known[found.id] for group in groups for item in group.items for found in item.candidates
    ]


def _add_documents(
    work: Work, one: EvidenceList, change: str, given: tuple[Sequence[Document], Mapping[str, int]]
) -> None:
    documents, pages = given
    arrangement = arrangement_of(work.session, one)
    _refuse_listed(work, arrangement, [document.id for document in documents])
    for document in documents:
        line, title = _document_line(work, one, document, pages.get(document.sha256))
        arrangement, group = _with_group(arrangement, title)
        arrangement = rules.put(arrangement, [line], group=group)
    add_revision(work, one, change, arrangement)


def _document_line(
    work: Work, one: EvidenceList, document: Document, pages: int | None
) -> tuple[int, str]:
    """Add the line of a document; return its id and the title of the group it belongs to."""
    case_type = case_types()[one.case_type]
    found = item_for(case_type, candidate(document))
    item = found[1] if found else None
    text = LineText(
        name=document.title
        if document.title != document.file_name
        else kind_name(document.kind).key,
        source=item.source.key if item else "",
        form=FORM_OF.get(document.origin, "electronic"),
        copies=1,
        pages=pages,
        purpose=item.purpose.key if item else "",
    )
    line = work.add(
        EvidenceListLine(
            list_id=one.id, kind=document.kind, document_id=document.id, **columns_of(text)
        )
    )
    return line.id, case_type.groups[found[0]].title.key if found else OTHERS


def _record_line(work: Work, one: EvidenceList, intent: RegistrationIntent) -> int:
    name = chinese_title(work.session, intent)[:LONGEST_NAME]
    text = LineText(name, _("债权人业务系统").key, "electronic", 1, None, "")
    line = EvidenceListLine(list_id=one.id, kind=RECORD, intent_id=intent.id, **columns_of(text))
    return work.add(line).id


def _with_group(arrangement: Arrangement, title: str) -> tuple[Arrangement, int]:
    """Return the arrangement with a group of this title, and the group's number."""
    for number, group in enumerate(arrangement):
        if group.title == title:
            return arrangement, number
    return rules.add_group(arrangement, title), len(arrangement)


def _refuse_listed(work: Work, arrangement: Arrangement, document_ids: Sequence[int]) -> None:
    listed = select(EvidenceListLine.document_id).where(
        EvidenceListLine.id.in_(rules.lines_of(arrangement)),
        EvidenceListLine.document_id.in_(document_ids),
    )
    if work.session.scalars(listed).first() is not None:
        raise RuleViolation(_("同一份证据在目录中只能列一次。"))
