"""From cast values to a new loan: what a tape must tell of one, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from recovery.kernel.money import ZERO
from recovery.kernel.text import Listed, Text, _
from recovery.loans.tape.casting import CastRow, Values
from recovery.loans.tape.fields import FIELDS
from recovery.loans.values import (
    NewFact,
    NewLoan,
    NewParty,
    NewPerson,
    NewSnapshot,
    NewVehicle,
    Position,
)

NEEDED = ("disbursed_on", "disbursed_amount", "rate_per_year")
"""What a loan cannot be made without."""

TERMS = (
    *("product", "first_due_on", "matures_on", "term_months", "instalment_amount"),
    *("compound_rate_per_year", "repayment_method", "assigned_class", "stage"),
    *("written_off_on", "closed_on"),
)
PERSON = ("name", "id_number", "phone", "address", "bank_account", "birth_year", "sex", "province")
VEHICLE = {
    "vin": "vin",
    "plate": "plate",
    "engine_no": "engine_no",
    "make": "make",
    "model": "model",
    "model_year": "model_year",
    "condition": "condition",
    "vehicle_value": "value",
    "mortgage_state": "mortgage_state",
    "mortgage_registered_on": "mortgage_registered_on",
    "mortgage_certificate_no": "mortgage_certificate_no",
    "vehicle_state": "state",
}
"""Field of the tape → column of the vehicle."""

FACTS = ("gross_carrying_amount", "allowance", "ifrs9_stage", "effective_rate_per_year")
DUES = ("billed_interest", "penalty_due", "compound_due", "costs_due")


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for all rows of a batch.

    `branches`: code and name → id, of the branches that the importer may write to; `branch_id`
    is where rows without a branch go. `fixed` are terms that the layout names for all loans.
    """

    batch_id: int | None
    today: date
    as_of: date
    branches: Mapping[str, int] = field(default_factory=dict)
    branch_id: int | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)


def new_loan(row: CastRow, setting: Setting) -> NewLoan | None:
    """Return the loan that a row of a lender's table tells; None: the row was rejected."""
    values = row.values
    reject_gaps(row, (*NEEDED, "principal"))
    check_row(row, setting)
    if row.is_rejected:
        return None
    return NewLoan(
        **terms(row, setting),
        **parts(row),
        opening=position(values, setting),
        facts=facts(values, setting),
        snapshots=snapshots(values, setting),
        application_data=row.kept or None,
    )


def reject_gaps(row: CastRow, needed: tuple[str, ...]) -> None:
    """Reject a row that lacks what a new loan needs."""
    if row.is_rejected:
        return
    gaps = [name for name in needed if name not in row.values]
    for name in gaps:
        if row.title(name):
            missing = _("新建合同还缺少{name}，这一格是空的", name=FIELDS[name].label)
            row.reject(missing, row.title(name))
    absent = [FIELDS[name].label for name in gaps if not row.title(name)]
    if absent:
        names = Listed(tuple(absent))
        row.reject(_("库中没有这份合同，新建还缺少：{names}", names=names))


def check_row(row: CastRow, setting: Setting) -> None:
    """Reject a row whose values contradict each other."""
    values = row.values
    for name, refusal in _contradictions(values, setting):
        row.reject(refusal, row.title(name))
    branch = values.get("branch")
    if branch is not None and branch not in setting.branches:
        refusal = _("没有名为“{name}”的分支机构，或您无权向它导入", name=branch)
        row.reject(refusal, row.title("branch"))
    principal, granted = values.get("principal"), values.get("disbursed_amount")
    if isinstance(principal, Decimal) and isinstance(granted, Decimal) and principal > granted:
        doubt = _("剩余本金 {one} 大于放款金额 {two}，请核对单位", one=principal, two=granted)
        row.note(doubt, row.title("principal"))


def _contradictions(values: Values, setting: Setting) -> list[tuple[str, Text]]:
    """Return what contradicts in a row: the field that tells it, and the sentence."""
    as_of = _day(values, "as_of") or setting.as_of
    disbursed, matures = _day(values, "disbursed_on"), _day(values, "matures_on")
    found: list[tuple[str, Text]] = []
    if disbursed and disbursed > max(as_of, setting.as_of):
        late = _("放款日 {day} 晚于数据日期 {as_of}", day=disbursed, as_of=as_of)
        found.append(("disbursed_on", late))
    if disbursed and matures and matures < disbursed:
        found.append(("matures_on", _("到期日 {day} 早于放款日", day=matures)))
    since = _day(values, "overdue_since")
    if since and since > as_of:
        late = _("逾期起始日 {day} 晚于数据日期 {as_of}", day=since, as_of=as_of)
        found.append(("overdue_since", late))
    if as_of > setting.today:
        found.append(("as_of", _("数据日期 {day} 在将来", day=as_of)))
    for name in ("principal", *DUES, "disbursed_amount"):
        amount = values.get(name)
        if isinstance(amount, Decimal) and amount < 0:
            label = FIELDS[name].label
            found.append((name, _("{name}为负数 {amount}", name=label, amount=amount)))
    if values.get("disbursed_amount") == 0:
        found.append(("disbursed_amount", _("放款金额为零")))
    return found


