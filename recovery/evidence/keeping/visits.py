"""Which sign-ins touched a loan: the sessions that opened its pages, from the access log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.access.auditing import AUDITORS
from recovery.access.models import AccessEntry, UserAccount, UserSession

MOST = 500


@dataclass(frozen=True, slots=True)
class Visit:
    """A sign-in that opened pages of a loan. The sign-in itself is an audit event, in a batch."""

    session_id: int
    username: str
    signed_in_at: datetime
    network: str
    device: str
    first_at: datetime
    last_at: datetime
    pages: int
    changes: int
    """Requests that were not mere reading."""


def endpoints_of_loan() -> list[str]:
    """Return the pages whose first number is that of a loan, as the routes say."""
    found = set()
    for rule in current_app.url_map.iter_rules():
        numbers = [name for name, one in rule._converters.items() if one.regex == r"\d+"]
        if numbers[:1] == ["loan_id"]:
            found.add(rule.endpoint)
    return sorted(found)


def sessions_of_loan(session: Session, loan_id: int) -> Sequence[Visit]:
    """Return the sign-ins that opened pages of a loan, newest first; those of auditors left out.

    The caller has passed the gate for the loan.
    """
    rows = session.execute(
        select(
            UserSession.id,
            UserAccount.username,
            UserSession.started_at,
            UserSession.network,
            UserSession.device,
            func.min(AccessEntry.at),
            func.max(AccessEntry.at),
            func.count(),
            func.count().filter(AccessEntry.method != "GET"),
        )
        .join(UserSession, UserSession.id == AccessEntry.session_id)
        .join(UserAccount, UserAccount.id == UserSession.user_id)
        .where(
            AccessEntry.record_id == loan_id,
            AccessEntry.endpoint.in_(endpoints_of_loan()),
            UserAccount.role.not_in(sorted(AUDITORS)),
        )
        .group_by(UserSession.id, UserAccount.username)
        .order_by(func.max(AccessEntry.at).desc())
        .limit(MOST)
    )
    return [Visit(*row) for row in rows]
