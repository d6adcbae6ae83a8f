"""Dossiers of many loans: read loan by loan, so that memory does not grow with the package."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from evidence_store import Store
from evidence_store.bag_data import Content, Record, Stream, long_evidence
from recovery.evidence.dossiers.contents import Basis, ledger_fingerprint
from recovery.evidence.dossiers.records import LogReader, Registered
from recovery.evidence.dossiers.watching import Watch, unwatched
from recovery.evidence.models import EvidenceStream
from recovery.kernel.errors import RuleViolation
from recovery.kernel.links import DossierLoan
from recovery.kernel.text import _
from recovery.loans.models import Loan

ANNEX = "data/frozen.jsonl"
BATCH = 500


@dataclass(frozen=True, slots=True)
class LoanLine:
    """A loan in the table of a package: its frozen figures, and what is registered of it."""

    number: str
    cells: tuple[str, ...]
    record_count: int
    file_count: int
    ledger_fingerprint: str
    last_index: int | None
    """Log index of its last record; None: nothing of it is registered."""


@dataclass(slots=True)
class Many:
    """What was gathered of a package, beside the files written."""

    own: list[Registered] = field(default_factory=list)
    """Registrations of the package itself."""

    lines: list[LoanLine] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    record_count: int = 0
    withheld_count: int = 0
    payload: dict[str, Content] = field(default_factory=dict)


def gather_many(
    reader: LogReader, store: Store, basis: Basis, folder: Path, *, watch: Watch = unwatched
) -> Many:
    """Write the records of a package's loans below `folder` and return what else is to be said.

    Raises:
        RuleViolation: nothing of the package or its loans was registered by then.
    """
    many, subject = Many(), basis.subject
    with (folder / "frozen.jsonl").open("wb") as annex:
        loans = [_without_line(loan, annex.write(loan.line)) for loan in _loans(reader, basis)]
    streams = _streams(reader, [loan.loan_id for loan in loans])
    many.streams = [Stream(one.name, one.salt) for one in streams.values()]
    many.own = [
        *reader.of_subject(subject.table, [subject.id], "freeze"),
        *reader.of_subject(subject.table, [subject.id], "particulars"),
    ]
    if not streams:
        raise RuleViolation(_("其中没有一笔贷款在该检查点之前有登记记录。"))
    numbers = _numbers(reader, loans)

    def records() -> Iterator[Record]:
        for record in many.own:
            yield _counted(many, basis, record)
        for place, loan in enumerate(loans, 1):
            watch(place, len(loans), _("正在读取各笔贷款的登记记录"))
            stream = streams.get(loan.loan_id)
            found = [] if stream is None else list(reader.of_stream(stream))
            many.lines.append(_line(numbers[loan.loan_id], loan, found))
            for record in found:
                yield _counted(many, basis, record)
            reader.forget()

    file = folder / "records.jsonl"
    many.payload = long_evidence(store, records(), many.streams, reader.size, file=file)
    if (folder / "frozen.jsonl").stat().st_size:
        many.payload[ANNEX] = folder / "frozen.jsonl"
    return many


def _loans(reader: LogReader, basis: Basis) -> Iterator[DossierLoan]:
    return basis.subject.kind.loans(reader.session, basis.subject.record)


def _without_line(loan: DossierLoan, _written: int) -> DossierLoan:
    """Return the loan without its line, which is in the file now."""
    return DossierLoan(loan.loan_id, loan.cells)


def _counted(many: Many, basis: Basis, record: Registered) -> Record:
    many.record_count += 1
    many.withheld_count += record.withheld_count(basis.disclosure)
    return record.bag_record(basis.disclosure, None)


def _line(number: str, loan: DossierLoan, records: list[Registered]) -> LoanLine:
    return LoanLine(
        number=number,
        cells=loan.cells,
        record_count=len(records),
        file_count=sum(record.kind == "file" for record in records),
        ledger_fingerprint=ledger_fingerprint(records),
        last_index=records[-1].entry.index if records else None,
    )


def _streams(reader: LogReader, loan_ids: list[int]) -> dict[int, EvidenceStream]:
    """Return the stream of each loan of which something was registered under the head."""
    found: dict[int, EvidenceStream] = {}
    for start in range(0, len(loan_ids), BATCH):
        found |= reader.streams_of(loan_ids[start : start + BATCH])
    return {loan_id: found[loan_id] for loan_id in loan_ids if loan_id in found}


def _numbers(reader: LogReader, loans: list[DossierLoan]) -> dict[int, str]:
    numbers: dict[int, str] = {}
    for start in range(0, len(loans), BATCH):
        ids = [loan.loan_id for loan in loans[start : start + BATCH]]
        rows = select(Loan.id, Loan.contract_no).where(Loan.id.in_(ids))
        numbers |= dict(reader.session.execute(rows).all())
    return numbers
