"""Registered records without a file, as they may stand on a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.exhibits.models import EvidenceList
from recovery.evidence.exhibits.standing import unlisted_records
from recovery.evidence.items.queries import fields_of
from recovery.evidence.items.words import title_of
from recovery.evidence.keeping.opening import open_records
from recovery.evidence.models import EvidenceItem
from recovery.evidence.queries import KINDS
from recovery.kernel.errors import RuleViolation
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
    intents = unlisted_records(session, one)
    fields = _fields_of(session, intents)
    return [
        Record(intent.id, _title(intent, fields[intent.id]), intent.log_index, intent.created_at)
        for intent in intents
    ]


def chinese_title(session: Session, intent: RegistrationIntent) -> str:
    """Return what a record is called on a list."""
    with reading("zh"):
        return _title(intent, _fields_of(session, [intent])[intent.id])


def _fields_of(
    session: Session, intents: Sequence[RegistrationIntent]
) -> dict[int, dict[str, str]]:
    """Return the registered fields of each record by its id; none of one that cannot be opened."""
    numbers = [intent.id for intent in intents]
    items = session.scalars(select(EvidenceItem).where(EvidenceItem.intent_id.in_(numbers))).all()
    found: dict[int, dict[str, str]] = {number: {} for number in numbers}
    try:
        opened = open_records(session, list(items))
    except RuleViolation:
        # The key of one is lost: that must not hide the others.
        return found | {item.intent_id: fields_of(session, item)[0] for item in items}
    return found | {number: one.fields for number, one in opened.items()}


def _title(intent: RegistrationIntent, fields: Mapping[str, str]) -> str:
    kind = KINDS.get(intent.kind, Text(intent.kind))
    return f"{kind}{Text('：')}{title_of(intent, fields)}"
