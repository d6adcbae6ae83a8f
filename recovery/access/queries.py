"""Reads of people, places, sessions and audit events, shaped for pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from recovery.access import rules
from recovery.access.models import (
    Agency,
    ApprovalLimit,
    Branch,
    Delegation,
    Engagement,
    EngagementPart,
    RecoveryCode,
    UserAccount,
    UserSession,
)
from recovery.access.rights import roles_that_may
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.web.filters import FilterState


def account(session: Session, user_id: int) -> UserAccount:
    """Return an account.

    Raises:
        NotFound: there is none.
    """
    row = session.get(UserAccount, user_id)
    if row is None:
        raise NotFound(_("没有这个账户。"))
    return row


def account_named(session: Session, username: str) -> UserAccount | None:
    """Return the account of a user name however it was typed; None when there is none."""
    statement = select(UserAccount).where(UserAccount.username == rules.normal_username(username))
    return session.scalars(statement).one_or_none()


def open_sessions(session: Session, user_id: int, now: datetime) -> list[UserSession]:
    """Return the sessions of a person that still open, newest first."""
    statement = (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.valid_until.is_(None),
            UserSession.verified_at.is_not(None),
            UserSession.started_at > now - rules.ABSOLUTE,
            UserSession.last_seen_at > now - rules.IDLE,
        )
        .order_by(UserSession.id.desc())
        .limit(50)
    )
    return list(session.scalars(statement))


def recovery_codes_left(session: Session, user_id: int) -> int:
    """Return how many recovery codes of a person still open."""
    statement = select(func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(statement) or 0


def branches(session: Session) -> list[Branch]:
    """Return every branch by its code; a lender has some dozens."""
    return list(session.scalars(select(Branch).order_by(Branch.code)))


def agencies(session: Session) -> list[Agency]:
    """Return every agency by its name; a lender has some dozens."""
    return list(session.scalars(select(Agency).order_by(Agency.name)))


def branch_coded(session: Session, code: str) -> Branch | None:
    """Return the branch with this code; None when there is none."""
    return session.scalars(select(Branch).where(Branch.code == code.strip())).one_or_none()


def agency_named(session: Session, name: str) -> Agency | None:
    """Return the agency of this name; None when there is none."""
    return session.scalars(select(Agency).where(Agency.name == name.strip())).one_or_none()


def accounts() -> Select[UserAccount]:
    """Return the statement of all accounts, not yet filtered or ordered."""
    return select(UserAccount)


PERSON_COLUMNS: tuple[Any, ...] = (
    UserAccount.id,
    UserAccount.username,
    UserAccount.name,
    UserAccount.role,
    UserAccount.totp_confirmed_at,
    UserAccount.created_at,
    UserAccount.ended_at,
    Branch.name.label("branch_name"),
    Agency.name.label("agency_name"),
)


def people(filters: FilterState) -> Select[Any]:
    """Return the statement of the list of people, filtered."""
    statement = (
        select(*PERSON_COLUMNS)
        .outerjoin(Branch, Branch.id == UserAccount.branch_id)
        .outerjoin(Agency, Agency.id == UserAccount.agency_id)
    )
    if words := filters.get("q"):
        name = UserAccount.name.contains(words, autoescape=True)
        username = rules.normal_username(words)
        statement = statement.where(
            or_(name, UserAccount.username.startswith(username, autoescape=True))
        )
    if roles := filters.get("role"):
        statement = statement.where(UserAccount.role.in_(roles))
    if (state := filters.get("state")) and len(state) == 1:
        ended = UserAccount.ended_at
        statement = statement.where(ended.is_(None) if state == ("live",) else ended.is_not(None))
    return statement


def names_of(session: Session, usernames: Iterable[str]) -> dict[str, str]:
    """Return user name → name of the person, for those that are accounts."""
    wanted = UserAccount.username.in_(set(usernames))
    return dict(session.execute(select(UserAccount.username, UserAccount.name).where(wanted)).all())


def names(session: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of people by the number of their account."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    found = session.execute(
        select(UserAccount.id, UserAccount.name).where(UserAccount.id.in_(wanted))
    )
    return {user_id: name for user_id, name in found}  # noqa: C416 - rows are not pairs to mypy


def limits(session: Session, user_id: int) -> list[ApprovalLimit]:
    """Return the limits of an approver by kind."""
    statement = select(ApprovalLimit).where(ApprovalLimit.user_id == user_id)
    return list(session.scalars(statement.order_by(ApprovalLimit.kind)))


@dataclass(frozen=True, slots=True)
class Engaged:
    """An engagement with the codes of its branches and the numbers of its packages."""

    row: Engagement
    branches: list[str]
    packages: list[int]

    def is_live(self, today: date) -> bool:
        """Return whether it opens anything on the day `today`."""
        row = self.row
        return row.ended_at is None and row.first_day <= today <= row.last_day


def engagements(session: Session, user_id: int) -> list[Engaged]:
    """Return the engagements of an external auditor, the newest first."""
    rows = session.scalars(
        select(Engagement)
        .where(Engagement.user_id == user_id)
        .order_by(Engagement.id.desc())
        .limit(100)
    ).all()
    parts = session.execute(
        select(EngagementPart.engagement_id, EngagementPart.package_id, Branch.code)
        .outerjoin(Branch, Branch.id == EngagementPart.branch_id)
        .where(EngagementPart.engagement_id.in_([row.id for row in rows]))
        .order_by(EngagementPart.id)
    ).all()
    return [
        Engaged(
            row,
            [code for owner, _package, code in parts if owner == row.id and code is not None],
            [number for owner, number, _code in parts if owner == row.id and number is not None],
        )
        for row in rows
    ]


def engagement(session: Session, engagement_id: int) -> Engagement:
    """Return an engagement.

    Raises:
        NotFound: there is none.
    """
    row = session.get(Engagement, engagement_id)
    if row is None:
        raise NotFound(_("没有这项审计委托。"))
    return row


def suggested_branches(session: Session, typed: str, limit: int = 20) -> list[str]:
    """Return lines of branches whose code or name begins like what was typed."""
    statement = (
        select(Branch)
        .where(
            or_(
                Branch.code.startswith(typed, autoescape=True),
                Branch.name.contains(typed, autoescape=True),
            )
        )
        .order_by(Branch.code)
        .limit(limit)
    )
    return [line_of_branch(branch) for branch in session.scalars(statement)]


def line_of_branch(branch: Branch) -> str:
    """Return a branch as one line that begins with its code."""
    return f"{branch.code} {branch.name}"


def branch_of_line(session: Session, line: str) -> Branch | None:
    """Return the branch of a typed line, or of a code; None when there is none."""
    return branch_coded(session, line) or branch_coded(session, line.split(" ")[0])


def deciders(session: Session) -> list[UserAccount]:
    """Return those in use who may decide approval requests: some dozens at most."""
    roles = [role.value for role in roles_that_may(Action.DECIDE_APPROVAL)]
    statement = select(UserAccount).where(
        UserAccount.role.in_(roles), UserAccount.ended_at.is_(None)
    )
    return list(session.scalars(statement.order_by(UserAccount.username).limit(500)))


def delegations(session: Session, user_id: int) -> list[Delegation]:
    """Return the delegations that a person gave or got, the newest first."""
    statement = (
        select(Delegation)
        .where(or_(Delegation.from_user_id == user_id, Delegation.to_user_id == user_id))
        .order_by(Delegation.id.desc())
        .limit(100)
    )
    return list(session.scalars(statement))


def delegation(session: Session, delegation_id: int) -> Delegation:
    """Return a delegation.

    Raises:
        NotFound: there is none.
    """
    row = session.get(Delegation, delegation_id)
    if row is None:
        raise NotFound(_("没有这项委托。"))
    return row
