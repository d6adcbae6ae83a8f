"""What a later tape changes of loans that the book knows, many at a time."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from recovery.kernel import search_index
from recovery.kernel.bulk import Intent, insert_rows, next_ids, register_many
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans import bulk_ledger
from recovery.loans import bulk_rows as rows
from recovery.loans.bulk import Rows
from recovery.loans.bulk_people import known_people, party_row, person_row
from recovery.loans.ledger import open_or_close
from recovery.loans.models import (
    AccountingFact,
    Instalment,
    LedgerEntry,
    Loan,
    LoanOwnership,
    LoanParty,
    MonthEndSnapshot,
    Person,
    Vehicle,
)
from recovery.loans.queries import Book, books_of, contract_of, schedule_in_force, stated_of
from recovery.loans.rules.balances import Standing, add_up, stand
from recovery.loans.rules.identity import vin_check
from recovery.loans.snapshots import snapshot_row
from recovery.loans.values import LoanUpdate, NewEntry

KEPT_BY_LEDGER = frozenset(
    {
        "principal",
        "billed_interest",
        "penalty_due",
        "compound_due",
        "costs_due",
        "balance",
        "paid_total",
        "last_paid_on",
        "overdue_since",
    }
)
"""Columns of a loan that only its ledger changes."""

COPIED = {"mortgage_state": "mortgage_state", "state": "vehicle_state"}
"""Column of the vehicle → column of the loan that repeats it for lists."""

SEARCHED = frozenset({"name", "vin", "plate", "branch_id", "owner_id", "agency_id"})
"""Columns whose change search must learn of."""


class Revision:
    """One batch of updates: what they stand on, read in a few statements, and their new rows."""

    def __init__(self, work: Work, updates: Sequence[LoanUpdate]) -> None:
        self.work = work
        self.updates = updates
        self.rows: Rows = defaultdict(list)
        self.intents: list[Intent] = []
        ids = [one.loan_id for one in updates]
        session = work.session
        self.loans = {
            loan.id: loan
            for loan in session.scalars(
                select(Loan).where(Loan.id.in_(ids)).options(joinedload(Loan.borrower))
            )
        }
        self.vehicles = {
            vehicle.loan_id: vehicle
            for vehicle in session.scalars(
                select(Vehicle)
                .where(Vehicle.loan_id.in_(ids), Vehicle.ended_on.is_(None))
                .order_by(Vehicle.id.desc())
            )
        }
        self.books = books_of(session, ids)
        self.numbers = _last_numbers(session, ids)

    def run(self) -> None:
        """Apply every update and write the rows."""
        session = self.work.session
        searched = [one.loan_id for one in self.updates if self._change(one)]
        for one in self.updates:
            self._book(one)
            self._add_rows(one)
        session.flush()
        self._number_rows()
        for model in (LedgerEntry, LoanParty, LoanOwnership, AccountingFact, MonthEndSnapshot):
            insert_rows(session, model, self.rows[model])
        register_many(self.work, self.intents)
        if searched and "loan" in search_index.sources:
            search_index.reindex(session, "loan", searched)

    def _number_rows(self) -> None:
        """Give the new ledger rows their ids, and add the intents to register them."""
        entries = self.rows[LedgerEntry]
        ids = next_ids(self.work.session, LedgerEntry, len(entries))
        for row, entry_id in zip(entries, ids, strict=True):
            row["id"] = entry_id
            self.intents.append(Intent("transaction", "ledger_entry", entry_id, row["loan_id"]))

    def _change(self, one: LoanUpdate) -> bool:
        """Change columns of the loan, its borrower and its car; return whether search must know."""
        loan, vehicle = self.loans[one.loan_id], self.vehicles.get(one.loan_id)
        kept = KEPT_BY_LEDGER & one.loan.keys()
        if kept:
            raise RuleViolation(
                _("{columns} 由账本计算，不能直接修改。", columns=", ".join(sorted(kept)))
            )
        changed = _set(loan, one.loan)
        _set(loan.borrower, one.borrower)
        if changed & set(rows.CONTRACT):
            self._register_contract(loan)
        if "name" in one.borrower or "province" in one.borrower:
            loan.borrower_name, loan.province = loan.borrower.name, loan.borrower.province
        if vehicle is not None:
            _change_vehicle(loan, vehicle, one.vehicle)
        elif one.vehicle:
            self._add_vehicle(loan, one.vehicle)
        return bool(SEARCHED & (one.loan.keys() | one.borrower.keys() | one.vehicle.keys()))

    def _register_contract(self, loan: Loan) -> None:
        """Register the contract anew, because terms that evidence holds of it have changed."""
        columns = {column: getattr(loan, column) for column in (*rows.TERMS, "borrower_name")}
        fields = rows.contract_fields(columns, {"id_number": loan.borrower.id_number})
        self.intents.append(Intent("contract", "loan", loan.id, loan.id, fields))

    def _add_vehicle(self, loan: Loan, values: Mapping[str, Any]) -> None:
        """Add the car of a loan that had none."""
        given = {"condition": "new", "mortgage_state": "unknown", "state": "unknown"} | dict(values)
        vehicle = Vehicle(loan_id=loan.id, row_uuid=os.urandom(16), vin_check=vin_check(None))
        self.work.session.add(vehicle)
        _change_vehicle(loan, vehicle, given)

    def _book(self, one: LoanUpdate) -> None:
        """Append the rows of an update and bring the loan's columns in step."""
        loan, book = self.loans[one.loan_id], self.books[one.loan_id]
        entries = self._new_entries(one, loan, book)
        first = self.numbers.get(loan.id, 0) + 1
        if entries:
            self._append(loan, entries, first, one.import_batch_id)
        postings = book.postings + tuple(
            bulk_ledger.posting(number, entry) for number, entry in enumerate(entries, first)
        )
        self.books[loan.id] = Book(postings, book.dues)
        if one.states_overdue:
            loan.overdue_since = one.overdue_since
        elif one.position is not None and not book.dues:
            loan.overdue_since = one.position.overdue_since
        self._bring_in_step(loan)

    def _new_entries(self, one: LoanUpdate, loan: Loan, book: Book) -> list[NewEntry]:
        """Return what is to be booked: the tape's rows, what fell due, the difference."""
        entries = list(one.entries)
        standing = [*book.postings, *(bulk_ledger.posting(10**9, entry) for entry in entries)]
        if loan.closed_on is None:
            contract = contract_of(loan)
            entries += bulk_ledger.billing_entries(contract, book.dues, standing, self.work.today)
        entries.sort(key=lambda entry: (entry.value_date, bulk_ledger.RANKS.get(entry.kind, 2)))
        if one.position is not None:
            standing = [*book.postings, *(bulk_ledger.posting(10**9, entry) for entry in entries)]
            adjustment = bulk_ledger.difference(one.position, standing, book.dues)
            if any(getattr(adjustment, part) for part in bulk_ledger.PARTS):
                entries.append(adjustment)
        return entries

    def _append(
        self, loan: Loan, entries: Sequence[NewEntry], first: int, batch_id: int | None
    ) -> None:
        """Add ledger rows under the next numbers."""
        shared = {
            "booked_at": self.work.now,
            "import_batch_id": batch_id,
            "appropriation_order": loan.appropriation_order,
        }
        self.rows[LedgerEntry] += [
            rows.entry_row(0, loan.id, number, entry, shared=shared)
            for number, entry in enumerate(entries, first)
        ]

    def _bring_in_step(self, loan: Loan) -> None:
        """Set the columns that the ledger keeps, and what is paid of the schedule."""
        book = self.books[loan.id]
        standing = stand(stated_of(loan), book.dues, book.postings, self.work.today)
        balances = add_up(book.postings)
        _set(loan, rows.balance_columns(balances, standing))
        open_or_close(loan, book.postings)
        if standing.lines:
            _settle_lines(self.work.session, loan.id, standing)

    def _add_rows(self, one: LoanUpdate) -> None:
        """Add parties, ownership, accounting figures and month ends."""
        if one.parties:
            self._add_parties(one)
        for owner in one.ownership:
            _end_ownership(self.work.session, one.loan_id, owner)
            self.rows[LoanOwnership].append(rows.ownership_row(one.loan_id, owner))
        self.rows[AccountingFact] += [
            rows.fact_row(one.loan_id, fact, one.import_batch_id) for fact in one.facts
        ]
        loan, book = self.loans[one.loan_id], self.books[one.loan_id]
        if one.snapshots:
            standing = stand(stated_of(loan), book.dues, book.postings, self.work.today)
            self.rows[MonthEndSnapshot] += [
                snapshot_row(loan.id, snapshot, book.postings, standing)
                for snapshot in one.snapshots
            ]

    def _add_parties(self, one: LoanUpdate) -> None:
        session = self.work.session
        known = known_people(session, [party.person for party in one.parties])
        for party in one.parties:
            row = person_row(next_ids(session, Person, 1)[0], party.person)
            person = known.get(row["id_number_index"]) or row
            if person is row:
                insert_rows(session, Person, [row])
            self.rows[LoanParty].append(party_row(one.loan_id, person["id"], party))


