"""What a dossier of a loan holds: the registered records under one head, opened and read.

Everything is taken from what was registered up to the head, never from what the tables say now,
so that the same head gives the same dossier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store import Store, commitment
from evidence_store.bag import Record
from evidence_store.leaves import Entry
from recovery.evidence.models import Checkpoint, EvidenceItem, EvidenceStream
from recovery.evidence.sequencer import fields_of, open_secret
from recovery.kernel import clock
from recovery.kernel.errors import RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import _
from recovery.loans.models import Loan, LoanParty, Vehicle
from recovery.loans.queries import book_of, contract_of
from recovery.loans.rules.claim import Claim, compute_claim


@dataclass(frozen=True, slots=True)
class Registered:
    """One registered record, opened."""

    intent: RegistrationIntent
    entry: Entry
    fields: dict[str, str]
    salts: dict[str, bytes]
    digests: tuple[bytes, ...]

    def shown(self, withheld: frozenset[str]) -> dict[str, str]:
        """Return the fields that a preset discloses."""
        return {name: text for name, text in self.fields.items() if name not in withheld}


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that the dossier says, and the records behind it."""

    loan: Loan
    vehicle: Vehicle | None
    parties: tuple[LoanParty, ...]
    """Co-borrowers and guarantors."""

    stream: EvidenceStream
    checkpoint: Checkpoint
    records: tuple[Registered, ...]
    claim: Claim
    withheld: frozenset[str]
    originals: Mapping[str, str] = field(default_factory=dict)
    """Path in the bag → SHA-256 of the object."""

    @property
    def contract(self) -> dict[str, str]:
        """The contract as it was registered last, without what is withheld."""
        registered = self.of_kind("contract")
        return registered[-1].shown(self.withheld) if registered else {}

    @property
    def day(self) -> date:
        """Business day of the head: the dossier's "as of"."""
        return clock.business_day(self.checkpoint.made_at)

    def of_kind(self, kind: str) -> list[Registered]:
        """Return the records of one kind, in the order of the stream."""
        return [record for record in self.records if record.intent.kind == kind]

    @property
    def ledger_fingerprint(self) -> str:
        """Return the SHA-256 over the commitments of the transactions, in their order."""
        parts = [bytes.fromhex(r.entry.commitment) for r in self.of_kind("transaction")]
        return sha256(b"".join(parts)).hexdigest()

    @property
    def withheld_count(self) -> int:
        """How many fields are withheld; their digests are in the records."""
        return sum(len(set(record.fields) & self.withheld) for record in self.records)

    def bag_records(self) -> list[Record]:
        """Return the records as the bag writes them."""
        by_digest = {digest: path for path, digest in self.originals.items()}
        return [
            Record(
                entry=record.entry,
                digests=record.digests,
                disclosed={
                    name: (record.salts[name], text)
                    for name, text in record.shown(self.withheld).items()
                },
                original=by_digest.get(record.fields.get("sha256", "")),
            )
            for record in self.records
        ]


def gather(
    session: Session, store: Store, loan: Loan, *, checkpoint: Checkpoint, withheld: frozenset[str]
) -> Contents:
    """Return what a dossier of `loan` under `checkpoint` holds.

    Raises:
        RuleViolation: nothing of the loan was registered by then.
    """
    stream = session.scalars(
        select(EvidenceStream).where(EvidenceStream.loan_id == loan.id)
    ).one_or_none()
    records = _records(session, store, stream, checkpoint.size) if stream else ()
    if stream is None or not records:
        raise RuleViolation(_("这笔贷款在该检查点之前没有登记任何记录。"))
    vehicle = session.scalars(
        select(Vehicle).where(Vehicle.loan_id == loan.id, Vehicle.ended_on.is_(None)).limit(1)
    ).first()
    day = clock.business_day(checkpoint.made_at)
    return Contents(
        loan=loan,
        vehicle=vehicle,
        stream=stream,
        checkpoint=checkpoint,
        records=records,
        claim=_claim(session, loan, records, day),
        withheld=withheld,
        parties=_parties(session, loan),
        originals={} if "borrower_name" in withheld else _originals(records),
    )


def _parties(session: Session, loan: Loan) -> tuple[LoanParty, ...]:
    rows = select(LoanParty).where(LoanParty.loan_id == loan.id, LoanParty.ended_on.is_(None))
    return tuple(session.scalars(rows.order_by(LoanParty.id)))


def _records(
    session: Session, store: Store, stream: EvidenceStream, size: int
) -> tuple[Registered, ...]:
    items = session.scalars(
        select(EvidenceItem)
        .where(EvidenceItem.stream_id == stream.id, EvidenceItem.log_index < size)
        .order_by(EvidenceItem.seq)
    ).all()
    intents = [item.intent for item in items]
    fields = fields_of(session, intents)
    return tuple(_open(store, item, fields[item.intent_id]) for item in items)


def _open(store: Store, item: EvidenceItem, fields: dict[str, str]) -> Registered:
    assert item.log_index is not None
    assert item.secret_sealed is not None, "an erased record keeps its salts elsewhere"
    opened = commitment.commit(fields, open_secret(item.intent.uuid, item.secret_sealed))
    if opened.root.hex() != item.commitment:
        raise RuleViolation(
            _("第 {index} 号记录与登记时不一致，不能出具卷宗。", index=item.log_index)
        )
    entry = store.entry(item.log_index)
    return Registered(item.intent, entry, fields, opened.salts, opened.digests)


def _claim(session: Session, loan: Loan, records: Sequence[Registered], on: date) -> Claim:
    """Return the claim from the transactions that were registered, and no others."""
    numbers = {int(r.fields["number"]) for r in records if r.intent.kind == "transaction"}
    book = book_of(session, loan.id)
    postings = [posting for posting in book.postings if posting.number in numbers]
    return compute_claim(contract_of(loan), book.dues, postings, on)


def _originals(records: Sequence[Registered]) -> dict[str, str]:
    files = [record for record in records if record.intent.kind == "file"]
    return {
        f"data/originals/E{number:04d}{_suffix(record.fields['file_name'])}": record.fields[
            "sha256"
        ]
        for number, record in enumerate(files, 1)
    }


def _suffix(file_name: str) -> str:
    """Return the ending of a file name where it is plain, else nothing."""
    ending = file_name.rpartition(".")[2].lower()
    return f".{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= 5 else ""