def _day(values: Values, name: str) -> date | None:
    """Return a day of the row."""
    value = values.get(name)
    return value if isinstance(value, date) else None


def terms(row: CastRow, setting: Setting) -> dict[str, Any]:
    """Return the terms of the contract and its place in the book."""
    values = row.values
    found: dict[str, Any] = {name: values[name] for name in TERMS if name in values}
    fixed = {name: text for name, text in setting.fixed.items() if name not in found}
    branch = values.get("branch")
    return {
        **fixed,
        **found,
        "contract_no": values["contract_no"],
        "disbursed_on": values["disbursed_on"],
        "disbursed_amount": values["disbursed_amount"],
        "rate_per_year": values["rate_per_year"],
        "penalty_rate_per_year": penalty_rate(values),
        "guarantee": values.get("guarantee") or fixed.get("guarantee") or _guarantee(values),
        "branch_id": setting.branches.get(str(branch)) if branch else setting.branch_id,
        "import_batch_id": setting.batch_id,
    }


def penalty_rate(values: Values) -> Decimal | None:
    """Return the rate on overdue principal: stated, or the contract's raised by a share."""
    stated, markup = values.get("penalty_rate_per_year"), values.get("penalty_markup")
    if isinstance(stated, Decimal):
        return stated
    rate = values.get("rate_per_year")
    if not isinstance(markup, Decimal) or not isinstance(rate, Decimal):
        return None
    return (rate * (1 + markup)).quantize(Decimal("1e-8")).normalize()


def _guarantee(values: Values) -> str:
    """Return how a loan is secured, judging by what the tape tells of it."""
    if any(name in values for name in VEHICLE):
        return "mortgage"
    return "guarantee" if "guarantor_name" in values else "credit"


def parts(row: CastRow) -> dict[str, Any]:
    """Return the persons and the vehicle of a row."""
    values = row.values
    return {
        "borrower": person(values, ""),
        "parties": tuple(parties(values)),
        "vehicle": vehicle(values),
    }


def person(values: Values, prefix: str) -> NewPerson:
    """Return the person whose fields begin with `prefix`."""
    found: dict[str, Any] = {
        name: values[prefix + name] for name in PERSON if prefix + name in values
    }
    return NewPerson(**found)


def parties(values: Values) -> list[NewParty]:
    """Return the co-borrower and the guarantor that a row names."""
    found = []
    if "co_borrower_name" in values or "co_borrower_id_number" in values:
        found.append(NewParty(person(values, "co_borrower_"), "co_borrower"))
    if "guarantor_name" in values or "guarantor_id_number" in values:
        mode = values.get("guarantee_mode")
        found.append(
            NewParty(person(values, "guarantor_"), "guarantor", str(mode) if mode else None)
        )
    return found


def vehicle(values: Values) -> NewVehicle | None:
    """Return the vehicle of a row; None where the tape tells nothing of one."""
    found: dict[str, Any] = {
        column: values[name] for name, column in VEHICLE.items() if name in values
    }
    return NewVehicle(**found) if found else None


def overdue_since(values: Values, as_of: date) -> date | None:
    """Return since when the loan is overdue, from the day or the count of days."""
    stated, days = _day(values, "overdue_since"), values.get("days_past_due")
    if stated is not None:
        return stated
    return as_of - timedelta(days=days) if isinstance(days, int) and days > 0 else None


def position(values: Values, setting: Setting) -> Position:
    """Return what the row says is owed, and on which day."""
    as_of = _day(values, "as_of") or setting.as_of
    dues: dict[str, Any] = {name: values.get(name, ZERO) for name in DUES}
    # A tape lists compound interest beside penalty interest; our penalty contains it.
    dues["penalty_due"] += dues["compound_due"]
    principal: Any = values["principal"]
    return Position(as_of, principal, **dues, overdue_since=overdue_since(values, as_of))


def facts(values: Values, setting: Setting) -> tuple[NewFact, ...]:
    """Return the accounting figures of a row."""
    found: dict[str, Any] = {name: values[name] for name in FACTS if name in values}
    as_of = _day(values, "as_of") or setting.as_of
    return (NewFact(as_of, **found),) if found else ()


def snapshots(values: Values, setting: Setting) -> tuple[NewSnapshot, ...]:
    """Return the month end that a row reports, where its day is one."""
    as_of = _day(values, "as_of") or setting.as_of
    if (as_of + timedelta(days=1)).day != 1:
        return ()
    reported: Any = values.get("principal")
    days: Any = values.get("days_past_due")
    klass: Any = values.get("assigned_class")
    return (NewSnapshot(as_of, reported, days_past_due=days, asset_class=klass),)
