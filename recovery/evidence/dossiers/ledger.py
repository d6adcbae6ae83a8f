"""The ledger of a dossier: every registered transaction with its place in the log."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from recovery.evidence.dossiers.contents import Contents, Registered
from recovery.kernel import clock
from recovery.kernel.text import Text
from recovery.loans.labels import ENTRY_KINDS


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A registered transaction as the dossier prints it, with its digest and place."""

    number: str
    kind: Text | str
    value_date: str
    booked_on: date
    is_back_dated: bool
    amount: Decimal
    principal: Decimal
    interest: Decimal
    penalty: Decimal
    costs: Decimal
    log_index: int
    commitment: str


def ledger_lines(contents: Contents) -> list[LedgerLine]:
    """Return the registered transactions in the order of the ledger."""
    lines = [_ledger_line(record) for record in contents.of_kind("transaction")]
    return sorted(lines, key=lambda line: int(line.number))


def _ledger_line(record: Registered) -> LedgerLine:
    fields = record.fields
    booked_on = clock.business_day(datetime.fromisoformat(fields["booked_at"]))
    return LedgerLine(
        number=fields["number"],
        kind=ENTRY_KINDS.get(fields["kind"], fields["kind"]),
        value_date=fields["value_date"],
        booked_on=booked_on,
        is_back_dated=date.fromisoformat(fields["value_date"]) < booked_on,
        amount=Decimal(fields["amount"]),
        principal=Decimal(fields["principal"]),
        interest=Decimal(fields["interest"]),
        penalty=Decimal(fields["penalty"]),
        costs=Decimal(fields["costs"]),
        log_index=record.entry.index,
        commitment=record.entry.commitment,
    )
