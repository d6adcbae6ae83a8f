"""What becomes of each row of a tape: a new loan, an update, nothing, or a refusal with reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.models import Branch
from recovery.kernel.gate import Actor
from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.loans.tape import building, comparing
from recovery.loans.tape.building import Setting
from recovery.loans.tape.casting import CastRow, Problem
from recovery.loans.tape.comparing import Change, Changes, Revision
from recovery.loans.tape.doubts import Doubts, Subject
from recovery.loans.tape.known import Known, fill_months, look_up
from recovery.loans.tape.layouts import Layout
from recovery.loans.tape.monthly import compare_monthly, months_of, new_monthly_loan
from recovery.loans.tape.reporting import Month
from recovery.loans.values import LoanUpdate, NewLoan

CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"


@dataclass(frozen=True, slots=True)
class Pending:
    """A row that waits to be decided: number of its staged row, if staged, and its cast values."""

    staged_id: int | None
    row: CastRow
    contract_no: str | None = None
    """The contract number that the staged row carries."""


class Payments(Protocol):
    """Gives the reporting rows of loans, cast, by contract number."""

    def of(self, contract_numbers: Sequence[str]) -> Mapping[str, Sequence[CastRow]]:
        """Return the rows of each contract; those without rows may be missing."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one row. `principal`: what it adds to outstanding principal."""

    pending: Pending
    contract_no: str | None
    outcome: str
    new: NewLoan | None = None
    update: LoanUpdate | None = None
    loan_id: int | None = None
    shown: Mapping[str, Change] = field(default_factory=dict)
    principal: Decimal = ZERO
    revisions: Sequence[Revision] = ()
    months: Sequence[Month] = ()

    @property
    def problems(self) -> Sequence[Problem]:
        """What was wrong or doubtful with the row."""
        return self.pending.row.problems


