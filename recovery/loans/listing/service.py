"""Who works loans: owner and agency of many loans at once, with the index of search in step."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from recovery.kernel import search_index
from recovery.kernel.actions import Action
from recovery.kernel.gate import visible
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import Work, request_id
from recovery.loans.models import Loan

UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The new owner and agency; a field left out stays, None means nobody."""

    owner: int | str | None = UNCHANGED
    agency: int | str | None = UNCHANGED

    @property
    def values(self) -> dict[str, int | None]:
        """The columns that change."""
        asked = {"owner_id": self.owner, "agency_id": self.agency}
        return {name: value for name, value in asked.items() if not isinstance(value, str)}


def assign_loans(work: Work, loan_ids: Sequence[int], assignment: Assignment) -> int:
    """Give loans their owner and agency; return how many changed.

    What the actor may not see, and what stands as asked already, is left alone.
    """
    values = assignment.values
    columns = [getattr(Loan, name) for name in values]
    asked = visible(select(Loan.id, *columns).where(Loan.id.in_(loan_ids)), Loan, work.actor.scope)
    before = {
        row[0]: dict(zip(values, row[1:], strict=True)) for row in work.session.execute(asked)
    }
    changed = {loan_id: old for loan_id, old in before.items() if old != values}
    if not changed:
        return 0
    work.session.execute(
        update(Loan)
        .where(Loan.id.in_(list(changed)))
        .values(**values, version=Loan.version + 1)
        .execution_options(synchronize_session=False)
    )
    search_index.reindex(work.session, "loan", list(changed))
    _record(work, changed, values)
    return len(changed)


def _record(
    work: Work, changed: dict[int, dict[str, int | None]], values: dict[str, int | None]
) -> None:
    """Write the audit events of the changes, one a loan."""
    shared = {
        "at": work.now,
        "actor_id": work.actor.id,
        "actor_name": work.actor.name,
        "action": Action.ASSIGN_LOANS.value,
        "subject_type": Loan.__tablename__,
        "request_id": request_id.get(),
    }
    events = [
        shared
        | {"subject_id": loan_id, "changes": {name: [old[name], values[name]] for name in values}}
        for loan_id, old in changed.items()
    ]
    work.session.execute(insert(AuditEvent), events)
