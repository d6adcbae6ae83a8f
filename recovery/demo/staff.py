"""The people of the synthetic lender: branches, agencies, and a user for each role."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from flask import current_app
from sqlalchemy import select

from recovery.access import passwords, queries, service
from recovery.access.authority import EVERY_KIND
from recovery.access.delegations import set_limit
from recovery.access.engagements import Terms, create_engagement
from recovery.access.models import Agency, Branch, UserAccount
from recovery.access.rights import Role
from recovery.demo.lean import Staff
from recovery.demo.places import AGENCIES, PLACES
from recovery.kernel.db import db
from recovery.kernel.work import Work

APPROVER_LIMIT = Decimal("1000000.00")
"""Yuan up to which the approver of the demonstration decides."""

COLLECTOR_OF = "cuishou"
"""Collectors are called by this and the code of their branch."""


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A person of the demonstration; branch and agency are places in their lists."""

    username: str
    name: str
    role: Role
    branch: int | None = None
    agency: int | None = None


USERS = (
    DemoUser("admin", "管理员甲", Role.ADMINISTRATOR),
    DemoUser("fawu", "林法务", Role.COUNSEL, branch=0),
    DemoUser("cuishou", "周催收", Role.COLLECTOR, branch=0),
    DemoUser("zichan", "陈资产", Role.ASSET_MANAGER),
    DemoUser("shenpi", "吴审批", Role.APPROVER),
    DemoUser("shenji", "郑审计", Role.AUDITOR),
    DemoUser("waishen", "何外审", Role.EXTERNAL_AUDITOR),
    DemoUser("weiwai", "孙委外", Role.AGENCY_USER, agency=0),
)


def password_of(username: str) -> str:
    """Return the password of a demo user: its own in each installation, and always the same."""
    secret = current_app.config["SECRET_KEY"]
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    digest = hmac.digest(key, f"demo user {username}".encode(), hashlib.sha256).hex()
    return "-".join(digest[start : start + 4] for start in range(0, 16, 4))


def hire(work: Work) -> Staff:
    """Make branches, agencies and people where they are missing."""
    branches = [
        _branch(work, place.code) or service.create_branch(work, place.code, place.name)
        for place in PLACES
    ]
    agencies = [_agency(work, name) or service.create_agency(work, name) for name in AGENCIES]
    accounts = {
        user.username: _account(work, user, branches, agencies)
        for user in (*USERS, *_branch_collectors())
    }
    _engage(work, accounts["waishen"], branches[:2])
    if not queries.limits(work.session, accounts["shenpi"].id):
        set_limit(work, accounts["shenpi"], EVERY_KIND, APPROVER_LIMIT)
    collectors = [accounts[user.username].id for user in _branch_collectors()]
    return Staff(
        branches=tuple(branch.id for branch in branches),
        owners=(accounts["cuishou"].id, *collectors),
        agencies=tuple(agency.id for agency in agencies),
        counsel=accounts["fawu"].id,
    )


def _engage(work: Work, auditor: UserAccount, branches: list[Branch]) -> None:
    """Let the external auditor read two branches for a year, unless a mandate stands already."""
    if queries.engagements(work.session, auditor.id):
        return
    last_day = work.today + timedelta(days=365)
    opened = frozenset(branch.id for branch in branches)
    create_engagement(work, auditor, Terms("年度专项审计", work.today, last_day, opened))


def _branch_collectors() -> list[DemoUser]:
    """Return a collector for each branch but the first, whose collector is among `USERS`."""
    return [
        DemoUser(
            f"{COLLECTOR_OF}.{place.code.lower()}", f"{place.name[:2]}催收", Role.COLLECTOR, at
        )
        for at, place in enumerate(PLACES)
        if at
    ]


def _branch(work: Work, code: str) -> Branch | None:
    return work.session.scalar(select(Branch).where(Branch.code == code))


def _agency(work: Work, name: str) -> Agency | None:
    return work.session.scalar(select(Agency).where(Agency.name == name))


def _account(
    work: Work, user: DemoUser, branches: list[Branch], agencies: list[Agency]
) -> UserAccount:
    """Return the account of a demo user, made with the password that the demonstration prints."""
    known = work.session.scalar(select(UserAccount).where(UserAccount.username == user.username))
    if known is not None:
        return known
    account = service.create_user(
        work,
        user.username,
        role=user.role,
        name=user.name,
        branch=None if user.branch is None else branches[user.branch],
        agency=None if user.agency is None else agencies[user.agency],
    ).account
    account.password_hash = passwords.hashed(password_of(user.username))
    account.must_change_password = False
    account.one_time_last_day = None
    return account


def listed_passwords() -> list[tuple[DemoUser, str | None]]:
    """Return the demo users with their passwords; None for one who has changed it, or has ended."""
    names = [user.username for user in USERS]
    rows = db.session.scalars(select(UserAccount).where(UserAccount.username.in_(names)))
    accounts = {row.username: row for row in rows}
    return [(user, _still(accounts[user.username])) for user in USERS if user.username in accounts]


def _still(account: UserAccount) -> str | None:
    """Return the password of the demonstration if it still opens the account."""
    password = password_of(account.username)
    opens = account.ended_at is None and passwords.is_password(account.password_hash, password)
    return password if opens else None
