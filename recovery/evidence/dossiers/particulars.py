"""Texts that a dossier prints and nothing else registers: terms, parties, collateral, schedule.

Registered when a dossier is asked for and they have changed, before the head is signed. So every
dossier rests on registered records alone, and an old head gives the old words again.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from recovery.kernel.crypto import context, keyring
from recovery.kernel.gate import Actor
from recovery.kernel.links import DossierSubject
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.models import Loan, LoanParty, Vehicle
from recovery.loans.queries import schedule_in_force
from recovery.loans.rules.accrual import Contract
from recovery.loans.rules.schedule import Due

KIND = "particulars"

TERMS = (
    "contract_no",
    "product",
    "disbursed_on",
    "disbursed_amount",
    "matures_on",
    "rate_per_year",
    "penalty_rate_per_year",
    "compound_rate_per_year",
    "day_count",
    "repayment_method",
    "appropriation_order",
    "accelerated_on",
    "written_off_on",
    "guarantee",
)
VEHICLE = (
    "make",
    "model",
    "vin",
    "plate",
    "engine_no",
    "condition",
    "mortgage_state",
    "mortgage_registered_on",
)


def of_loan(session: Session, loan: Loan) -> dict[str, str]:
    """Return the terms, parties, vehicles and schedule of a loan as texts; unknown ones absent."""
    fields = {name: getattr(loan, name) for name in TERMS}
    for number, party in enumerate(_parties(session, loan), 1):
        fields |= {f"party.{number}.{name}": value for name, value in party.items()}
    vehicles = select(Vehicle).where(Vehicle.loan_id == loan.id, Vehicle.ended_on.is_(None))
    for number, vehicle in enumerate(session.scalars(vehicles.order_by(Vehicle.id)), 1):
        fields |= {f"vehicle.{number}.{name}": getattr(vehicle, name) for name in VEHICLE}
        fields[f"vehicle.{number}.certificate_no"] = vehicle.mortgage_certificate_no
    dues = session.scalars(schedule_in_force([loan.id]))
    fields["schedule"] = ";".join(
        f"{due.number} {due.due_on} {due.principal:.2f} {due.interest:.2f}" for due in dues
    )
    return {name: str(value) for name, value in fields.items() if value is not None}


def _parties(session: Session, loan: Loan) -> Iterator[dict[str, Any]]:
    borrower = loan.borrower
    yield {
        "role": "borrower",
        "name": borrower.name,
        "id_number": borrower.id_number,
        "address": borrower.address,
        "phone": borrower.phone,
    }
    rows = select(LoanParty).where(LoanParty.loan_id == loan.id, LoanParty.ended_on.is_(None))
    rows = rows.options(joinedload(LoanParty.person)).order_by(LoanParty.id)
    for party in session.scalars(rows):
        yield {
            "role": party.role,
            "name": party.person.name,
            "id_number": party.person.id_number,
            "address": party.person.address,
            "phone": party.person.phone,
            "guarantee_mode": party.guarantee_mode,
            "guarantee_last_day": party.guarantee_last_day,
        }


@dataclass(frozen=True, slots=True)
class Particulars:
    """The registered particulars of a loan, read."""

    fields: Mapping[str, str]

    def numbered(self, what: str) -> list[dict[str, str]]:
        """Return the parties or vehicles, each as name → text."""
        found: dict[int, dict[str, str]] = {}
        for name, text in self.fields.items():
            group, _dot, rest = name.partition(".")
            if group == what:
                number, _dot, part = rest.partition(".")
                found.setdefault(int(number), {})[part] = text
        return [found[number] for number in sorted(found)]

    @property
    def contract(self) -> Contract:
        """The terms as the rules take them."""
        return Contract(
            disbursed_on=date.fromisoformat(self.fields["disbursed_on"]),
            matures_on=self._read("matures_on", date.fromisoformat),
            rate_per_year=Decimal(self.fields["rate_per_year"]),
            penalty_rate_per_year=self._read("penalty_rate_per_year", Decimal),
            compound_rate_per_year=self._read("compound_rate_per_year", Decimal),
            day_count=self.fields["day_count"],
            method=self.fields["repayment_method"],
            accelerated_on=self._read("accelerated_on", date.fromisoformat),
        )

    @property
    def dues(self) -> list[Due]:
        """The schedule as the rules take it."""
        rows = [row.split() for row in self.fields["schedule"].split(";") if row]
        return [
            Due(int(number), date.fromisoformat(day), Decimal(principal), Decimal(interest))
            for number, day, principal, interest in rows
        ]

    def _read(self, name: str, reader: Callable[[str], Any]) -> Any:
        text = self.fields.get(name)
        return None if text is None else reader(text)


def register_changed(actor: Actor, subject: DossierSubject, record_id: int) -> bool:
    """Register the particulars of a subject if they are not those registered last.

    Two exports at once register them once: the subject's row is locked.
    """
    with work_as(actor) as work:
        record = work.get(subject.model, record_id)
        work.session.refresh(record, with_for_update=True)
        now = subject.particulars(work.session, record)
        if now == registered_last(work.session, record):
            return False
        work.register(KIND, record, loan_id=subject.loan_of(record), fields=now)
    return True


def registered_last(session: Session, record: Any) -> dict[str, str] | None:
    """Return the particulars of a record as they were registered last; None: never."""
    intent = session.scalars(
        select(RegistrationIntent)
        .where(
            RegistrationIntent.subject_type == record.__tablename__,
            RegistrationIntent.subject_id == record.id,
            RegistrationIntent.kind == KIND,
        )
        .order_by(RegistrationIntent.id.desc())
        .limit(1)
    ).first()
    if intent is None or intent.fields_sealed is None:
        return None
    place = context("registration_intent", "fields", intent.uuid)
    found: dict[str, str] = json.loads(keyring().open(intent.fields_sealed, place))
    return found
