"""The figures of a package's loans at its cut-off date: computed once, then only read."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.text import Text
from recovery.loans.listing.classes import floors_of
from recovery.loans.models import Loan, LoanOwnership, Person
from recovery.loans.queries import Book, books_of, contract_of, stated_of
from recovery.loans.rules.balances import stand
from recovery.loans.rules.claim import compute_claim
from recovery.loans.rules.classification import worst
from recovery.loans.rules.overdue import days_past_due
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.past_classes import assigned_on, floors_on
from recovery.portfolio.rules import Candidate, FrozenLoan, age_on, ineligible
from recovery.rulebook.service import current_book

FIGURES = (
    "contract_no",
    "principal",
    "interest",
    "costs",
    "days_past_due",
    "asset_class",
    "borrower_age",
    "credit_line",
    "stage",
    "guarantee",
    "mortgage_state",
    "vehicle_state",
    "province",
    "written_off",
    "overdue_since",
    "matures_on",
    "disbursed_on",
)
"""The frozen columns, in the order of the digest."""


def write_figures(
    session: Session, package: Package, rows: Sequence[PackageLoan]
) -> dict[str, Text]:
    """Write the figures at the cut-off date; return why loans are not eligible, by contract."""
    day = package.cut_off_date
    assert day is not None
    ids = [row.loan_id for row in rows]
    found = session.execute(
        select(Loan, Person.birth_year)
        .join(Person, Person.id == Loan.borrower_id)
        .where(Loan.id.in_(ids))
    )
    loans = {loan.id: (loan, birth_year) for loan, birth_year in found}
    books = books_of(session, ids)
    owned, elsewhere = _wholly_owned(session, ids, package), _elsewhere(session, package, ids)
    floors = floors_of(current_book(), day)
    held = [loan for loan, _birth_year in loans.values()]
    assigned, by_events = assigned_on(session, held, day), floors_on(session, held, day)
    refused: dict[str, Text] = {}
    for row in rows:
        loan, birth_year = loans[row.loan_id]
        total = _write_amounts(row, loan, books[loan.id], day)
        row.asset_class = worst(
            assigned[loan.id], floors.by_days(row.overdue_since), by_events[loan.id]
        )
        row.borrower_age = age_on(birth_year, day)
        row.written_off = loan.written_off_on is not None and loan.written_off_on <= day
        _copy_terms(row, loan)
        reason = ineligible(
            Candidate(row.asset_class, total, elsewhere.get(loan.id), loan.id in owned)
        )
        row.excluded_reason = reason
        if reason is not None:
            refused[row.contract_no] = reason
    return refused


def _write_amounts(row: PackageLoan, loan: Loan, book: Book, day: date) -> Decimal:
    """Write what is owed and since when; return the whole claim."""
    postings = [posting for posting in book.postings if posting.value_date <= day]
    claim = compute_claim(contract_of(loan), book.dues, postings, day)
    row.principal = claim.principal
    row.interest = claim.interest + claim.penalty + claim.compound
    row.costs = claim.costs
    row.overdue_since = stand(stated_of(loan), book.dues, postings, day).overdue_since
    row.days_past_due = days_past_due(row.overdue_since, day)
    return claim.total


def _copy_terms(row: PackageLoan, loan: Loan) -> None:
    row.credit_line, row.stage, row.guarantee = loan.disbursed_amount, loan.stage, loan.guarantee
    row.mortgage_state, row.vehicle_state = loan.mortgage_state, loan.vehicle_state
    row.province, row.matures_on, row.disbursed_on = (
        loan.province,
        loan.matures_on,
        loan.disbursed_on,
    )


def _wholly_owned(session: Session, loan_ids: Sequence[int], package: Package) -> set[int]:
    """Return the loans that are wholly the seller's on the cut-off date."""
    day = package.cut_off_date
    rows = session.execute(
        select(LoanOwnership.loan_id, LoanOwnership.owner_kind, LoanOwnership.share).where(
            LoanOwnership.loan_id.in_(loan_ids),
            LoanOwnership.since <= day,
            LoanOwnership.until.is_(None) | (LoanOwnership.until > day),
        )
    )
    return {loan_id for loan_id, kind, share in rows if kind == package.seller and share == 1}


def _elsewhere(session: Session, package: Package, loan_ids: Sequence[int]) -> dict[int, str]:
    """Return the number of another frozen package that holds the loan."""
    rows = session.execute(
        select(PackageLoan.loan_id, Package.number)
        .join(Package, Package.id == PackageLoan.package_id)
        .where(
            PackageLoan.loan_id.in_(loan_ids),
            PackageLoan.excluded_reason.is_(None),
            Package.id != package.id,
            Package.state.in_(("freezing", "frozen")),
        )
    )
    return dict(rows.all())


def rows(session: Session, package_id: int) -> Iterator[PackageLoan]:
    """Yield the eligible rows of a package in the order of their contract numbers."""
    statement = (
        select(PackageLoan)
        .where(PackageLoan.package_id == package_id, PackageLoan.excluded_reason.is_(None))
        .order_by(PackageLoan.contract_no)
        .execution_options(yield_per=1000)
    )
    yield from session.scalars(statement)


def canonical(row: PackageLoan) -> list[str | None]:
    """Return the figures of a row as texts, for the digest."""
    values = (getattr(row, name) for name in FIGURES)
    return [None if value is None else str(value) for value in values]


def frozen_loan(row: PackageLoan) -> FrozenLoan:
    """Return a frozen row as the announcement's rules take it."""
    assert row.principal is not None
    assert row.interest is not None
    assert row.costs is not None
    return FrozenLoan(
        contract_no=row.contract_no,
        borrower_id=row.borrower_id,
        principal=row.principal,
        interest=row.interest,
        costs=row.costs,
        days_past_due=row.days_past_due or 0,
        asset_class=row.asset_class or "normal",
        borrower_age=row.borrower_age,
        credit_line=row.credit_line or row.principal,
        stage=row.stage or "none",
        guarantee=row.guarantee or "credit",
        mortgage_state=row.mortgage_state or "unknown",
        vehicle_state=row.vehicle_state or "unknown",
        province=row.province,
        written_off=bool(row.written_off),
    )
