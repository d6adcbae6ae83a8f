"""The loans that a tape's contract numbers name, with what a tape can change of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from recovery.kernel.gate import Actor, condition
from recovery.loans.models import (
    AccountingFact,
    LedgerEntry,
    Loan,
    LoanParty,
    MonthEndSnapshot,
    Person,
    Vehicle,
)
from recovery.loans.queries import books_of
from recovery.loans.rules.accrual import Posting
from recovery.loans.rules.schedule import Due
from recovery.loans.tape.reporting import PREFIX

BATCH = 500


@dataclass(slots=True)
class Known:
    """A loan of the book. `booked`: reference of a reporting row → its entries."""

    loan: Loan
    vehicle: Vehicle | None = None
    parties: set[tuple[str, str | None]] = field(default_factory=set)
    facts: dict[date, AccountingFact] = field(default_factory=dict)
    snapshots: dict[date, MonthEndSnapshot] = field(default_factory=dict)
    postings: Sequence[Posting] = ()
    dues: Sequence[Due] = ()
    booked: dict[str, list[LedgerEntry]] = field(default_factory=dict)
    unreported: list[LedgerEntry] = field(default_factory=list)
    """Entries that come from no reporting row."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The known loans by contract number, and the numbers that exist out of the actor's reach."""

    known: dict[str, Known]
    out_of_reach: frozenset[str]


def look_up(session: Session, actor: Actor, contract_numbers: Sequence[str]) -> Lookup:
    """Return what the book knows of `contract_numbers`, through the gate."""
    known: dict[str, Known] = {}
    beyond: set[str] = set()
    for start in range(0, len(contract_numbers), BATCH):
        batch = contract_numbers[start : start + BATCH]
        loans = _loans(session, batch)
        seen = _visible(session, actor, [loan.id for loan in loans])
        beyond |= {loan.contract_no for loan in loans if loan.id not in seen}
        mine = {loan.id: Known(loan) for loan in loans if loan.id in seen}
        if mine:
            _fill(session, mine)
        known |= {one.loan.contract_no: one for one in mine.values()}
    return Lookup(known, frozenset(beyond))


def _loans(session: Session, batch: Sequence[str]) -> Sequence[Loan]:
    """Return the loans with these contract numbers, with their borrowers."""
    found = select(Loan).where(Loan.contract_no.in_(batch)).options(joinedload(Loan.borrower))
    return session.scalars(found.execution_options(populate_existing=True)).all()


def _visible(session: Session, actor: Actor, ids: Sequence[int]) -> set[int]:
    """Return those of the loans that the actor may see."""
    where = condition(Loan, actor.scope)
    if where is None:
        return set(ids)
    return set(session.scalars(select(Loan.id).where(Loan.id.in_(ids), where)))


def _fill(session: Session, mine: dict[int, Known]) -> None:
    """Read what hangs on the loans."""
    ids = list(mine)
    for vehicle in session.scalars(
        select(Vehicle).where(Vehicle.loan_id.in_(ids), Vehicle.ended_on.is_(None))
    ):
        mine[vehicle.loan_id].vehicle = vehicle
    for party in session.execute(
        select(LoanParty.loan_id, LoanParty.role, Person.name)
        .join(Person, LoanParty.person_id == Person.id)
        .where(LoanParty.loan_id.in_(ids), LoanParty.ended_on.is_(None))
    ):
        mine[party.loan_id].parties.add((party.role, party.name))
    for fact in session.scalars(select(AccountingFact).where(AccountingFact.loan_id.in_(ids))):
        mine[fact.loan_id].facts[fact.as_of] = fact
    for loan_id, book in books_of(session, ids).items():
        mine[loan_id].postings, mine[loan_id].dues = book.postings, book.dues


def fill_months(session: Session, known: Sequence[Known]) -> None:
    """Read the ledger by reference, and the month ends, of loans told by reporting rows."""
    mine = {one.loan.id: one for one in known}
    ids = list(mine)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        for entry in session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.loan_id.in_(batch))
            .order_by(LedgerEntry.loan_id, LedgerEntry.number)
        ):
            one = mine[entry.loan_id]
            if entry.reference and entry.reference.startswith(PREFIX):
                one.booked.setdefault(base_of(entry.reference), []).append(entry)
            else:
                one.unreported.append(entry)
        for end in session.scalars(
            select(MonthEndSnapshot).where(MonthEndSnapshot.loan_id.in_(batch))
        ):
            mine[end.loan_id].snapshots[end.month_end] = end


def base_of(reference: str) -> str:
    """Return the reference of a reporting row that a correction of it carries too."""
    return reference.partition("#")[0]
