"""What a row of a tape changes of a loan that the book knows: the differences, and the update."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from recovery.kernel.db import Base
from recovery.loans import bulk_ledger
from recovery.loans.tape import building
from recovery.loans.tape.building import PERSON, VEHICLE, Setting
from recovery.loans.tape.casting import CastRow, Values
from recovery.loans.tape.fields import FIELDS
from recovery.loans.tape.known import Known
from recovery.loans.values import LoanUpdate, NewEntry, NewFact, NewParty, NewSnapshot, Position

LOAN_COLUMNS = (
    *("disbursed_on", "disbursed_amount", "rate_per_year", "penalty_rate_per_year"),
    *("guarantee", *building.TERMS),
)
SEALED = frozenset({"name", "id_number", "phone", "address", "bank_account"})
HIDDEN = "•••"
"""Stands for personal data in differences: they are audited and shown."""

Change = tuple[str | None, str | None]
Revision = tuple[Base, dict[str, object]]
"""A record and its new values."""


@dataclass(slots=True)
class Changes:
    """What differs, by our field (before → after, as texts), and the update that follows."""

    shown: dict[str, Change] = field(default_factory=dict)
    loan: dict[str, object] = field(default_factory=dict)
    borrower: dict[str, object] = field(default_factory=dict)
    vehicle: dict[str, object] = field(default_factory=dict)
    position: Position | None = None
    parties: list[NewParty] = field(default_factory=list)
    facts: list[NewFact] = field(default_factory=list)
    snapshots: list[NewSnapshot] = field(default_factory=list)
    entries: list[NewEntry] = field(default_factory=list)
    principal_gain: Decimal = Decimal(0)
    """What the update adds to outstanding principal."""

    revisions: list[Revision] = field(default_factory=list)
    """Figures and month ends kept before, with what the tape says of them now."""

    overdue: tuple[date | None] | None = None
    """Stated since when the loan is overdue; None: nothing is stated."""

    def note(self, name: str, before: object, after: object) -> None:
        """Keep a difference, personal data hidden."""
        if name in SEALED or name.partition("_name")[1]:
            self.shown[name] = (HIDDEN if before else None, HIDDEN)
        else:
            self.shown[name] = (text_of(before), text_of(after))

    def drop_borrower(self) -> None:
        """Leave the borrower as known."""
        for name in self.borrower:
            self.shown.pop(name, None)
        self.borrower = {}

    def update(self, loan_id: int, batch_id: int | None) -> LoanUpdate:
        """Return the update as the loans' service takes it."""
        return LoanUpdate(
            loan_id=loan_id,
            loan=self.loan,
            borrower=self.borrower,
            vehicle=self.vehicle,
            entries=tuple(self.entries),
            position=self.position,
            overdue_since=self.overdue[0] if self.overdue else None,
            states_overdue=self.overdue is not None,
            parties=tuple(self.parties),
            facts=tuple(self.facts),
            snapshots=tuple(self.snapshots),
            import_batch_id=batch_id,
        )


def text_of(value: object) -> str | None:
    """Return a value as differences show it; None is unknown."""
    if value is None:
        return None
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def compare(row: CastRow, known: Known, setting: Setting) -> Changes | None:
    """Return what the row of a lender's table changes; None: the row was rejected."""
    building.check_row(row, setting)
    if row.is_rejected:
        return None
    changes = Changes()
    compare_terms(changes, row.values, known, setting)
    _compare_position(changes, row.values, known, setting)
    _compare_facts(changes, row.values, known, setting)
    return changes


def compare_terms(changes: Changes, values: Values, known: Known, setting: Setting) -> None:
    """Compare contract, persons and vehicle."""
    told = {name: values[name] for name in LOAN_COLUMNS if name in values}
    if (rate := building.penalty_rate(values)) is not None:
        told["penalty_rate_per_year"] = rate
    branch = setting.branches.get(str(values.get("branch", "")))
    if branch is not None:
        told["branch_id"] = branch
    _differences(changes, changes.loan, known.loan, told)
    person = {name: values[name] for name in PERSON if name in values}
    _differences(changes, changes.borrower, known.loan.borrower, person)
    car = {column: values[name] for name, column in VEHICLE.items() if name in values}
    if car and known.vehicle is not None:
        _differences(changes, changes.vehicle, known.vehicle, car, prefix="vehicle.")
    elif car:
        changes.vehicle = dict(car)
        for column, value in car.items():
            changes.note(f"vehicle.{column}", None, value)
    for party in building.parties(values):
        if (party.role, party.person.name) not in known.parties:
            changes.parties.append(party)
            changes.note(f"{party.role}_name", None, party.person.name)


