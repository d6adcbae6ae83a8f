"""Loans of many pasted numbers at once: contract, ID, phone, plate, VIN.

Sealed numbers are compared by their blind index. What was pasted is never kept: only the ids of
the loans found.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from recovery.kernel.crypto import keyring, normal
from recovery.kernel.gate import Scope, visible
from recovery.loans.models import Loan, LoanParty, Person, Vehicle

MOST = 5_000
BATCH = 400
ID_NUMBER = re.compile(r"\d{15}|\d{17}[\dX]|[0-9A-Z]{18}")
PHONE = re.compile(r"1\d{10}")


@dataclass(frozen=True, slots=True)
class Found:
    """The loans that pasted numbers name, and the numbers that name none the reader may see."""

    loan_ids: tuple[int, ...]
    missing: tuple[str, ...]


def find_pasted(session: Session, numbers: Sequence[str], scope: Scope) -> Found:
    """Return the loans of the numbers; a person's number names all loans he has a part in."""
    by_number: dict[str, set[int]] = defaultdict(set)
    for start in range(0, len(numbers), BATCH):
        for number, loan_id in _named(session, numbers[start : start + BATCH]):
            by_number[number].add(loan_id)
    seen = _visible_ids(session, set().union(*by_number.values()), scope)
    missing = [number for number in numbers if not by_number.get(number, set()) & seen]
    return Found(tuple(sorted(seen)), tuple(missing))


def _named(session: Session, numbers: Sequence[str]) -> Iterable[tuple[str, int]]:
    """Yield which number names which loan."""
    plain = {_folded(number): number for number in numbers}
    yield from _by_column(session, Loan.contract_no, select(Loan.contract_no, Loan.id), numbers)
    cars = select(Vehicle.plate, Vehicle.loan_id)
    for folded, loan_id in _by_column(session, Vehicle.plate, cars, list(plain)):
        yield plain[folded], loan_id
    vins = select(Vehicle.vin, Vehicle.loan_id)
    for folded, loan_id in _by_column(session, Vehicle.vin, vins, list(plain)):
        yield plain[folded], loan_id
    yield from _by_index(session, Person.id_number_index, "id_number", ID_NUMBER, plain)
    yield from _by_index(session, Person.phone_index, "phone", PHONE, plain)


def _by_column(
    session: Session,
    column: InstrumentedAttribute[Any],
    statement: Select[Any, Any],
    values: Sequence[str],
) -> list[tuple[str, int]]:
    return [tuple(row) for row in session.execute(statement.where(column.in_(values)))]


def _by_index(
    session: Session,
    column: InstrumentedAttribute[bytes | None],
    purpose: str,
    form: re.Pattern[str],
    plain: dict[str, str],
) -> list[tuple[str, int]]:
    """Return which number of this form names which loan, by the blind index of persons."""
    digests = {
        keyring().blind_index(folded, purpose): number
        for folded, number in plain.items()
        if form.fullmatch(folded)
    }
    rows = session.execute(loans_of_people(column, list(digests))) if digests else ()
    return [(digests[digest], loan_id) for digest, loan_id in rows]


def loans_of_people(column: InstrumentedAttribute[bytes | None], digests: Sequence[bytes]) -> Any:
    """Select (blind index, loan id) of the persons' loans, as borrower or as another party."""
    borrowed = select(column, Loan.id).join(Person, Person.id == Loan.borrower_id)
    taken_part = select(column, LoanParty.loan_id).join(Person, Person.id == LoanParty.person_id)
    return union(borrowed.where(column.in_(digests)), taken_part.where(column.in_(digests)))


def _visible_ids(session: Session, ids: set[int], scope: Scope) -> set[int]:
    """Return those of the loans that the scope shows."""
    ordered, seen = sorted(ids), set[int]()
    for start in range(0, len(ordered), BATCH):
        batch = select(Loan.id).where(Loan.id.in_(ordered[start : start + BATCH]))
        seen.update(session.scalars(visible(batch, Loan, scope)))
    return seen


def _folded(number: str) -> str:
    """Return a number as plates, VINs and blind indexes know it."""
    return normal(number).replace("·", "").replace(".", "")
