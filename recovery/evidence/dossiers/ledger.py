"""The ledger of a dossier: every registered transaction with its place in the log."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from recovery.evidence.dossiers.contents import Contents
from recovery.evidence.dossiers.disclosure import Disclosure
from recovery.evidence.dossiers.records import Registered
from recovery.kernel import clock
from recovery.kernel.text import Text
from recovery.loans.labels import ENTRY_KINDS


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A registered transaction as the dossier prints it; None: withheld, or erased since."""

    number: str
    kind: Text | str | None
    value_date: date | None
    booked_on: date | None
    amount: Decimal | None
    principal: Decimal | None
    interest: Decimal | None
    penalty: Decimal | None
    costs: Decimal | None
    reverses: str | None
    log_index: int
    commitment: str

    @property
    def is_back_dated(self) -> bool:
        """Whether it was booked after the day on which it took effect."""
        if self.value_date is None or self.booked_on is None:
            return False
        return self.value_date < self.booked_on


def ledger_lines(contents: Contents) -> list[LedgerLine]:
    """Return the registered transactions in the order of the ledger."""
    lines = [_line(record, contents.disclosure) for record in contents.of_kind("transaction")]
    return sorted(lines, key=lambda line: (int(line.number or 0), line.log_index))


def _line(record: Registered, disclosure: Disclosure) -> LedgerLine:
    fields = record.shown(disclosure)
    kind, day, booked = (fields.get(name) for name in ("kind", "value_date", "booked_at"))
    return LedgerLine(
        number=fields.get("number", ""),
        kind=None if kind is None else ENTRY_KINDS.get(kind, kind),
        value_date=None if day is None else date.fromisoformat(day),
        booked_on=None if booked is None else clock.business_day(datetime.fromisoformat(booked)),
        amount=_yuan(fields, "amount"),
        principal=_yuan(fields, "principal"),
        interest=_yuan(fields, "interest"),
        penalty=_yuan(fields, "penalty"),
        costs=_yuan(fields, "costs"),
        reverses=fields.get("reverses") or None,
        log_index=record.entry.index,
        commitment=record.entry.commitment,
    )


def _yuan(fields: dict[str, str], name: str) -> Decimal | None:
    return Decimal(fields[name]) if name in fields else None
