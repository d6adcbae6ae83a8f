"""What global search knows of loans: their entries, and exact finds of sealed numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel import search, search_index
from recovery.kernel.crypto import keyring, normal
from recovery.kernel.gate import Scope, visible
from recovery.kernel.search import Hit
from recovery.kernel.search_index import SearchEntry
from recovery.loans.listing.pasted import ID_NUMBER, PHONE, loans_of_people
from recovery.loans.models import Loan, LoanParty, Person, Vehicle


def loan_entries(session: Session, loan_ids: Sequence[int]) -> list[SearchEntry]:
    """Return what finds the loans: names of their people, contract number, plates and VINs."""
    names, codes = _party_names(session, loan_ids), _car_codes(session, loan_ids)
    rows = session.execute(
        select(
            Loan.id,
            Loan.contract_no,
            Loan.borrower_name,
            Loan.branch_id,
            Loan.owner_id,
            Loan.agency_id,
            Loan.package_id,
        ).where(Loan.id.in_(loan_ids))
    )
    return [
        SearchEntry(
            kind="loan",
            record_id=row.id,
            label=row.borrower_name or row.contract_no,
            names=_each_once([row.borrower_name, *names[row.id]]),
            codes=_each_once([row.contract_no, *codes[row.id]]),
            branch_id=row.branch_id,
            owner_id=row.owner_id,
            agency_id=row.agency_id,
            package_id=row.package_id,
        )
        for row in rows
    ]


def _party_names(session: Session, loan_ids: Sequence[int]) -> dict[int, list[str | None]]:
    names: dict[int, list[str | None]] = defaultdict(list)
    rows = session.execute(
        select(LoanParty.loan_id, Person.name)
        .join(Person, Person.id == LoanParty.person_id)
        .where(LoanParty.loan_id.in_(loan_ids), LoanParty.ended_on.is_(None))
        .order_by(LoanParty.id)
    )
    for loan_id, name in rows:
        names[loan_id].append(name)
    return names


def _car_codes(session: Session, loan_ids: Sequence[int]) -> dict[int, list[str | None]]:
    codes: dict[int, list[str | None]] = defaultdict(list)
    rows = session.execute(
        select(Vehicle.loan_id, Vehicle.plate, Vehicle.vin)
        .where(Vehicle.loan_id.in_(loan_ids), Vehicle.ended_on.is_(None))
        .order_by(Vehicle.id)
    )
    for loan_id, plate, vin in rows:
        codes[loan_id] += [plate, vin]
    return codes


def _each_once(words: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def find_sealed(session: Session, query: str, scope: Scope, limit: int) -> list[Hit]:
    """Return the loans of the person whose whole ID number or phone was typed."""
    number = normal(query)
    for column, purpose, form in (
        (Person.id_number_index, "id_number", ID_NUMBER),
        (Person.phone_index, "phone", PHONE),
    ):
        if form.fullmatch(number):
            digest = keyring().blind_index(number, purpose)
            named = loans_of_people(column, [digest]).subquery()
            statement = (
                select(Loan.id, Loan.contract_no, Loan.borrower_name)
                .where(Loan.id.in_(select(named.c[1])))
                .order_by(Loan.id.desc())
                .limit(limit)
            )
            rows = session.execute(visible(statement, Loan, scope)).all()
            if rows:
                return [
                    Hit("loan", row.id, row.borrower_name or row.contract_no, (row.contract_no,))
                    for row in rows
                ]
    return []


def register() -> None:
    """Offer loans to global search."""
    search_index.sources.put("loan", loan_entries)
    search.exact_finders.put("loan", find_sealed)