def _differences(
    changes: Changes,
    into: dict[str, object],
    record: object,
    told: Mapping[str, object],
    *,
    prefix: str = "",
) -> None:
    """Keep what is told otherwise than the record says."""
    for name, value in told.items():
        before = getattr(record, name)
        if before != value:
            into[name] = value
            changes.note(prefix + name, before, value)


def _compare_position(changes: Changes, values: Values, known: Known, setting: Setting) -> None:
    """Compare what is owed on the tape's day; heads that the tape does not tell stay."""
    if "principal" not in values and not any(name in values for name in building.DUES):
        _compare_overdue(changes, values, known, setting)
        return
    as_of = values.get("as_of") or setting.as_of
    assert isinstance(as_of, date)
    position = _position(values, known, as_of)
    gap = bulk_ledger.difference(position, known.postings, known.dues)
    parts = {
        "principal": (position.principal, gap.principal),
        "billed_interest": (position.billed_interest, gap.interest),
        "penalty_due": (position.penalty_due, gap.penalty),
        "costs_due": (position.costs_due, gap.costs),
        "compound_due": (position.compound_due, gap.compound),
    }
    for name, (now, change) in parts.items():
        if change:
            changes.note(name, now - change, now)
    since = position.overdue_since
    if since != known.loan.overdue_since and not _moved_on(known, as_of):
        changes.note("overdue_since", known.loan.overdue_since, since)
    if changes.shown.keys() & {*parts, "overdue_since"}:
        changes.position = position
        changes.principal_gain = gap.principal


def _position(values: Values, known: Known, as_of: date) -> Position:
    """Return what is owed: as told, and as booked where the tape tells nothing."""
    nothing = Position(as_of, Decimal(0))
    booked = bulk_ledger.difference(nothing, known.postings, known.dues)
    heads: dict[str, Any] = {
        "principal": -booked.principal,
        "billed_interest": -booked.interest,
        "penalty_due": -booked.penalty,
        "compound_due": -booked.compound,
        "costs_due": -booked.costs,
    }
    pure: Any = values.get("penalty_due", heads["penalty_due"] - heads["compound_due"])
    heads |= {name: values[name] for name in heads if name in values}
    heads["penalty_due"] = pure + heads["compound_due"]
    since = known.loan.overdue_since
    if {"overdue_since", "days_past_due"} & values.keys():
        since = building.overdue_since(values, as_of)
    return Position(as_of=as_of, overdue_since=since, **heads)


def _compare_overdue(changes: Changes, values: Values, known: Known, setting: Setting) -> None:
    """Compare since when the loan is overdue, where no balance is told."""
    if not {"overdue_since", "days_past_due"} & values.keys():
        return
    as_of = values.get("as_of") or setting.as_of
    assert isinstance(as_of, date)
    since = building.overdue_since(values, as_of)
    if since != known.loan.overdue_since and not _moved_on(known, as_of):
        changes.note("overdue_since", known.loan.overdue_since, since)
        changes.overdue = (since,)


def _moved_on(known: Known, as_of: date) -> bool:
    """Return whether the ledger knows more than the tape: rows after its day."""
    return any(posting.value_date > as_of for posting in known.postings)


def _compare_facts(changes: Changes, values: Values, known: Known, setting: Setting) -> None:
    """Compare the accounting figures of the tape's day."""
    for fact in building.facts(values, setting):
        before = known.facts.get(fact.as_of)
        told = {name: values[name] for name in building.FACTS if name in values}
        other = {
            name: value
            for name, value in told.items()
            if before is None or getattr(before, name) != value
        }
        for name, value in other.items():
            changes.note(name, getattr(before, name, None), value)
        if other and before is None:
            changes.facts.append(fact)
        elif other and before is not None:
            changes.revisions.append((before, dict(other)))


def labels(names: Mapping[str, Change]) -> Iterator[tuple[str, Change]]:
    """Yield the differences with the labels of their fields."""
    columns = {f"vehicle.{column}": name for name, column in VEHICLE.items()}
    for name, change in names.items():
        known = FIELDS.get(columns.get(name, name))
        yield (str(known.label) if known else name), change
