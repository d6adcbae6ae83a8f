"""Tokens with which programs act over the API, in the name of an account.

A token is a session that no timeout ends: it is shown in the header `Authorization: Bearer …`,
counts under `/api/` alone, and ends on its day or with its account.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from recovery.access import passwords
from recovery.access.models import UserAccount, UserSession
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work

MOST_DAYS = 5 * 366
"""How long a token may be valid; five years."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A token that was issued; it is kept nowhere else."""

    token: str
    valid_until: datetime


def issue_token(work: Work, account: UserAccount, name: str, *, days: int) -> Issued:
    """Issue a token of `account` for the program `name`, valid for `days`.

    Raises:
        RuleViolation: without a name, the account has ended, or the days are no number up to
            `MOST_DAYS`.
    """
    if not 1 <= days <= MOST_DAYS:
        raise RuleViolation(_("有效期为 1 至 {most} 天。", most=MOST_DAYS))
    if not name.strip() or account.ended_at is not None:
        raise RuleViolation(_("请填写程序的名称；已停用的账户不能签发令牌。"))
    token, now = passwords.new_token(), clock.machine_now()
    row = work.add(
        UserSession(
            token_digest=passwords.digest(token),
            user_id=account.id,
            started_at=now,
            last_seen_at=now,
            verified_at=now,
            valid_until=now + timedelta(days=days),
            network="api",
            device=name.strip()[:80],
        )
    )
    assert row.valid_until is not None
    work.record(
        Action.MANAGE_USERS, account, token=row.id, program=row.device, until=row.valid_until
    )
    return Issued(token, row.valid_until)


def end_token(work: Work, token_id: int) -> UserSession:
    """End a token at once: the program that shows it is nobody from now on.

    Raises:
        NotFound: there is no such token.
        RuleViolation: it was ended before.
    """
    row = _token(work, token_id)
    _end(work, row, Action.MANAGE_USERS)
    return row


def end_own_token(work: Work, account: UserAccount, token_id: int) -> UserSession:
    """End a token of `account` on its person's own wish, whoever issued it.

    Raises:
        NotFound: `account` has no such token.
        RuleViolation: it was ended before.
    """
    row = _token(work, token_id)
    if row.user_id != account.id:
        raise NotFound(_("没有这个令牌。"))
    _end(work, row, Action.CHANGE_OWN_ACCOUNT)
    return row


def _token(work: Work, token_id: int) -> UserSession:
    row = work.session.get(UserSession, token_id, with_for_update=True)
    if row is None or row.valid_until is None:
        raise NotFound(_("没有这个令牌。"))
    return row


def _end(work: Work, row: UserSession, action: Action) -> None:
    if row.ended_at is not None:
        raise RuleViolation(_("这个令牌已经结束。"))
    row.ended_at, row.ended_because = clock.machine_now(), "token"
    account = work.session.get_one(UserAccount, row.user_id)
    work.record(action, account, token_ended=row.id, program=row.device)
