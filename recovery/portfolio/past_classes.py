"""Classes of loans on a past day: what the lender had assigned, and the floor by events.

Both change without a date of their own. A month end keeps the class it had, and the audit log
keeps what a floor was before each change; where neither tells, the class of now stands.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.models import AuditEvent
from recovery.loans.models import Loan, MonthEndSnapshot


def assigned_on(session: Session, loans: Iterable[Loan], day: date) -> dict[int, str | None]:
    """Return by loan the class that its month end `day` keeps, else the one assigned now."""
    found = {loan.id: loan.assigned_class for loan in loans}
    kept = session.execute(
        select(MonthEndSnapshot.loan_id, MonthEndSnapshot.asset_class).where(
            MonthEndSnapshot.loan_id.in_(found),
            MonthEndSnapshot.month_end == day,
            MonthEndSnapshot.asset_class.is_not(None),
        )
    )
    return found | {loan_id: asset_class for loan_id, asset_class in kept}  # noqa: C416


def floors_on(session: Session, loans: Sequence[Loan], day: date) -> dict[int, str | None]:
    """Return by loan the class floor by events at the end of `day`: later changes are undone."""
    found = {loan.id: loan.class_floor for loan in loans}
    later = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.subject_type == Loan.__tablename__,
            AuditEvent.subject_id.in_(found),
            AuditEvent.action == Action.CHANGE_LOAN.value,
            AuditEvent.at >= clock.start_of(day + timedelta(days=1)),
        )
        .order_by(AuditEvent.id.desc())
    )
    for event in later:
        if "class_floor" in event.changes and event.subject_id is not None:
            found[event.subject_id] = event.changes["class_floor"][0]
    return found
