"""Registered records without a file, as they may stand on a list."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from recovery.evidence.exhibits.models import EvidenceList
from recovery.evidence.exhibits.standing import unlisted_records
from recovery.evidence.items.queries import fields_of
from recovery.evidence.items.words import title_of
from recovery.evidence.models import EvidenceItem
from recovery.evidence.queries import KINDS
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text
from recovery.web.language import reading


@dataclass(frozen=True, slots=True)
class Record:
    """A registered record that can be added."""

    id: int
    title: str
    log_index: int | None
    created_at: datetime


def records_for(session: Session, one: EvidenceList) -> list[Record]:
    """Return the records of the loan that are not on the list yet, the newest first."""
    return [
        Record(intent.id, _title(session, intent), intent.log_index, intent.created_at)
        for intent in unlisted_records(session, one)
    ]


def chinese_title(session: Session, intent: RegistrationIntent) -> str:
    """Return what a record is called on a list."""
    with reading("zh"):
        return _title(session, intent)


def _title(session: Session, intent: RegistrationIntent) -> str:
    fields, _erased = fields_of(session, session.get(EvidenceItem, intent.id))
    kind = KINDS.get(intent.kind, Text(intent.kind))
    return f"{kind}{Text('：')}{title_of(intent, fields)}"
