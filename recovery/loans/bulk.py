"""Many loans at once: parsed values in, whole loans out, in one unit of work, by `executemany`.

The importer of tapes and the synthetic book call `insert_loans` and `update_loans`; every balance
is worked out here by the same rules as single transactions, so that the sum of the ledger equals
the columns of the loan. The caller writes one audit event for each unit of work.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel import search_index
from recovery.kernel.bulk import Intent, insert_rows, next_ids, register_many
from recovery.kernel.search_index import SearchEntry
from recovery.kernel.work import Work
from recovery.loans import bulk_ledger
from recovery.loans import bulk_rows as rows
from recovery.loans.bulk_people import (
    index_of,
    known_people,
    party_row,
    people_of,
    person_row,
    vehicle_row,
)
from recovery.loans.models import (
    AccountingFact,
    ApplicationData,
    Instalment,
    LedgerEntry,
    Loan,
    LoanOwnership,
    LoanParty,
    MonthEndSnapshot,
    Person,
    Vehicle,
)
from recovery.loans.snapshots import snapshot_row
from recovery.loans.values import (
    DEFAULT_ORDER,
    LoanUpdate,
    NewEntry,
    NewFact,
    NewInstalment,
    NewLoan,
    NewOwnership,
    NewParty,
    NewPerson,
    NewSnapshot,
    NewVehicle,
    Position,
)

__all__ = [
    "DEFAULT_ORDER",
    "LoanUpdate",
    "NewEntry",
    "NewFact",
    "NewInstalment",
    "NewLoan",
    "NewOwnership",
    "NewParty",
    "NewPerson",
    "NewSnapshot",
    "NewVehicle",
    "Position",
    "contract_numbers",
    "insert_loans",
    "update_loans",
]

BATCH = 500
OWN_BOOK = "own_book"

Rows = dict[type[Any], list[rows.Row]]


def contract_numbers(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    """Return the ids of those of the contract numbers that the book knows."""
    known: dict[str, int] = {}
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        found = select(Loan.contract_no, Loan.id).where(Loan.contract_no.in_(batch))
        known |= {row.contract_no: row.id for row in session.execute(found)}
    return known


def insert_loans(work: Work, loans: Sequence[NewLoan]) -> list[int]:
    """Insert whole loans and return their ids in the order given.

    A borrower whose ID number is known already is the same person; what is known of the person
    stays.

    Raises:
        sqlalchemy.exc.IntegrityError: a contract number is in the book; see `contract_numbers`.
    """
    return Intake(work, loans).run()


def update_loans(work: Work, updates: Sequence[LoanUpdate]) -> None:
    """Apply what a tape changes of known loans, each named once.

    Raises:
        RuleViolation: an update names a column that the ledger keeps.
    """
    from recovery.loans.bulk_update import Revision

    for start in range(0, len(updates), BATCH):
        Revision(work, updates[start : start + BATCH]).run()


class Intake:
    """One call of `insert_loans`: the rows of every table, gathered and then written."""

    def __init__(self, work: Work, loans: Sequence[NewLoan]) -> None:
        self.work = work
        self.loans = loans
        self.rows: Rows = defaultdict(list)
        self.intents: list[Intent] = []
        self.search: list[SearchEntry] = []
        self.ids = next_ids(work.session, Loan, len(loans))
        self.known = known_people(work.session, list(people_of(loans)))

    def run(self) -> list[int]:
        """Write everything and return the loans' ids."""
        session = self.work.session
        people = sum(1 + len(loan.parties) for loan in self.loans)
        self.person_ids = iter(next_ids(session, Person, people))
        self.vehicle_ids = iter(
            next_ids(session, Vehicle, sum(loan.vehicle is not None for loan in self.loans))
        )
        ledgers = [bulk_ledger.new_ledger(loan, self.work.today) for loan in self.loans]
        entries = sum(len(ledger.entries) for ledger in ledgers)
        self.entry_ids = iter(next_ids(session, LedgerEntry, entries))
        for loan_id, loan, ledger in zip(self.ids, self.loans, ledgers, strict=True):
            self._add(loan_id, loan, ledger)
        for model in ORDER:
            insert_rows(session, model, self.rows[model])
        search_index.index_many(session, self.search)
        register_many(self.work, self.intents)
        return list(self.ids)

    def _add(self, loan_id: int, loan: NewLoan, ledger: bulk_ledger.Ledger) -> None:
        """Add the rows of one loan."""
        borrower = self._person(loan.borrower)
        row = rows.loan_row(loan_id, loan, borrower, ledger)
        self.rows[Loan].append(row)
        names = [loan.borrower.name]
        for party in loan.parties:
            names.append(party.person.name)
            self._party(loan_id, party)
        if loan.vehicle is not None:
            vehicle = vehicle_row(next(self.vehicle_ids), loan_id, loan.vehicle)
            self.rows[Vehicle].append(vehicle)
        self.rows[Instalment] += rows.instalment_rows(loan_id, 1, ledger.standing)
        if loan.registered:
            fields = rows.contract_fields(row, {"id_number": loan.borrower.id_number})
            self.intents.append(Intent("contract", "loan", loan_id, loan_id, fields))
        self._ledger(loan_id, loan, ledger)
        self._history(loan_id, loan, ledger)
        self.search.append(_search_entry(row, loan.vehicle, names))

    def _person(self, person: NewPerson) -> rows.Row:
        """Return the row of a person: the one known by the ID number, else a new one.

        Who has another name than the one known is kept apart: one of the two numbers is wrong,
        and merging would lose a name that nobody could bring back.
        """
        index = index_of(person)
        if index is not None and index in self.known:
            known = self.known[index]
            if person.name is None or known["name"] is None or person.name == known["name"]:
                return known
            index = None
        row = person_row(next(self.person_ids), person)
        self.rows[Person].append(row)
        if index is not None:
            self.known[index] = row
        return row

    def _party(self, loan_id: int, party: NewParty) -> None:
        person_id = self._person(party.person)["id"]
        self.rows[LoanParty].append(party_row(loan_id, person_id, party))

    def _ledger(self, loan_id: int, loan: NewLoan, ledger: bulk_ledger.Ledger) -> None:
        """Add the ledger's rows and the intents to register them."""
        shared = {
            "booked_at": self.work.now,
            "import_batch_id": loan.import_batch_id,
            "appropriation_order": loan.appropriation_order,
        }
        for number, entry in enumerate(ledger.entries, 1):
            entry_id = next(self.entry_ids)
            self.rows[LedgerEntry].append(
                rows.entry_row(entry_id, loan_id, number, entry, shared=shared)
            )
            if loan.registered:
                self.intents.append(Intent("transaction", "ledger_entry", entry_id, loan_id))

    def _history(self, loan_id: int, loan: NewLoan, ledger: bulk_ledger.Ledger) -> None:
        """Add ownership, accounting facts, application data and month ends."""
        own = NewOwnership(OWN_BOOK, "", loan.disbursed_on)
        for owner in loan.ownership or (own,):
            self.rows[LoanOwnership].append(rows.ownership_row(loan_id, owner))
        batch = loan.import_batch_id
        self.rows[AccountingFact] += [rows.fact_row(loan_id, fact, batch) for fact in loan.facts]
        if loan.application_data is not None:
            self.rows[ApplicationData].append(
                {
                    "loan_id": loan_id,
                    "data": dict(loan.application_data),
                    "import_batch_id": batch,
                }
            )
        self.rows[MonthEndSnapshot] += [
            snapshot_row(loan_id, one, ledger.postings, ledger.standing) for one in loan.snapshots
        ]


ORDER: tuple[type[Any], ...] = (
    Person,
    Loan,
    LoanParty,
    Vehicle,
    Instalment,
    LedgerEntry,
    LoanOwnership,
    AccountingFact,
    ApplicationData,
    MonthEndSnapshot,
)
"""Tables in the order in which their rows may refer to each other."""


def _search_entry(
    row: rows.Row, vehicle: NewVehicle | None, names: Sequence[str | None]
) -> SearchEntry:
    """Return what finds a loan: the names of its people, contract number, plate and VIN."""
    codes = [row["contract_no"], *((vehicle.plate, vehicle.vin) if vehicle else ())]
    return SearchEntry(
        kind="loan",
        record_id=row["id"],
        label=row["borrower_name"] or row["contract_no"],
        names=tuple(dict.fromkeys(name for name in names if name)),
        codes=tuple(code for code in codes if code),
        branch_id=row["branch_id"],
        owner_id=row["owner_id"],
        agency_id=row["agency_id"],
        package_id=row["package_id"],
    )
