"""Reads of the tokens of programs: all of them for who administers, one's own for everybody."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from recovery.access import rules
from recovery.access.models import UserAccount, UserSession
from recovery.access.queries import names_of
from recovery.kernel.actions import Action
from recovery.kernel.models import AuditEvent
from recovery.web.filters import FilterState

TOKEN_COLUMNS: tuple[Any, ...] = (
    UserSession.id,
    UserSession.device.label("program"),
    UserSession.started_at,
    UserSession.last_seen_at,
    UserSession.valid_until,
    UserSession.ended_at,
    UserAccount.username,
    UserAccount.role,
    UserAccount.ended_at.label("account_ended_at"),
)


def every_token() -> Select[Any]:
    """Return the statement of the tokens of programs, not yet filtered or ordered."""
    statement = select(*TOKEN_COLUMNS).join(UserAccount, UserAccount.id == UserSession.user_id)
    return statement.where(UserSession.valid_until.is_not(None))


def tokens(filters: FilterState, now: datetime) -> Select[Any]:
    """Return the statement of the tokens of programs as they are at `now`, filtered."""
    statement = every_token()
    if words := filters.get("q"):
        username = rules.normal_username(words)
        named = UserSession.device.contains(words, autoescape=True)
        statement = statement.where(or_(named, UserAccount.username == username))
    opens = (
        UserSession.ended_at.is_(None)
        & UserAccount.ended_at.is_(None)
        & (UserSession.valid_until > now)
    )
    if (state := filters.get("state")) and len(state) == 1:
        statement = statement.where(opens if state == ("live",) else ~opens)
    return statement


def tokens_of(session: Session, user_id: int) -> list[Any]:
    """Return the tokens in a person's name, those that are over included, newest first."""
    statement = every_token().where(UserSession.user_id == user_id)
    return list(session.execute(statement.order_by(UserSession.id.desc()).limit(50)))


def token_issuers(session: Session, user_id: int) -> dict[int, str]:
    """Return who issued each token in a person's name, by the token's number."""
    statement = select(AuditEvent.changes, AuditEvent.actor_name).where(
        AuditEvent.subject_type == UserAccount.__tablename__,
        AuditEvent.subject_id == user_id,
        AuditEvent.action == Action.MANAGE_USERS.value,
    )
    found = [(changes, who) for changes, who in session.execute(statement) if "token" in changes]
    people = names_of(session, (who for _changes, who in found))
    return {changes["token"]: people.get(who, who) for changes, who in found}
