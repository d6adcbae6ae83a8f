"""Registered records as a dossier needs them: opened, with their place in the log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from evidence_store import Store, leaves
from evidence_store.bag_data import Record
from evidence_store.leaves import Entry
from evidence_store.tiles import TileReader
from recovery.evidence.dossiers.disclosure import Disclosure
from recovery.evidence.keeping.opening import OpenedRecord, open_records
from recovery.evidence.models import EvidenceItem, EvidenceStream
from recovery.kernel.errors import RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import _

BATCH = 200
"""Records that are opened at a time."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One registered record, opened."""

    kind: str
    subject_type: str
    subject_id: int
    entry: Entry
    opened: OpenedRecord

    @property
    def fields(self) -> dict[str, str]:
        """Its fields, without those that were erased since."""
        return self.opened.fields

    def shown(self, disclosure: Disclosure) -> dict[str, str]:
        """Return the fields that the recipient is shown."""
        return {
            name: text
            for name, text in self.fields.items()
            if not disclosure.hides(name, self.kind)
        }

    def withheld_count(self, disclosure: Disclosure) -> int:
        """Return how many of its fields the recipient is not shown; erased ones apart."""
        return sum(disclosure.hides(name, self.kind) for name in self.fields)

    def bag_record(self, disclosure: Disclosure, original: str | None) -> Record:
        """Return the record as the bag writes it; `original` is the path of its file there."""
        return Record(
            entry=self.entry,
            digests=self.opened.digests,
            disclosed={
                name: (self.opened.salts[name], text)
                for name, text in self.shown(disclosure).items()
            },
            original=original,
        )


class LogReader:
    """Reads registered records under one head."""

    def __init__(self, session: Session, store: Store, size: int) -> None:
        self.session = session
        self.size = size
        self._tiles = TileReader(store.storage, size)

    def stream_of(self, loan_id: int) -> EvidenceStream | None:
        """Return the stream of a loan; None before its first registration."""
        return self.session.scalars(
            select(EvidenceStream).where(EvidenceStream.loan_id == loan_id)
        ).one_or_none()

    def streams_of(self, loan_ids: Sequence[int]) -> dict[int, EvidenceStream]:
        """Return the stream of each of the loans of which something is registered under the head.

        A stream that began later is none yet.
        """
        begun = (
            select(EvidenceItem.intent_id)
            .where(
                EvidenceItem.stream_id == EvidenceStream.id,
                EvidenceItem.seq == 1,
                EvidenceItem.log_index < self.size,
            )
            .exists()
        )
        rows = select(EvidenceStream).where(EvidenceStream.loan_id.in_(loan_ids), begun)
        return {int(one.loan_id or 0): one for one in self.session.scalars(rows)}

    def forget(self) -> None:
        """Let go of the rows read so far: of many loans one at a time is kept."""
        for one in list(self.session.identity_map.values()):
            if isinstance(one, EvidenceItem | RegistrationIntent):
                self.session.expunge(one)

    def of_stream(self, stream: EvidenceStream) -> Iterator[Registered]:
        """Yield every record of a stream, in its order, opening a few at a time."""
        wanted = _items(self.size).where(EvidenceItem.stream_id == stream.id)
        last = 0
        while items := self.session.scalars(
            wanted.where(EvidenceItem.seq > last).order_by(EvidenceItem.seq).limit(BATCH)
        ).all():
            yield from self._open(items)
            last = items[-1].seq or 0

    def of_subject(self, table: str, record_ids: Iterable[int], kind: str) -> list[Registered]:
        """Return the records of one kind about rows of a table, in the order of the log."""
        wanted = (
            _items(self.size)
            .where(
                RegistrationIntent.subject_type == table,
                RegistrationIntent.subject_id.in_(list(record_ids)),
                RegistrationIntent.kind == kind,
            )
            .order_by(EvidenceItem.log_index)
        )
        return list(self._open(self.session.scalars(wanted).all()))

    def _open(self, items: Sequence[EvidenceItem]) -> Iterator[Registered]:
        opened = open_records(self.session, list(items))
        for item in items:
            assert item.log_index is not None
            record = opened[item.intent_id]
            if not record.leads_to(item.commitment):
                raise RuleViolation(
                    _("第 {index} 号记录与登记时不一致，不能出具卷宗。", index=item.log_index)
                )
            intent = item.intent
            entry = leaves.read(item.log_index, self._tiles.entry(item.log_index))
            yield Registered(intent.kind, intent.subject_type, intent.subject_id, entry, record)


def _items(size: int) -> Select[EvidenceItem]:
    return (
        select(EvidenceItem)
        .join(EvidenceItem.intent)
        .options(joinedload(EvidenceItem.intent))
        .where(EvidenceItem.log_index < size)
    )
