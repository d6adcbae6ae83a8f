"""An evidence list as it is read: groups, numbered lines, page ranges, fingerprints."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from recovery.evidence.exhibits.rules import PageRange
from recovery.evidence.exhibits.words import FORMS
from recovery.kernel.text import Text


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of an evidence list."""

    id: int
    number: str
    """Group and place: `1-2`."""

    kind: str
    name: Text
    source: Text
    form: str
    copies: int
    pages: int | None
    """Pages of one copy; None: it has none."""

    range: PageRange | None
    """Pages in the merged file; None: it takes none."""

    purpose: Text
    document_id: int | None
    intent_id: int | None
    fingerprint: str | None
    """SHA-256 of the file, or the record's commitment; None: on paper only, or not yet kept."""

    log_index: int | None
    """None: not registered (yet)."""

    @property
    def form_name(self) -> Text:
        """Original or copy, in words."""
        return FORMS.get(self.form, Text(self.form))


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group of lines."""

    number: int
    title: Text
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """A whole evidence list. Texts are Chinese as written, defaults also English (`str()`)."""

    id: int
    number: int
    loan_id: int
    subject_type: str
    subject_id: int
    case_type: str
    groups: tuple[GroupView, ...]
    submitter: str
    agent: str
    court: str
    submitted_on: date | None
    copies: int
    submitted_at: datetime | None
    """None: still being written."""

    @property
    def lines(self) -> tuple[LineView, ...]:
        """Every line in order."""
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def total_pages(self) -> int:
        """Pages of the merged file."""
        return max((line.range.last for line in self.lines if line.range), default=0)

    def canonical(self) -> dict[str, Any]:
        """Return what is committed to when the list is submitted: plain values, Chinese."""
        return {
            "number": self.number,
            "case_type": self.case_type,
            "submitter": self.submitter,
            "agent": self.agent,
            "court": self.court,
            "submitted_on": self.submitted_on.isoformat() if self.submitted_on else "",
            "copies": self.copies,
            "lines": [_plain(group, line) for group in self.groups for line in group.lines],
        }

    def digest(self) -> str:
        """Return the SHA-256 of the content, hexadecimal."""
        text = json.dumps(self.canonical(), ensure_ascii=False, sort_keys=True)
        return sha256(text.encode()).hexdigest()


def _plain(group: GroupView, line: LineView) -> dict[str, Any]:
    """Return a line as it is committed to; texts as they were written."""
    return {
        "group": group.title.key,
        "number": line.number,
        "name": line.name.key,
        "source": line.source.key,
        "form": line.form,
        "copies": line.copies,
        "pages": line.pages,
        "range": str(line.range) if line.range else "",
        "purpose": line.purpose.key,
        "fingerprint": line.fingerprint or "",
    }