def _set(record: Any, values: Mapping[str, Any]) -> set[str]:
    """Set attributes that differ, so that an unchanged record is not written; return which."""
    changed = {name for name, value in values.items() if getattr(record, name) != value}
    for name in changed:
        setattr(record, name, values[name])
    return changed


def _change_vehicle(loan: Loan, vehicle: Vehicle, values: Mapping[str, Any]) -> None:
    """Change the car and what the loan repeats of it."""
    _set(vehicle, values)
    if "vin" in values:
        vehicle.vin_check = vin_check(vehicle.vin)
    _set(loan, {copy: values[name] for name, copy in COPIED.items() if name in values})


def _last_numbers(session: Session, loan_ids: Sequence[int]) -> dict[int, int]:
    """Return the number of each loan's last ledger row."""
    last = (
        select(LedgerEntry.loan_id, func.max(LedgerEntry.number).label("number"))
        .where(LedgerEntry.loan_id.in_(loan_ids))
        .group_by(LedgerEntry.loan_id)
    )
    return {row.loan_id: row.number for row in session.execute(last)}


def _settle_lines(session: Session, loan_id: int, standing: Standing) -> None:
    """Write what is paid of each line of the schedule, where it changed."""
    columns = (
        Instalment.id,
        Instalment.principal_paid,
        Instalment.interest_paid,
        Instalment.paid_on,
    )
    stored = session.execute(schedule_in_force([loan_id]).with_only_columns(*columns))
    for row, line in zip(stored.all(), standing.lines, strict=True):
        paid = (line.principal_paid, line.interest_paid, line.paid_on)
        if (row.principal_paid, row.interest_paid, row.paid_on) != paid:
            session.execute(
                update(Instalment)
                .where(Instalment.id == row.id)
                .values(principal_paid=paid[0], interest_paid=paid[1], paid_on=paid[2])
            )


def _end_ownership(session: Session, loan_id: int, owner: Any) -> None:
    """End the ownerships that the new one follows."""
    session.execute(
        update(LoanOwnership)
        .where(
            LoanOwnership.loan_id == loan_id,
            LoanOwnership.until.is_(None),
            LoanOwnership.since <= owner.since,
        )
        .values(until=owner.since)
    )
