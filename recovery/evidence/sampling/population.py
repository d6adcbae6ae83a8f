"""The population of a sample: every item of a filter with its value, written and hashed in passing.

One statement reads it, so that it is one state of the book; nothing of it stays in memory.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, TextIO
from urllib.parse import parse_qsl

from sqlalchemy import BigInteger, Select, exists, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from werkzeug.datastructures import MultiDict

from recovery.evidence.sampling.draw import digest_line, yuan_of
from recovery.kernel.gate import Actor, visible
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.money import fen_of
from recovery.kernel.money import yuan_of as money
from recovery.kernel.text import _
from recovery.loans.labels import ENTRY_KINDS
from recovery.loans.listing.conditions import narrowed
from recovery.loans.listing.jobs import filters_of, reader_of
from recovery.loans.listing.worklist import FILTERS, branch_choices
from recovery.loans.models import LedgerEntry, Loan
from recovery.web.filters import AmountRange, Choices, DayRange, FilterBar, FilterState

CHUNK = 5_000
"""Rows fetched at a time."""

ENTRIES = FilterBar(
    (
        Choices("kind", _("交易种类"), tuple(ENTRY_KINDS.items())),
        DayRange("value_date", _("起息日")),
        AmountRange("amount", _("金额")),
        Choices("branch", _("机构"), branch_choices),
    )
)
"""What a population of transactions is narrowed by."""

BARS: dict[str, FilterBar] = {"loan": FILTERS, "transaction": ENTRIES}
MEASURES: dict[str, tuple[str, ...]] = {
    "loan": ("balance", "principal"),
    "transaction": ("amount",),
}
"""What items of a source may be valued by."""

COLUMNS: dict[str, InstrumentedAttribute[Decimal]] = {
    "balance": Loan.balance,
    "principal": Loan.principal,
    "amount": LedgerEntry.amount,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items, valued by what, registered before which size of the log."""

    source: str
    measure: str
    query: str
    log_size: int


@dataclass(slots=True)
class Counted:
    """What was counted while a population was written; sums in fen."""

    count: int = 0
    fen: int = 0
    positive_count: int = 0
    positive_fen: int = 0
    digest: str = ""

    @property
    def value(self) -> Decimal:
        """Sum over all items, in yuan."""
        return money(self.fen)

    @property
    def positive_value(self) -> Decimal:
        """Sum over the items above zero, in yuan."""
        return money(self.positive_fen)


def conditions_of(source: str, query: str) -> FilterState:
    """Return the conditions of a query string."""
    return BARS[source].read(MultiDict(parse_qsl(query)))


def statement_of(session: Session, wanted: Wanted, actor: Actor) -> Select[Any]:
    """Return the statement of (id, contract number, number, value) in the order of id."""
    if wanted.source == "loan":
        return _loans(session, wanted, actor)
    return _entries(wanted, actor)


def _loans(session: Session, wanted: Wanted, actor: Actor) -> Select[Any]:
    shown: tuple[Any, ...] = (Loan.id, Loan.contract_no, Loan.id, COLUMNS[wanted.measure])
    rows = narrowed(select(*shown), session, filters_of(wanted.query), reader_of(actor))
    return rows.order_by(Loan.id)


def _entries(wanted: Wanted, actor: Actor) -> Select[Any]:
    """Select the ledger rows that the log held at its size of then."""
    state = ENTRIES.read(MultiDict(parse_qsl(wanted.query)))
    registered = exists(
        select(RegistrationIntent.id).where(
            RegistrationIntent.subject_type == LedgerEntry.__tablename__,
            RegistrationIntent.subject_id == LedgerEntry.id,
            RegistrationIntent.log_index < wanted.log_size,
        )
    )
    shown: tuple[Any, ...] = (
        LedgerEntry.id,
        Loan.contract_no,
        LedgerEntry.number,
        COLUMNS[wanted.measure],
    )
    rows = select(*shown).join(Loan, Loan.id == LedgerEntry.loan_id).where(registered)
    if kinds := state.get("kind"):
        rows = rows.where(LedgerEntry.kind.in_(kinds))
    if branches := state.get("branch"):
        rows = rows.where(Loan.branch_id.in_([int(branch) for branch in branches]))
    for name, column in (("value_date", LedgerEntry.value_date), ("amount", LedgerEntry.amount)):
        if span := state.get(name):
            rows = rows if span.low is None else rows.where(column >= span.low)
            rows = rows if span.high is None else rows.where(column <= span.high)
    return visible(rows, Loan, actor.scope).order_by(LedgerEntry.id)


def preview(session: Session, wanted: Wanted, actor: Actor) -> tuple[int, Decimal]:
    """Return how many items a population would have now, and their value."""
    items = statement_of(session, wanted, actor).order_by(None).subquery()
    value = type_coerce(list(items.c)[-1], BigInteger)
    count, fen = session.execute(select(func.count(), func.coalesce(func.sum(value), 0))).one()
    return count, money(int(fen))


def lines(session: Session, wanted: Wanted, actor: Actor) -> Iterator[tuple[int, str, int]]:
    """Yield (id, reference, value in fen) of every item, fetched in chunks."""
    statement = statement_of(session, wanted, actor)
    found = session.execute(statement.execution_options(yield_per=CHUNK))
    for item_id, contract_no, number, value in found:
        reference = contract_no if wanted.source == "loan" else f"{contract_no}#{number}"
        yield item_id, reference, fen_of(value)


def write_population(
    out: TextIO, session: Session, wanted: Wanted, actor: Actor
) -> Iterator[Counted]:
    """Write population.csv; yields what was counted so far after each chunk, and at the end."""
    writer, total, counted = csv.writer(out), sha256(), Counted()
    writer.writerow(("id", "reference", "value"))
    for item_id, reference, fen in lines(session, wanted, actor):
        writer.writerow((item_id, reference, yuan_of(fen)))
        total.update(digest_line(item_id, fen))
        counted.count += 1
        counted.fen += fen
        if fen > 0:
            counted.positive_count += 1
            counted.positive_fen += fen
        if counted.count % CHUNK == 0:
            yield counted
    counted.digest = total.hexdigest()
    yield counted
