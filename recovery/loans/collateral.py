"""The car that secures a loan: its mortgage, where it is, and its end as collateral."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel import search_index
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.labels import MORTGAGE_STATES, VEHICLE_STATES
from recovery.loans.models import Loan, Vehicle
from recovery.loans.rules.identity import normal, vin_check


@dataclass(frozen=True, slots=True)
class Collateral:
    """What is known of the car; None is unknown. `last_place` is personal data."""

    vin: str | None
    plate: str | None
    engine_no: str | None
    make: str | None
    model: str | None
    model_year: int | None
    condition: str
    value: Decimal | None
    mortgage_state: str
    mortgage_registered_on: date | None
    mortgage_certificate_no: str | None
    state: str
    last_seen_on: date | None
    last_place: str | None


def collateral_of(vehicle: Vehicle) -> Collateral:
    """Return what is known of `vehicle`."""
    return Collateral(**{name: getattr(vehicle, name) for name in Collateral.__slots__})


def change_collateral(work: Work, vehicle_id: int, version: int, new: Collateral) -> Vehicle:
    """Change what is known of a car, provided it is still the `version` that the form showed.

    Raises:
        Conflict: someone changed it since.
        NotFound: absent, or its loan is not for this actor to see.
        RuleViolation: a state is unknown, or a registered mortgage has no day.
    """
    vehicle, loan = _find(work, vehicle_id, version)
    _check(work, new)
    before = collateral_of(vehicle)
    for name in Collateral.__slots__:
        value = _tidy(name, getattr(new, name))
        if getattr(vehicle, name) != value:
            setattr(vehicle, name, value)
    vehicle.vin_check = vin_check(vehicle.vin)
    _copy_states(loan, vehicle)
    work.session.flush()
    changes = _changes(before, collateral_of(vehicle))
    work.record(Action.CHANGE_COLLATERAL, vehicle, reason=None, **changes)
    reindex(work, loan)
    return vehicle


def add_collateral(work: Work, loan_id: int, new: Collateral) -> Vehicle:
    """Add the car of a loan that has none.

    Raises:
        RuleViolation: the loan has one, a state is unknown, or a registered mortgage has no day.
    """
    loan = work.get(Loan, loan_id)
    _check(work, new)
    present = select(Vehicle.id).where(Vehicle.loan_id == loan.id, Vehicle.ended_on.is_(None))
    if work.session.scalars(present).first() is not None:
        raise RuleViolation(_("这笔贷款已有抵押车辆。"))
    vehicle = Vehicle(loan_id=loan.id, vin_check=vin_check(new.vin), ended_on=None)
    vehicle.last_place = None
    for name in Collateral.__slots__:
        setattr(vehicle, name, _tidy(name, getattr(new, name)))
    work.add(vehicle)
    _copy_states(loan, vehicle)
    work.record(Action.CHANGE_COLLATERAL, vehicle, loan=loan.contract_no, state=vehicle.state)
    reindex(work, loan)
    return vehicle


def end_collateral(work: Work, vehicle_id: int, version: int, on: date) -> Vehicle:
    """End a car's securing of the loan on `on` (released, sold): the row stays.

    Raises:
        RuleViolation: it has ended already.
    """
    vehicle, loan = _find(work, vehicle_id, version)
    if vehicle.ended_on is not None:
        raise RuleViolation(_("该车辆已于 {day} 不再是抵押物。", day=vehicle.ended_on))
    vehicle.ended_on = on
    loan.mortgage_state = "released"
    work.session.flush()
    work.record(Action.CHANGE_COLLATERAL, vehicle, ended_on=(None, on))
    return vehicle


def unmask_place(work: Work, loan_id: int, reason: str) -> str:
    """Return where the car was last seen, and record who asked and why.

    Raises:
        NotFound: the loan has no car, or nobody knows.
        RuleViolation: no reason is given.
    """
    loan = work.get(Loan, loan_id)
    vehicle = place_known(work.session, loan_id)
    if not reason.strip():
        raise RuleViolation(_("请填写查看完整信息的理由。"))
    work.record(
        Action.UNMASK_PERSONAL_DATA,
        loan,
        vehicle=vehicle.id,
        value="last_place",
        reason=reason,
    )
    return str(vehicle.last_place)


def place_known(session: Session, loan_id: int) -> Vehicle:
    """Return the newest car of a loan whose gate was passed, if its last place is known.

    Raises:
        NotFound: the loan has no car, or nobody knows where it was.
    """
    cars = select(Vehicle).where(Vehicle.loan_id == loan_id)
    newest = cars.order_by(Vehicle.ended_on.is_not(None), Vehicle.id.desc()).limit(1)
    vehicle = session.scalars(newest).first()
    if vehicle is None or vehicle.last_place_sealed is None:
        raise NotFound
    return vehicle


def _find(work: Work, vehicle_id: int, version: int) -> tuple[Vehicle, Loan]:
    """Return the car and its loan, through the loan's gate."""
    vehicle = work.session.get(Vehicle, vehicle_id)
    loan = work.get(Loan, vehicle.loan_id if vehicle is not None else 0)
    assert vehicle is not None
    work.require_version(vehicle, version)
    return vehicle, loan


def _check(work: Work, new: Collateral) -> None:
    if new.mortgage_state not in MORTGAGE_STATES or new.state not in VEHICLE_STATES:
        raise RuleViolation(_("请选择抵押登记状态和车辆状态。"))
    if new.mortgage_state == "registered" and new.mortgage_registered_on is None:
        raise RuleViolation(_("已办理抵押登记的，须填写登记日期。"))
    for day in (new.mortgage_registered_on, new.last_seen_on):
        if day is not None and day > work.today:
            raise RuleViolation(_("日期 {day} 在将来。", day=day))


def _tidy(name: str, value: Any) -> Any:
    """Return numbers of a car as they are compared; blank is unknown."""
    if name in ("vin", "plate", "engine_no") and value:
        return normal(value)
    return value if value != "" else None


def _copy_states(loan: Loan, vehicle: Vehicle) -> None:
    loan.mortgage_state, loan.vehicle_state = vehicle.mortgage_state, vehicle.state


def _changes(before: Collateral, after: Collateral) -> dict[str, object]:
    """Return what changed, for the audit; the place is personal and only said to have changed."""
    changes: dict[str, object] = {}
    for name in Collateral.__slots__:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            changes[name] = "changed" if name == "last_place" else (old, new)
    return changes


def reindex(work: Work, loan: Loan) -> None:
    """Let search know what changed of a loan."""
    if "loan" in search_index.sources:
        work.session.flush()
        search_index.reindex(work.session, "loan", [loan.id])
