"""The people and cars of parsed loans as rows: personal data sealed, known people found again."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.crypto import Keyring, context, keyring
from recovery.loans.models import Person
from recovery.loans.rules.identity import id_facts, vin_check
from recovery.loans.values import NewLoan, NewParty, NewPerson, NewVehicle

Row = dict[str, Any]

SEALED = ("id_number", "phone", "address", "bank_account")
INDEXED = ("id_number", "phone")
BATCH = 500


def sealed(
    keys: Keyring, table: str, row_uuid: bytes, *, column: str, text: str | None
) -> bytes | None:
    """Return `text` sealed for one column of one row; None stays None."""
    return None if text is None else keys.seal(text, context(table, column, row_uuid))


def person_row(person_id: int, person: NewPerson) -> Row:
    """Return the row of a person, personal data sealed, what statistics need derived."""
    keys, uuid = keyring(), os.urandom(16)
    facts = id_facts(person.id_number) if person.id_number else None
    row: Row = {"id": person_id, "row_uuid": uuid, "version": 1, "name": person.name}
    for column in SEALED:
        text = getattr(person, column)
        row[f"{column}_sealed"] = sealed(keys, "person", uuid, column=column, text=text)
        if column in INDEXED:
            row[f"{column}_index"] = None if text is None else keys.blind_index(text, column)
    row["birth_year"] = person.birth_year or (facts.birth_year if facts else None)
    row["sex"] = person.sex or (facts.sex if facts else None)
    row["province"] = person.province or (facts.province if facts else None)
    row["city"] = person.city or (facts.city if facts and not person.province else None)
    return row


def vehicle_row(vehicle_id: int, loan_id: int, vehicle: NewVehicle) -> Row:
    """Return the row of a vehicle, its last place sealed, its VIN checked."""
    uuid = os.urandom(16)
    plain = (
        "vin",
        "plate",
        "engine_no",
        "make",
        "model",
        "model_year",
        "condition",
        "value",
        "mortgage_state",
        "mortgage_registered_on",
        "mortgage_certificate_no",
        "state",
        "last_seen_on",
    )
    return {
        "id": vehicle_id,
        "row_uuid": uuid,
        "version": 1,
        "loan_id": loan_id,
        **{column: getattr(vehicle, column) for column in plain},
        "vin_check": vin_check(vehicle.vin),
        "last_place_sealed": sealed(
            keyring(), "vehicle", uuid, column="last_place", text=vehicle.last_place
        ),
        "ended_on": None,
    }


def party_row(loan_id: int, person_id: int, party: NewParty) -> Row:
    """Return the row of a person's part in a loan."""
    return {
        "version": 1,
        "loan_id": loan_id,
        "person_id": person_id,
        "role": party.role,
        "guarantee_mode": party.guarantee_mode,
        "guarantee_last_day": party.guarantee_last_day,
        "ended_on": None,
    }


def people_of(loans: Sequence[NewLoan]) -> Iterator[NewPerson]:
    """Yield the borrowers and parties of the loans."""
    for loan in loans:
        yield loan.borrower
        yield from (party.person for party in loan.parties)


def index_of(person: NewPerson) -> bytes | None:
    """Return the blind index of a person's ID number; None without one."""
    return keyring().blind_index(person.id_number, "id_number") if person.id_number else None


def known_people(session: Session, people: Sequence[NewPerson]) -> dict[bytes, Row]:
    """Return, by blind index of their ID numbers, those of the people that the book knows."""
    indexes = [index for index in map(index_of, people) if index is not None]
    known: dict[bytes, Row] = {}
    for start in range(0, len(indexes), BATCH):
        found = select(Person.id_number_index, Person.id, Person.name, Person.province).where(
            Person.id_number_index.in_(indexes[start : start + BATCH])
        )
        for row in session.execute(found):
            known[row.id_number_index] = {
                "id": row.id,
                "name": row.name,
                "province": row.province,
            }
    return known
