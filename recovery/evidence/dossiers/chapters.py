"""The chapters of a dossier's paper, in order, each with what its template is given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from recovery.evidence.dossiers.chronology import chronology
from recovery.evidence.dossiers.claims import accrual_lines, claim_of
from recovery.evidence.dossiers.contents import Basis, Contents, request_of
from recovery.evidence.dossiers.ledger import ledger_lines
from recovery.evidence.dossiers.lines import EvidenceGroup
from recovery.evidence.dossiers.particulars import Particulars
from recovery.evidence.dossiers.records import LogReader
from recovery.evidence.dossiers.states import Anchors, stand_of
from recovery.evidence.dossiers.subjects import Subject
from recovery.evidence.dossiers.values import value_of
from recovery.evidence.dossiers.words import label_of
from recovery.evidence.queries import KINDS
from recovery.kernel import links
from recovery.kernel.text import Text, _
from recovery.loans import labels

FOLDER = "documents/evidence/dossiers/"
ROWS = "rows"
"""Name of the values that make a chapter long: it may be set in pieces of so many rows."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its place, heading, template, and what the template is given."""

    place: str
    title: Text
    template: str
    values: Mapping[str, Any]
    is_first: bool = True
    """Whether this piece begins the chapter."""

    is_last: bool = True

    @property
    def row_count(self) -> int:
        """How many rows its table has."""
        return len(self.values.get(ROWS, ()))

    def pieces(self, rows: int) -> Iterator["Chapter"]:
        """Yield the chapter in pieces of at most so many rows."""
        every: Sequence[Any] = self.values.get(ROWS, ())
        starts = range(0, len(every), rows) if len(every) > rows else [0]
        for start in starts:
            values = {**self.values, ROWS: every[start : start + rows]}
            yield replace(
                self,
                values=values,
                is_first=start == 0,
                is_last=start + rows >= len(every),
            )


def chapters_of(
    reader: LogReader, contents: Contents, anchors: Anchors, groups: Sequence[EvidenceGroup]
) -> list[Chapter]:
    """Return the chapters of a dossier about one loan, or a file on it."""
    session = reader.session
    stands = [stand_of(record, anchors) for record in contents.records]
    return [
        *_about(contents),
        Chapter("parties", _("当事人与合同"), FOLDER + "_parties.html", _parties(contents)),
        Chapter("claim", _("债权计算"), FOLDER + "_claim.html", _claim(session, contents)),
        Chapter("list", _("证据目录"), FOLDER + "_list.html", {"groups": groups}),
        Chapter(
            "chronology",
            _("时间线"),
            FOLDER + "_chronology.html",
            {ROWS: chronology(contents)},
        ),
        Chapter("ledger", _("交易流水"), FOLDER + "_ledger.html", {ROWS: ledger_lines(contents)}),
        *others(reader, contents.basis, [contents.loan_id]),
        Chapter(
            "records",
            _("登记经过与生成记录"),
            FOLDER + "_records.html",
            {ROWS: stands, "batches": batches_of(contents)},
        ),
        Chapter(
            "withheld", _("未公开与已删除的内容"), FOLDER + "_withheld.html", _withheld(contents)
        ),
        statement(contents.basis, anchors),
    ]


def _about(contents: Contents) -> list[Chapter]:
    """Return the chapter about the subject itself, where it is more than its loan."""
    subject = contents.basis.subject
    if subject.kind.template is None:
        return []
    records = [
        record.shown(contents.disclosure)
        for record in contents.records
        if (record.subject_type, record.subject_id) == (subject.table, subject.id)
    ]
    values = about_values(subject, contents.facts, records)
    title = subject.kind.title(subject.record)
    return [Chapter("subject", title, subject.kind.template, values)]


def about_values(
    subject: Subject, facts: Mapping[str, str], records: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Return what the template about a subject is given."""
    return {
        "facts": facts,
        "records": records,
        "numbered": Particulars(facts).numbered,
        "words": subject.kind.words,
    }


def _parties(contents: Contents) -> dict[str, Any]:
    told = contents.told
    return {
        "terms": told.fields,
        "parties": told.numbered("party"),
        "vehicles": told.numbered("vehicle"),
        "roles": labels.PARTY_ROLES,
        "guarantee_modes": labels.GUARANTEE_MODES,
        "mortgage_states": labels.MORTGAGE_STATES,
        "products": labels.PRODUCTS,
        "is_registered": contents.particulars is not None,
    }


def _claim(session: Session, contents: Contents) -> dict[str, Any]:
    claim = claim_of(session, contents)
    return {
        "claim": claim,
        "accruals": accrual_lines(claim) if claim else (),
        "contract": contents.particulars.contract if contents.particulars else None,
        "day_counts": labels.DAY_COUNTS,
    }


def others(reader: LogReader, basis: Basis, loan_ids: Sequence[int]) -> list[Chapter]:
    """Return the chapters of other features: custody, reconciliations, erasures."""
    request, found = request_of(basis, reader, loan_ids), []
    for name, part in links.dossier_parts.items():
        values = part.load(request)
        if values is not None:
            found.append(Chapter(name, part.title, part.template, values))
    return found


@dataclass(frozen=True, slots=True)
class Batch:
    """The import that a loan came with, with its registered control totals."""

    index: int
    registered_at: datetime
    operator: str
    fields: Sequence[tuple[Text | str, Text | str]]
    """What each is called, and its value in words."""


def batches_of(contents: Contents) -> list[Batch]:
    """Return the imports that the loan came with, as far as the recipient is shown them."""
    return [
        Batch(
            record.entry.index,
            datetime.fromisoformat(record.entry.registered_at),
            record.entry.actor[:12],
            [
                (label_of(name) or name, value_of(name, text))
                for name, text in sorted(record.shown(contents.disclosure).items())
            ],
        )
        for record in contents.house
        if record.shown(contents.disclosure)
    ]


def _withheld(contents: Contents) -> dict[str, Any]:
    files = contents.of_kind("file")
    shown = set(contents.originals.values())
    missing = [one for one in files if one.fields.get("sha256") not in shown]
    disclosure = contents.disclosure
    counts = {
        KINDS.get(kind, Text(kind)): sum(
            one.withheld_count(disclosure) for one in contents.of_kind(kind)
        )
        for kind in sorted({record.kind for record in contents.records})
    }
    return {
        "count": contents.withheld_count,
        "counts": [(kind, count) for kind, count in counts.items() if count],
        "originals": [(one.entry.index, one.fields.get("sha256", "")) for one in missing],
        "derivatives": [
            record.shown(disclosure)
            for record in contents.of_kind("redaction")
            if record.fields.get("sha256") in disclosure.derivatives
        ],
        "erased": [
            (
                one.entry.index,
                one.opened.erased_at,
                [label_of(name) or name for name in one.opened.erased_names],
            )
            for one in contents.erased
        ],
    }


def statement(basis: Basis, anchors: Anchors) -> Chapter:
    """Return the last chapter: what is proved, what is not, how anyone checks it."""
    return Chapter(
        "verification",
        _("核验说明"),
        FOLDER + "_verification.html",
        {"anchors": anchors, "head": basis.checkpoint},
    )