@dataclass(slots=True)
class Decider:
    """Decides rows of one tape, remembering the contract numbers seen: the first row counts."""

    layout: Layout
    setting: Setting
    actor: Actor
    payments: Payments | None = None
    seen: dict[str, int] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)
    """Person → the first row that tells of them."""

    doubts: Doubts = field(init=False)

    def __post_init__(self) -> None:
        self.doubts = Doubts(self.actor.scope)

    def forget(self, rows: set[int]) -> None:
        """Forget what `rows` claimed: their unit of work was rolled back."""
        self.seen = {name: row for name, row in self.seen.items() if row not in rows}
        self.people = {person: row for person, row in self.people.items() if row not in rows}
        self.doubts.forget(rows)

    def decide(self, session: Session, rows: Sequence[Pending]) -> list[Decision]:
        """Return what becomes of `rows`, in order; `session` reads the book as it stands."""
        numbers = [self._claim(pending.row) for pending in rows]
        wanted = [number for number in numbers if number]
        lookup = look_up(session, self.actor, wanted)
        for pending, number in zip(rows, numbers, strict=True):
            if number in lookup.out_of_reach:
                reason = _("合同编号已在库中，但不在您的数据范围内")
                pending.row.reject(reason, pending.row.title("contract_no"))
        self.doubts.look(session, list(_subjects(rows, numbers, lookup.known)))
        months = self._months(session, rows, list(lookup.known.values()))
        return [
            self._one(pending, number, lookup.known.get(number or ""), months.get(number or "", []))
            for pending, number in zip(rows, numbers, strict=True)
        ]

    def _claim(self, row: CastRow) -> str | None:
        """Return the row's contract number; reject a row without one or with one seen before."""
        number = row.values.get("contract_no")
        if not isinstance(number, str):
            if not row.is_rejected:
                row.reject(_("没有合同编号"), row.title("contract_no"))
            return None
        first = self.seen.setdefault(number, row.number)
        if first != row.number:
            row.reject(_("合同编号与第 {first} 行重复", first=first), row.title("contract_no"))
            return None
        return number

    def _months(
        self, session: Session, rows: Sequence[Pending], known: Sequence[Known]
    ) -> dict[str, list[Month]]:
        """Return the reporting rows of each loan, for layouts that have them."""
        if self.layout.form != "abs-ee":
            return {}
        fill_months(session, known)
        numbers = [str(pending.row.values.get("contract_no", "")) for pending in rows]
        told = self.payments.of(numbers) if self.payments else {}
        return {
            number: months_of(pending.row, told.get(number, ()))
            for pending, number in zip(rows, numbers, strict=True)
            if number
        }

    def _one(
        self, pending: Pending, number: str | None, known: Known | None, months: list[Month]
    ) -> Decision:
        """Return what becomes of one row."""
        row = pending.row
        if number is None or row.is_rejected:
            return Decision(pending, number, REJECTED, months=months)
        if known is None:
            new = self._new(row, months)
            if new is None:
                return Decision(pending, number, REJECTED, months=months)
            return Decision(
                pending, number, CREATED, new=new, principal=_principal(new), months=months
            )
        changes = self._compare(row, months, known)
        if changes is None:
            return Decision(pending, number, REJECTED, months=months)
        self._keep_first_word(row, known, changes)
        if not changes.shown:
            return Decision(pending, number, UNCHANGED, loan_id=known.loan.id, months=months)
        return Decision(
            pending,
            number,
            UPDATED,
            update=changes.update(known.loan.id, self.setting.batch_id),
            loan_id=known.loan.id,
            shown=changes.shown,
            principal=changes.principal_gain,
            revisions=changes.revisions,
            months=months,
        )

    def _keep_first_word(self, row: CastRow, known: Known, changes: Changes) -> None:
        """Leave a person as the tape's first row on them says: another row does not undo it."""
        first = self.people.setdefault(known.loan.borrower_id, row.number)
        if first != row.number and changes.borrower:
            row.note(_("与第 {first} 行是同一借款人而信息不同，以第 {first} 行为准", first=first))
            changes.drop_borrower()

    def _new(self, row: CastRow, months: list[Month]) -> NewLoan | None:
        """Return the new loan that a row makes; None: rejected."""
        if self.layout.form == "abs-ee":
            return new_monthly_loan(row, months, self.setting)
        return building.new_loan(row, self.setting)

    def _compare(self, row: CastRow, months: list[Month], known: Known) -> Changes | None:
        """Return what a row changes of a known loan; None: rejected."""
        if self.layout.form == "abs-ee":
            return compare_monthly(row, months, known, self.setting)
        return comparing.compare(row, known, self.setting)


def _subjects(
    rows: Sequence[Pending], numbers: Sequence[str | None], known: Mapping[str, Known]
) -> Iterator[Subject]:
    """Yield the rows that have a contract number of their own, to be looked at for doubts."""
    for pending, number in zip(rows, numbers, strict=True):
        if number is not None:
            loan = known[number].loan if number in known else None
            yield Subject(pending.row, number, loan.borrower_id if loan else None)


def _principal(new: NewLoan) -> Decimal:
    """Return the outstanding principal that a new loan comes to."""
    opening = new.opening.principal if new.opening else ZERO
    return opening + sum((entry.principal for entry in new.entries), ZERO)


def setting_of(
    session: Session,
    actor: Actor,
    layout: Layout,
    *,
    batch_id: int | None,
    branch_id: int | None,
    as_of: date | None,
    today: date,
) -> Setting:
    """Return what is the same for all rows: branches within reach, day of the balances."""
    branches = {
        name: branch.id
        for branch in session.scalars(select(Branch))
        if actor.scope.everything or branch.id in actor.scope.branches
        for name in (branch.name, branch.code)
    }
    own = sorted(actor.scope.branches)
    return Setting(
        batch_id=batch_id,
        today=today,
        as_of=as_of or today,
        branches=branches,
        branch_id=branch_id if branch_id is not None else (own[0] if len(own) == 1 else None),
        fixed=layout.fixed,
    )


def grouped(decisions: Sequence[Decision], outcome: str) -> Iterator[Decision]:
    """Yield the decisions with one outcome."""
    return (one for one in decisions if one.outcome == outcome)
