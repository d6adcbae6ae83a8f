"""Reads of people, places, sessions and audit events, shaped for pages."""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from recovery.access import rules
from recovery.access.models import Agency, Branch, RecoveryCode, UserAccount, UserSession
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _


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
