"""Who could do what on a day: accounts as they then were, taken back through the audit events.

What an account is now is known; each later change says what stood before it, and is undone from the
newest to the oldest. Engagements and delegations are rows that are ended and never deleted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from recovery.access.models import (
    Agency,
    ApprovalLimit,
    Branch,
    Delegation,
    Engagement,
    EngagementPart,
    UserAccount,
)
from recovery.access.rights import ROLE_NAMES, Role
from recovery.evidence.sampling.versions import present_rights, version_at
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.models import AuditEvent

FIELDS = ("role", "branch_id", "agency_id", "ended")


@dataclass(slots=True)
class Held:
    """What an account was at the end of a day. `limits`: kind of request → yuan as text."""

    account: UserAccount
    role: str
    branch_id: int | None
    agency_id: int | None
    ended: bool
    limits: dict[str, str] = field(default_factory=dict)

    def undo(self, changes: dict[str, Any]) -> None:
        """Take back one change: each pair says what stood before it."""
        for name in FIELDS:
            pair = changes.get(name)
            if isinstance(pair, list) and len(pair) == 2:
                setattr(self, name, pair[0])
        pair, kind = changes.get("approval_limit"), changes.get("kind")
        if isinstance(pair, list) and isinstance(kind, str):
            self.limits.pop(kind, None)
            if pair[0] is not None:
                self.limits[kind] = str(pair[0])


def accounts_at(session: Session, day: date) -> list[Held]:
    """Return every account that existed at the end of `day`, as it then was."""
    end = clock.end_of(day)
    accounts = session.scalars(
        select(UserAccount).where(UserAccount.created_at < end).order_by(UserAccount.username)
    )
    held = {
        one.id: Held(one, one.role, one.branch_id, one.agency_id, one.ended_at is not None)
        for one in accounts
    }
    for limit in session.scalars(select(ApprovalLimit)):
        if limit.user_id in held:
            held[limit.user_id].limits[limit.kind] = str(limit.amount)
    for event in _changes_since(session, end):
        if event.subject_id in held:
            held[event.subject_id].undo(event.changes)
    return list(held.values())


def _changes_since(session: Session, moment: datetime) -> Iterator[AuditEvent]:
    """Yield the changes of accounts at `moment` or later, the newest first."""
    yield from session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.action == Action.MANAGE_USERS.value,
            AuditEvent.subject_type == UserAccount.__tablename__,
            AuditEvent.at >= moment,
        )
        .order_by(AuditEvent.id.desc())
        .execution_options(yield_per=1000)
    )


@dataclass(frozen=True, slots=True)
class RightsAt:
    """All rights at the end of a day. `is_noted`: the rights table is the one noted then."""

    day: date
    people: tuple[Held, ...]
    rights: dict[str, list[str]]
    version: str | None
    engagements: tuple[Engagement, ...]
    delegations: tuple[Delegation, ...]

    @property
    def is_noted(self) -> bool:
        """Whether a version was noted by that day; else the table is that of this version."""
        return self.version is not None

    def acts_of(self, held: Held) -> list[str]:
        """Return what a person could do: nothing once ended, or outside an engagement."""
        if held.ended:
            return []
        engaged = {row.user_id for row in self.engagements}
        own = ("session.", "account.")
        acts = [act for act, roles in self.rights.items() if held.role in roles]
        if held.role == Role.EXTERNAL_AUDITOR and held.account.id not in engaged:
            return [act for act in acts if act.startswith(own)]
        return acts


def rights_at(session: Session, day: date) -> RightsAt:
    """Return who could do what at the end of `day`."""
    noted = version_at(session, clock.end_of(day))
    return RightsAt(
        day=day,
        people=tuple(accounts_at(session, day)),
        rights=noted.rights if noted else present_rights(),
        version=noted.version if noted else None,
        engagements=tuple(_standing(session, Engagement, day)),
        delegations=tuple(_standing(session, Delegation, day)),
    )


def _standing(session: Session, model: Any, day: date) -> Sequence[Any]:
    """Return the rows that were made by the end of `day` and not ended then."""
    end = clock.end_of(day)
    not_ended: ColumnElement[bool] = model.ended_at.is_(None) | (model.ended_at >= end)
    rows = select(model).where(
        model.created_at < end, model.first_day <= day, model.last_day >= day, not_ended
    )
    return session.scalars(rows.order_by(model.id)).all()


def role_name(role: str) -> object:
    """Return what a role is called; itself where there is no such role any more."""
    return ROLE_NAMES[Role(role)] if role in set(Role) else role


def names_of(session: Session) -> dict[str, dict[int, str]]:
    """Return branches, agencies and people by number: there are some hundreds."""
    return {
        "branch": {row.id: row.name for row in session.scalars(select(Branch))},
        "agency": {row.id: row.name for row in session.scalars(select(Agency))},
        "person": {row.id: row.username for row in session.scalars(select(UserAccount))},
    }


def parts_of(session: Session, engagement: Engagement) -> Sequence[EngagementPart]:
    """Return what an engagement opens."""
    rows = select(EngagementPart).where(EngagementPart.engagement_id == engagement.id)
    return session.scalars(rows.order_by(EngagementPart.id)).all()
