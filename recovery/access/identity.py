"""Who a request comes from, what they may do and what they may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access import rules
from recovery.access.models import Engagement, EngagementPart, UserAccount, UserSession
from recovery.access.passwords import digest
from recovery.access.rights import OWN_ACCOUNT, ROLE_NAMES, Role, may
from recovery.kernel.actions import Action
from recovery.kernel.gate import EVERYTHING, NOTHING, Actor, Scope
from recovery.kernel.text import Text


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person of this request, as Flask-Login's `current_user`."""

    id: int
    username: str
    name: str
    role: Role
    language: str
    scope: Scope
    session_id: int
    must_change_password: bool
    has_second_factor: bool

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the account's number, as Flask-Login asks for it."""
        return str(self.id)

    @property
    def role_label(self) -> Text:
        """What this person is here for, in words."""
        return ROLE_NAMES[self.role]

    @property
    def actor(self) -> Actor:
        """This person as the one who acts in a unit of work."""
        return Actor(id=self.id, name=self.username, role=self.role.value, scope=self.scope)

    def may(self, action: Action) -> bool:
        """Return whether the rights table lets this person do `action`, on this day."""
        if self.role is Role.EXTERNAL_AUDITOR and self.scope == NOTHING:
            return action in OWN_ACCOUNT
        return may(self.role, action)


def person_of_token(
    session: Session,
    token: str,
    noted: Callable[[int], datetime | None],
    *,
    now: datetime,
    today: date,
) -> SignedIn | None:
    """Return whose live, verified session `token` opens; None when it opens none.

    `noted` says when a session was last seen, where that is not yet written. `now` is the
    machine's moment, which timeouts count from; `today` the business day, which scopes depend on.
    """
    found = _live(session, token, noted, now)
    if found is None or found[0].valid_until is not None:
        return None
    return _signed_in(session, *found, today)


def person_of_program(
    session: Session, token: str, *, now: datetime, today: date
) -> SignedIn | None:
    """Return in whose name a program acts that shows `token`; None where it opens nothing."""
    found = _live(session, token, lambda _number: None, now)
    if found is None or found[0].valid_until is None:
        return None
    # A program cannot choose a password; its token was issued by who manages the accounts.
    return replace(_signed_in(session, *found, today), must_change_password=False)


def _live(
    session: Session, token: str, noted: Callable[[int], datetime | None], now: datetime
) -> tuple[UserSession, UserAccount] | None:
    """Return the session of a token and its account, if neither has ended."""
    row = session.execute(
        select(UserSession, UserAccount)
        .join(UserAccount, UserAccount.id == UserSession.user_id)
        .where(UserSession.token_digest == digest(token))
    ).one_or_none()
    if row is None:
        return None
    opened, account = row
    last_seen = max(opened.last_seen_at, noted(opened.id) or opened.last_seen_at)
    if opened.verified_at is None or not is_open(opened, account, last_seen, now):
        return None
    return opened, account


def _signed_in(
    session: Session, opened: UserSession, account: UserAccount, today: date
) -> SignedIn:
    return SignedIn(
        id=account.id,
        username=account.username,
        name=account.name,
        role=Role(account.role),
        language=account.language,
        scope=scope_of(session, account, today),
        session_id=opened.id,
        must_change_password=account.must_change_password,
        has_second_factor=account.totp_confirmed_at is not None,
    )


def is_open(
    opened: UserSession, account: UserAccount, last_seen_at: datetime, now: datetime
) -> bool:
    """Return whether neither the session nor the account has ended at `now`."""
    if opened.ended_at is not None or account.ended_at is not None:
        return False
    if opened.valid_until is not None:
        return now < opened.valid_until
    return rules.session_is_live(started_at=opened.started_at, last_seen_at=last_seen_at, now=now)


def actor_of(session: Session, account: UserAccount, today: date) -> Actor:
    """Return the person of `account` as the one who acts, for a job or command in their name."""
    scope = scope_of(session, account, today)
    return Actor(id=account.id, name=account.username, role=account.role, scope=scope)


def scope_of(session: Session, account: UserAccount, today: date) -> Scope:
    """Return which records the person of `account` may see on the day `today`."""
    role, branch = Role(account.role), account.branch_id
    own_branch = frozenset() if branch is None else frozenset({branch})
    if role in {Role.ADMINISTRATOR, Role.AUDITOR}:
        return EVERYTHING
    if role in {Role.APPROVER, Role.ASSET_MANAGER}:
        return Scope(branches=own_branch) if own_branch else EVERYTHING
    if role is Role.COUNSEL:
        return Scope(branches=own_branch, owner_id=account.id)
    if role is Role.COLLECTOR:
        return Scope(branches=own_branch)
    if role is Role.AGENCY_USER:
        return Scope(agency_id=account.agency_id)
    return _engaged_scope(session, account.id, today)


def _engaged_scope(session: Session, user_id: int, today: date) -> Scope:
    """Return what the external auditor's live engagements open."""
    parts = session.execute(
        select(EngagementPart.branch_id, EngagementPart.package_id)
        .join(Engagement, Engagement.id == EngagementPart.engagement_id)
        .where(
            Engagement.user_id == user_id,
            Engagement.first_day <= today,
            Engagement.last_day >= today,
            Engagement.ended_at.is_(None),
        )
    ).all()
    return Scope(
        branches=_numbers(branch for branch, _package in parts),
        packages=_numbers(package for _branch, package in parts),
    )


def _numbers(values: Iterable[int | None]) -> frozenset[int]:
    """Return the numbers that are there."""
    return frozenset(value for value in values if value is not None)


def joined(scopes: Iterable[Scope]) -> Scope:
    """Return a scope that sees what any of `scopes` sees (branches, packages, everything)."""
    every = list(scopes)
    return Scope(
        everything=any(scope.everything for scope in every),
        branches=frozenset().union(*(scope.branches for scope in every)),
        owner_id=next((s.owner_id for s in every if s.owner_id is not None), None),
        agency_id=next((s.agency_id for s in every if s.agency_id is not None), None),
        packages=frozenset().union(*(scope.packages for scope in every)),
    )
