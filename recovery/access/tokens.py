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
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work


@dataclass(frozen=True, slots=True)
class Issued:
    """A token that was issued; it is kept nowhere else."""

    token: str
    valid_until: datetime


def issue_token(work: Work, account: UserAccount, name: str, *, days: int) -> Issued:
    """Issue a token of `account` for the program `name`, valid for `days`.

    Raises:
        RuleViolation: without a name, or the account has ended.
    """
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
