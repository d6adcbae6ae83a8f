"""What is doubtful about a row that can be imported all the same: one car on two contracts, one ID
number with two names, a term that its dates contradict.

Doubts are shown in the preview, the dry run, the result and the rejects file; a person decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.crypto import keyring
from recovery.kernel.gate import Scope, visible
from recovery.kernel.text import _
from recovery.loans.models import Loan, Person, Vehicle
from recovery.loans.tape.casting import CastRow, Values

T = TypeVar("T")

PREFIXES = ("", "co_borrower_", "guarantor_")
BATCH = 500

LONGEST_GAP = 1
"""Calendar months by which a term may differ from its dates: tapes write months without days."""

Others = Mapping[bytes, Sequence[tuple[int, str | None]]]
"""Blind index of an ID number → people of the book who have it: id and name."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A row that is looked at, its contract number, and its borrower where the book has it."""

    row: CastRow
    contract_no: str
    borrower_id: int | None


@dataclass(slots=True)
class Doubts:
    """Looks at the rows of one tape, remembering the cars and the people of the rows before."""

    scope: Scope
    cars: dict[str, int] = field(default_factory=dict)
    """VIN → the first row that names it."""

    people: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    """Blind index of an ID number → the first row that names it, and the name there."""

    def forget(self, rows: set[int]) -> None:
        """Forget what `rows` told: their unit of work was rolled back."""
        self.cars = {vin: row for vin, row in self.cars.items() if row not in rows}
        self.people = {one: told for one, told in self.people.items() if told[0] not in rows}

    def look(self, session: Session, subjects: Sequence[Subject]) -> None:
        """Note the doubts of the rows; `session` reads the book as it stands."""
        booked = _cars_of(session, subjects, self.scope)
        others = _people_of(session, subjects)
        for one in subjects:
            self._car(one, booked)
            for prefix in PREFIXES:
                self._person(one, prefix, others)
            _doubt_term(one.row)

    def _car(self, one: Subject, booked: Mapping[str, Sequence[str]]) -> None:
        """Doubt a car that another contract has too."""
        vin = one.row.values.get("vin")
        if not isinstance(vin, str):
            return
        first = self.cars.setdefault(vin, one.row.number)
        if first != one.row.number:
            reason = _("车架号与第 {first} 行相同，而合同不同，请核对", first=first)
            one.row.note(reason, one.row.title("vin"))
            return
        for contract_no in booked.get(vin, ()):
            if contract_no != one.contract_no:
                reason = _("车架号与库中合同 {number} 相同，请核对", number=contract_no)
                one.row.note(reason, one.row.title("vin"))
                return

    def _person(self, one: Subject, prefix: str, others: Others) -> None:
        """Doubt a person whose ID number somebody of another name has."""
        index, name = identity_of(one.row.values, prefix)
        if index is None or name is None:
            return
        title = one.row.title(f"{prefix}id_number")
        first, told = self.people.setdefault(index, (one.row.number, name))
        if told != name:
            reason = _("证件号码与第 {first} 行相同而姓名不同，将作为两人分开登记", first=first)
            one.row.note(reason, title)
            return
        known = (
            person_name
            for person_id, person_name in others.get(index, ())
            if person_id != one.borrower_id or prefix
        )
        if any(other is not None and other != name for other in known):
            reason = _("证件号码与库中另一人相同而姓名不同，将作为两人分开登记，请核对")
            one.row.note(reason, title)


def identity_of(values: Values, prefix: str) -> tuple[bytes | None, str | None]:
    """Return the blind index of a person's ID number, and their name; None: not told."""
    number, name = values.get(f"{prefix}id_number"), values.get(f"{prefix}name")
    if not isinstance(number, str) or not isinstance(name, str):
        return None, None
    return keyring().blind_index(number, "id_number"), name


def _cars_of(session: Session, subjects: Sequence[Subject], scope: Scope) -> dict[str, list[str]]:
    """Return the contracts within reach that have the cars of the rows, by VIN."""
    vins = [str(one.row.values["vin"]) for one in subjects if "vin" in one.row.values]
    found: dict[str, list[str]] = {}
    for batch in _batches(vins):
        statement = (
            select(Vehicle.vin, Loan.contract_no)
            .join(Loan, Vehicle.loan_id == Loan.id)
            .where(Vehicle.vin.in_(batch), Vehicle.ended_on.is_(None))
            .order_by(Loan.id)
        )
        for vin, contract_no in session.execute(visible(statement, Loan, scope)):
            found.setdefault(str(vin), []).append(contract_no)
    return found


def _people_of(session: Session, subjects: Sequence[Subject]) -> Others:
    """Return the people of the book with the ID numbers of the rows.

    Whoever they belong to: the importer has the number, and is told no name.
    """
    indexes = [
        index
        for one in subjects
        for prefix in PREFIXES
        if (index := identity_of(one.row.values, prefix)[0]) is not None
    ]
    found: dict[bytes, list[tuple[int, str | None]]] = {}
    for batch in _batches(indexes):
        statement = select(Person.id_number_index, Person.id, Person.name)
        for index, person_id, name in session.execute(
            statement.where(Person.id_number_index.in_(batch))
        ):
            if index is not None:
                found.setdefault(index, []).append((person_id, name))
    return found


def _batches(items: list[T]) -> Iterator[list[T]]:
    """Yield the different ones of `items` in lists that one statement takes."""
    different = list(dict.fromkeys(items))
    for start in range(0, len(different), BATCH):
        yield different[start : start + BATCH]


def _doubt_term(row: CastRow) -> None:
    """Doubt a term that neither the day of disbursement nor the first due day agrees with."""
    term, end = row.values.get("term_months"), row.values.get("matures_on")
    if not isinstance(term, int) or not isinstance(end, date):
        return
    starts = ((row.values.get("disbursed_on"), 0), (row.values.get("first_due_on"), 1))
    told = [months_between(day, end) + counted for day, counted in starts if isinstance(day, date)]
    if told and all(abs(months - term) > LONGEST_GAP for months in told):
        reason = _(
            "期数 {term} 个月与起止日期（约 {months} 个月）不符，请核对", term=term, months=told[0]
        )
        row.note(reason, row.title("term_months"))


def months_between(first: date, last: date) -> int:
    """Return by how many calendar months `last` lies after `first`; their days do not count."""
    return (last.year - first.year) * 12 + last.month - first.month
