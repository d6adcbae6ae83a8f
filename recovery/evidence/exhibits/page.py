"""What the page of an evidence list shows: the list, the checklist beside it, what to add."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from recovery.evidence.exhibits.checklist import CaseType, case_types
from recovery.evidence.exhibits.content import ListView
from recovery.evidence.exhibits.models import EvidenceList, EvidenceListRevision
from recovery.evidence.exhibits.proposal import AVAILABLE, LISTED, MISSING, ProposedGroup
from recovery.evidence.exhibits.queries import (
    find_list,
    lists_of,
    revisions_of,
    view_of,
)
from recovery.evidence.exhibits.records import Record, records_for
from recovery.evidence.exhibits.service import faults_of
from recovery.evidence.exhibits.standing import proposed, unlisted
from recovery.evidence.exhibits.subjects import Subject, find_subject
from recovery.kernel.gate import Scope
from recovery.kernel.text import Text
from recovery.loans.models import Document


@dataclass(frozen=True, slots=True)
class ListPage:
    """One list with what its page needs."""

    row: EvidenceList
    view: ListView
    subject: Subject
    versions: Sequence[EvidenceList]
    checklist: tuple[ProposedGroup, ...]
    documents: Sequence[Document]
    """What could be added; empty once it is submitted."""

    records: Sequence[Record]
    revisions: Sequence[EvidenceListRevision]
    faults: Sequence[Text]

    @property
    def case_type(self) -> CaseType:
        """The type of case it is measured against."""
        return case_types()[self.row.case_type]

    @property
    def is_open(self) -> bool:
        """Whether it is still being written."""
        return self.row.submitted_at is None

    @property
    def is_newest(self) -> bool:
        """Whether no later version exists."""
        return self.versions[0].id == self.row.id

    def count(self, state: str) -> int:
        """How many items of the checklist stand in this state."""
        return sum(item.state == state for group in self.checklist for item in group.items)

    @property
    def missing(self) -> int:
        """Items that nothing answers."""
        return self.count(MISSING)

    @property
    def available(self) -> int:
        """Items that a document answers which is not on the list yet."""
        return self.count(AVAILABLE)

    @property
    def listed(self) -> int:
        """Items that are on the list."""
        return self.count(LISTED)


def list_page(session: Session, list_id: int, scope: Scope, today: date) -> ListPage:
    """Return a list with what its page needs.

    Raises:
        NotFound: there is none, or `scope` may not see its loan or file.
    """
    row = find_list(session, list_id, scope)
    view = view_of(session, row)
    is_open = row.submitted_at is None
    return ListPage(
        row=row,
        view=view,
        subject=find_subject(session, row.subject_type, row.subject_id, scope),
        versions=lists_of(session, row.subject_type, row.subject_id),
        checklist=proposed(session, row, today),
        documents=unlisted(session, row) if is_open else (),
        records=records_for(session, row) if is_open else (),
        revisions=revisions_of(session, row),
        faults=faults_of(view) if is_open else (),
    )
