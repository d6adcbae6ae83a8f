"""Sign-in, sessions and their end.

A sign-in is several short transactions, because the slow comparison of a password must not hold
the writer. An attempt is counted before it is compared, so that many at once gain nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from recovery.access import passwords, rules, second_factor
from recovery.access.identity import actor_of, is_open
from recovery.access.models import UserAccount, UserSession
from recovery.access.throttle import Origin, count_attempt, forgive
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work, system_work, work_as


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened: its token goes to the browser and is kept nowhere else."""

    token: str
    awaits_code: bool
    """Whether the second factor is still to be shown."""


class Refused(RuleViolation):
    """The attempt failed. One sentence for every reason, so that it tells nothing."""


def sign_in(username: str, password: str, *, origin: Origin, now: datetime, today: date) -> Opened:
    """Open a session for who knows the password; it awaits the code where there is one.

    `now` is the machine's moment, which timeouts count from; `today` the business day.

    Raises:
        Throttled: too many attempts failed on this account or from this address.
        Refused: unknown, wrong or ended, without saying which.
    """
    name = rules.normal_username(username)
    with system_work("sign-in", now=now) as work:
        count_attempt(work, name, origin)
    account = _account_named(db.session(), name)
    known = account.password_hash if account else passwords.nobodys_hash()
    right = passwords.is_password(known, password[: rules.LONGEST_PASSWORD])
    if account is None or not right or not _may_enter(account, today):
        _record_refusal(account, "password", origin, now)
        raise Refused(_("用户名或密码不正确。"))
    renewed = passwords.hashed(password) if passwords.is_outdated(account.password_hash) else None
    with work_as(actor_of(db.session(), account, today), now=now) as work:
        row = work.session.get_one(UserAccount, account.id)
        row.password_hash = renewed or row.password_hash
        opened = start_session(work, row, origin)
        if not opened.awaits_code:
            forgive(work, name, origin)
    return opened


def _account_named(session: Session, username: str) -> UserAccount | None:
    """Return the account of a user name, ended ones included."""
    return session.scalars(
        select(UserAccount).where(UserAccount.username == username)
    ).one_or_none()


def _may_enter(account: UserAccount, today: date) -> bool:
    """Return whether the account goes on and its one-time password, if it is one, still holds."""
    in_time = account.one_time_last_day is None or today <= account.one_time_last_day
    return account.ended_at is None and in_time


def _record_refusal(account: UserAccount | None, step: str, origin: Origin, now: datetime) -> None:
    """Keep the refused attempt; what was typed as a name is not kept, it may be a password."""
    with system_work("sign-in", now=now) as work:
        work.record(
            Action.SIGN_IN_REFUSED,
            account,
            step=step,
            network=rules.network_of(origin.address),
        )


def start_session(work: Work, account: UserAccount, origin: Origin) -> Opened:
    """Open a session of `account`; with a second factor, one that awaits its code."""
    awaits_code = account.totp_confirmed_at is not None
    token, row = _new_session(work, account, origin)
    if not awaits_code:
        row.verified_at = work.now
        work.record(Action.SIGN_IN, account, session=row.id, network=row.network)
    return Opened(token, awaits_code)


def _new_session(work: Work, account: UserAccount, origin: Origin) -> tuple[str, UserSession]:
    """Add a session that is not yet verified; return its token and its row."""
    token = passwords.new_token()
    row = UserSession(
        token_digest=passwords.digest(token),
        user_id=account.id,
        started_at=work.now,
        last_seen_at=work.now,
        network=rules.network_of(origin.address),
        device=rules.device_of(origin.user_agent),
    )
    return token, work.add(row)


def awaiting(session: Session, token: str, now: datetime) -> UserAccount | None:
    """Return whose code the session of `token` awaits; None when it awaits none any more."""
    found = session.execute(
        select(UserSession, UserAccount)
        .join(UserAccount, UserAccount.id == UserSession.user_id)
        .where(
            UserSession.token_digest == passwords.digest(token),
            UserSession.verified_at.is_(None),
            UserSession.started_at > now - rules.SECOND_FACTOR_WAIT,
        )
    ).one_or_none()
    if found is None:
        return None
    opened, account = found
    return account if is_open(opened, account, opened.last_seen_at, now) else None


def show_code(token: str, typed: str, *, origin: Origin, now: datetime, today: date) -> Opened:
    """Open the session of who showed the second factor, under a new token.

    Raises:
        NotFound: no code is awaited; the password has to be given again.
        Throttled: too many attempts failed.
        Refused: the code is wrong or was used before.
    """
    account = awaiting(db.session(), token, now)
    if account is None:
        raise NotFound(_("等待动态口令的时间已过，请重新登录。"))
    with system_work("sign-in", now=now) as work:
        count_attempt(work, account.username, origin)
    with work_as(actor_of(db.session(), account, today), now=now) as work:
        row = work.session.get_one(UserAccount, account.id)
        right = second_factor.accepts(work, row, typed)
        if right:
            end_session(work, token, because="rotated")
            fresh, opened = _new_session(work, row, origin)
            opened.verified_at = now
            work.record(Action.SIGN_IN, row, session=opened.id, network=opened.network)
            forgive(work, row.username, origin)
    if not right:
        _record_refusal(account, "code", origin, now)
        raise Refused(_("动态口令不正确。"))
    return Opened(fresh, awaits_code=False)


def end_session(work: Work, token: str, *, because: str) -> None:
    """End the session of `token`, if it is not over."""
    work.session.execute(
        update(UserSession)
        .where(UserSession.token_digest == passwords.digest(token), UserSession.ended_at.is_(None))
        .values(ended_at=work.now, ended_because=because)
    )


def sign_out(work: Work, token: str) -> None:
    """End the session of this browser."""
    end_session(work, token, because="sign_out")
    work.record(Action.SIGN_OUT, work.session.get(UserAccount, work.actor.id))


def sign_out_everywhere(work: Work, account: UserAccount, *, keep: int | None = None) -> int:
    """End every session of `account` but the one numbered `keep`; return how many."""
    ended = end_sessions(work, account, because="everywhere", keep=keep)
    work.record(Action.SIGN_OUT_EVERYWHERE, account, sessions=ended)
    return ended


def end_sessions(work: Work, account: UserAccount, *, because: str, keep: int | None = None) -> int:
    """End the sessions of `account` but the one numbered `keep`; return how many."""
    statement = update(UserSession).where(
        UserSession.user_id == account.id, UserSession.ended_at.is_(None)
    )
    if keep is not None:
        statement = statement.where(UserSession.id != keep)
    ended = work.session.execute(statement.values(ended_at=work.now, ended_because=because))
    return int(ended.rowcount)  # type: ignore[attr-defined]
