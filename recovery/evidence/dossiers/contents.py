"""What a dossier holds: the registered records under one head, and what follows from them.

Nothing is taken from what the tables say now, so that the same head gives the same dossier.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256

from evidence_store import Store
from evidence_store.bag_data import Record, Stream
from recovery.evidence.dossiers.disclosure import Disclosure
from recovery.evidence.dossiers.particulars import KIND as PARTICULARS
from recovery.evidence.dossiers.particulars import Particulars
from recovery.evidence.dossiers.records import LogReader, Registered
from recovery.evidence.dossiers.subjects import Subject
from recovery.evidence.models import Checkpoint, EvidenceStream
from recovery.kernel import clock
from recovery.kernel.errors import RuleViolation
from recovery.kernel.links import DossierRequest
from recovery.kernel.text import _

REDACTION = "redaction"
"""Kind of the record of a black-boxed derivative."""

OF_FILES = frozenset({"file", REDACTION})
"""Kinds of records that register the very bytes of a file; others may name its digest too."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a dossier is a function of, beside the versions of program and law book."""

    subject: Subject
    checkpoint: Checkpoint
    disclosure: Disclosure
    language: str = "zh"
    with_merged: bool = False
    """Whether all originals go in once more as one stamped PDF."""

    @property
    def day(self) -> date:
        """Business day of the head: the dossier's "as of"."""
        return clock.business_day(self.checkpoint.made_at)

    @property
    def at(self) -> datetime:
        """When the head was signed."""
        return self.checkpoint.made_at


@dataclass(frozen=True)
class Contents:
    """A dossier about one loan, or about a file on it."""

    basis: Basis
    loan_id: int
    stream: EvidenceStream
    records: tuple[Registered, ...]
    """Every record of the loan's stream, in its order."""

    house: tuple[Registered, ...] = ()
    """Records of the house's stream that the loan's refer to: import batches."""

    present: frozenset[str] = field(default_factory=frozenset)
    """SHA-256 of the files that the store still holds."""

    @property
    def disclosure(self) -> Disclosure:
        """What the recipient is shown."""
        return self.basis.disclosure

    def of_kind(self, kind: str) -> list[Registered]:
        """Return the records of one kind, in the order of the stream."""
        return [record for record in self.records if record.kind == kind]

    def latest(self, table: str, record_id: int) -> Registered | None:
        """Return the particulars of a record that were registered last."""
        found = [
            one
            for one in self.of_kind(PARTICULARS)
            if (one.subject_type, one.subject_id) == (table, record_id)
        ]
        return found[-1] if found else None

    @cached_property
    def particulars(self) -> Particulars | None:
        """Terms, parties, collateral and schedule of the loan; None: not registered by then."""
        found = self.latest("loan", self.loan_id)
        return Particulars(found.fields) if found else None

    @cached_property
    def told(self) -> Particulars:
        """The same, with nothing but what the recipient is shown."""
        found = self.latest("loan", self.loan_id)
        return Particulars(found.shown(self.disclosure) if found else {})

    @cached_property
    def facts(self) -> Mapping[str, str]:
        """The registered particulars of the subject that the recipient is shown."""
        subject = self.basis.subject
        found = self.latest(subject.table, subject.id)
        return found.shown(self.disclosure) if found else {}

    @cached_property
    def originals(self) -> dict[str, str]:
        """Path in the bag → SHA-256, of the files that are disclosed and still there."""
        return paths_of(self.of_kind("file"), self.disclosure, self.present) | {
            f"data/redacted/R{number:04d}.pdf": record.fields["sha256"]
            for number, record in enumerate(self.of_kind(REDACTION), 1)
            if record.fields.get("sha256") in self.present & self.disclosure.derivatives
            and not self.disclosure.hides("sha256", REDACTION)
        }

    @property
    def ledger_fingerprint(self) -> str:
        """Return the SHA-256 over the commitments of the transactions, in their order."""
        return ledger_fingerprint(self.records)

    @property
    def withheld_count(self) -> int:
        """How many fields are withheld; their digests are in the records."""
        every = (*self.records, *self.house)
        return sum(record.withheld_count(self.disclosure) for record in every)

    @property
    def erased(self) -> list[Registered]:
        """The records of which fields were erased since they were registered."""
        return [record for record in self.records if record.opened.erased_names]

    def bag_records(self) -> list[Record]:
        """Return the records as the bag writes them."""
        paths = {digest: path for path, digest in self.originals.items()}
        return [
            record.bag_record(
                self.disclosure,
                paths.get(record.fields.get("sha256", "")) if record.kind in OF_FILES else None,
            )
            for record in sorted((*self.records, *self.house), key=lambda one: one.entry.index)
        ]

    def bag_streams(self) -> list[Stream]:
        """Return the streams that the bag shows whole."""
        return [Stream(self.stream.name, self.stream.salt)]


def ledger_fingerprint(records: Iterable[Registered]) -> str:
    """Return the SHA-256 over the commitments of the transactions, in their order."""
    total = sha256()
    for record in records:
        if record.kind == "transaction":
            total.update(bytes.fromhex(record.entry.commitment))
    return total.hexdigest()


def paths_of(
    files: Iterable[Registered], disclosure: Disclosure, present: frozenset[str]
) -> dict[str, str]:
    """Return path in the bag → SHA-256 of the originals that are disclosed and still there."""
    return {
        f"data/originals/E{number:04d}{_suffix(record.fields.get('file_name', ''))}": digest
        for number, record in enumerate(files, 1)
        if (digest := record.fields.get("sha256", "")) in present
        and disclosure.shows_original(digest)
        and not disclosure.hides("sha256", record.kind)
    }


def _suffix(file_name: str) -> str:
    """Return the ending of a file name where it is plain, else nothing."""
    ending = file_name.rpartition(".")[2].lower()
    return f".{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= 5 else ""


def gather(reader: LogReader, store: Store, basis: Basis) -> Contents:
    """Return what a dossier about one loan, or a file on it, holds.

    Raises:
        RuleViolation: nothing of the loan was registered by then, or a record is not what it was.
    """
    loan_id = basis.subject.kind.loan_of(basis.subject.record)
    assert loan_id is not None
    stream = reader.stream_of(loan_id)
    records = tuple(reader.of_stream(stream)) if stream else ()
    if stream is None or not records:
        raise RuleViolation(_("这笔贷款在该检查点之前没有登记任何记录。"))
    digests = {record.fields.get("sha256", "") for record in records} - {""}
    return Contents(
        basis=basis,
        loan_id=loan_id,
        stream=stream,
        records=records,
        house=tuple(reader.of_subject("import_batch", batches_of(records), "batch")),
        present=frozenset(digest for digest in digests if store.has_object(digest)),
    )


def batches_of(records: Iterable[Registered]) -> set[int]:
    """Return the import batches that the contracts came with."""
    named = (record.fields.get("import_batch", "") for record in records)
    return {int(number) for number in named if number.isdigit()}


def request_of(basis: Basis, reader: LogReader, loan_ids: Iterable[int]) -> DossierRequest:
    """Return what chapters of other features are written for."""
    return DossierRequest(
        session=reader.session,
        subject=basis.subject.code,
        subject_id=basis.subject.id,
        loan_ids=tuple(loan_ids),
        size=reader.size,
        at=basis.at,
        hides=basis.disclosure.hides,
    )
