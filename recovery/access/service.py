"""People and places: accounts, passwords, branches, agencies."""

import os
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select

from recovery.access import passwords, rules, second_factor
from recovery.access.models import Agency, Branch, UserAccount
from recovery.access.rights import Role
from recovery.access.sessions import end_sessions
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work


@dataclass(frozen=True, slots=True)
class Handed:
    """An account and the one-time password to hand to its person; the password is kept nowhere."""

    account: UserAccount
    one_time_password: str


def create_user(
    work: Work,
    username: str,
    *,
    role: Role,
    name: str,
    branch: Branch | None = None,
    agency: Agency | None = None,
    language: str = "zh",
) -> Handed:
    """Make an account with a one-time password, which its person must change.

    Raises:
        RuleViolation: the name is taken or unreadable, or the role needs a branch or an agency.
    """
    username = rules.normal_username(username)
    _check_new_name(work, username)
    _check_place(role, branch, agency)
    account = UserAccount(
        row_uuid=os.urandom(16),
        username=username,
        name=name.strip() or username,
        role=role.value,
        branch_id=branch.id if branch else None,
        agency_id=agency.id if agency else None,
        language=language,
        created_at=work.now,
    )
    password = _give_one_time_password(work, account)
    work.add(account)
    work.record(
        Action.MANAGE_USERS,
        account,
        username=username,
        role=role.value,
        branch=account.branch_id,
        agency=account.agency_id,
    )
    return Handed(account, password)


def _give_one_time_password(work: Work, account: UserAccount) -> str:
    """Give an account a new password that its person must change in time; return it."""
    password = passwords.new_one_time_password()
    account.password_hash = passwords.hashed(password)
    account.must_change_password = True
    account.one_time_last_day = work.today + timedelta(days=rules.ONE_TIME_DAYS)
    return password


def _check_new_name(work: Work, username: str) -> None:
    """Refuse a user name that is unreadable or taken."""
    fault = rules.username_fault(username)
    if fault is not None:
        raise RuleViolation(fault)
    taken = select(UserAccount.id).where(UserAccount.username == username)
    if work.session.scalar(taken) is not None:
        raise RuleViolation(
            _("用户名 {username} 已有人使用（含已停用的账户）。", username=username)
        )


def _check_place(role: Role, branch: Branch | None, agency: Agency | None) -> None:
    """Refuse an account whose role would see nothing, or more than it should."""
    if role in {Role.COUNSEL, Role.COLLECTOR} and branch is None:
        raise RuleViolation(_("法务人员和催收人员须指定所属机构。"))
    if (role is Role.AGENCY_USER) != (agency is not None):
        raise RuleViolation(_("委外机构人员须指定委外机构；其他角色不得指定。"))
    if role in {Role.AGENCY_USER, Role.EXTERNAL_AUDITOR} and branch is not None:
        raise RuleViolation(_("委外机构人员和外部审计不属于任何机构。"))


def change_user(
    work: Work,
    account: UserAccount,
    *,
    name: str,
    role: Role,
    branch: Branch | None,
    agency: Agency | None,
) -> None:
    """Change an account's name, role and place; a changed role or place ends its sessions.

    Raises:
        RuleViolation: an own account, or a role without its place.
    """
    if account.id == work.actor.id:
        raise RuleViolation(_("不能修改自己的角色或所属机构，请由另一位管理员办理。"))
    _check_place(role, branch, agency)
    after = {
        "name": name.strip() or account.username,
        "role": role.value,
        "branch_id": branch.id if branch else None,
        "agency_id": agency.id if agency else None,
    }
    changes = {
        field: (getattr(account, field), value)
        for field, value in after.items()
        if getattr(account, field) != value
    }
    if not changes:
        return
    for field, (_before, value) in changes.items():
        setattr(account, field, value)
    if changes.keys() - {"name"}:
        end_sessions(work, account, because="account")
    shown = {field: pair for field, pair in changes.items() if field != "name"}
    work.record(Action.MANAGE_USERS, account, reason=None, **shown, name_changed="name" in changes)


def end_user(work: Work, account: UserAccount) -> None:
    """End an account: nobody signs in with it any more; what it did stays under its name.

    Raises:
        RuleViolation: one's own account, or the last administrator.
    """
    if account.id == work.actor.id:
        raise RuleViolation(_("不能停用自己的账户，请由另一位管理员办理。"))
    if account.role == Role.ADMINISTRATOR and not _other_administrator(work, account):
        raise RuleViolation(_("这是最后一位管理员，不能停用。"))
    if account.ended_at is None:
        account.ended_at = work.now
        end_sessions(work, account, because="account")
        work.record(Action.MANAGE_USERS, account, ended=(False, True))


def _other_administrator(work: Work, account: UserAccount) -> bool:
    """Return whether someone else still administers."""
    others = select(UserAccount.id).where(
        UserAccount.role == Role.ADMINISTRATOR,
        UserAccount.ended_at.is_(None),
        UserAccount.id != account.id,
    )
    return work.session.scalar(others.limit(1)) is not None


def reopen_user(work: Work, account: UserAccount) -> str:
    """Let an ended account sign in again; return its new one-time password."""
    if account.ended_at is not None:
        account.ended_at = None
        work.record(Action.MANAGE_USERS, account, ended=(True, False))
    return reset_password(work, account)


def reset_password(work: Work, account: UserAccount) -> str:
    """Give an account a new one-time password and end its sessions; return the password.

    Raises:
        RuleViolation: one's own account, which changes its password itself.
    """
    if account.id == work.actor.id:
        raise RuleViolation(_("请在“我的账户”中修改自己的密码。"))
    password = _give_one_time_password(work, account)
    end_sessions(work, account, because="password")
    work.record(Action.RESET_PASSWORD, account)
    return password


def reset_second_factor(work: Work, account: UserAccount) -> None:
    """Take a lost second factor from an account; its person sets up a new one.

    Raises:
        RuleViolation: one's own account, which turns it off with its password.
    """
    if account.id == work.actor.id:
        raise RuleViolation(_("请在“我的账户”中停用自己的动态口令。"))
    second_factor.turn_off(work, account)
    end_sessions(work, account, because="account")
    work.record(Action.RESET_PASSWORD, account, second_factor=(True, False))


def change_password(
    work: Work, account: UserAccount, *, current: str, new: str, session_id: int | None
) -> None:
    """Replace one's own password and end one's other sessions.

    Raises:
        RuleViolation: the current password is wrong, or the new one too weak or the same.
    """
    check_password(account, current)
    fault = rules.password_fault(new, username=account.username, name=account.name)
    if fault is not None:
        raise RuleViolation(fault)
    if new == current:
        raise RuleViolation(_("新密码不得与现密码相同。"))
    account.password_hash = passwords.hashed(new)
    account.must_change_password = False
    account.one_time_last_day = None
    end_sessions(work, account, because="password", keep=session_id)
    work.record(Action.CHANGE_OWN_ACCOUNT, account, own_password="changed")  # noqa: S106


def check_password(account: UserAccount, typed: str) -> None:
    """Refuse when `typed` is not the account's password.

    Raises:
        RuleViolation: it is not.
    """
    if not passwords.is_password(account.password_hash, typed[: rules.LONGEST_PASSWORD]):
        raise RuleViolation(_("现密码不正确。"))


def stop_second_factor(work: Work, account: UserAccount, *, password: str) -> None:
    """Turn one's own second factor off.

    Raises:
        RuleViolation: the password is wrong.
    """
    check_password(account, password)
    second_factor.turn_off(work, account)
    work.record(Action.CHANGE_OWN_ACCOUNT, account, second_factor=(True, False))


def create_branch(work: Work, code: str, name: str) -> Branch:
    """Add a branch.

    Raises:
        RuleViolation: the code is blank or taken.
    """
    code, name = code.strip(), name.strip()
    _check_unique(work, select(Branch.id).where(Branch.code == code), code, name)
    branch = work.add(Branch(code=code, name=name))
    work.record(Action.MANAGE_BRANCHES, branch, code=code, name=name)
    return branch


def rename_branch(work: Work, branch: Branch, name: str) -> None:
    """Give a branch another name; its code stays.

    Raises:
        RuleViolation: the name is blank.
    """
    _check_named(name)
    if branch.name != name.strip():
        work.record(Action.MANAGE_BRANCHES, branch, name=(branch.name, name.strip()))
        branch.name = name.strip()


def create_agency(work: Work, name: str) -> Agency:
    """Add a collection agency.

    Raises:
        RuleViolation: the name is blank or taken.
    """
    name = name.strip()
    _check_unique(work, select(Agency.id).where(Agency.name == name), name, name)
    agency = work.add(Agency(name=name))
    work.record(Action.MANAGE_BRANCHES, agency, name=name)
    return agency


def rename_agency(work: Work, agency: Agency, name: str) -> None:
    """Give an agency another name.

    Raises:
        RuleViolation: the name is blank or taken by another.
    """
    name = name.strip()
    taken = select(Agency.id).where(Agency.name == name, Agency.id != agency.id)
    _check_unique(work, taken, name, name)
    if agency.name != name:
        work.record(Action.MANAGE_BRANCHES, agency, name=(agency.name, name))
        agency.name = name


def _check_named(*names: str) -> None:
    """Refuse a blank name or code."""
    if not all(name.strip() for name in names):
        raise RuleViolation(_("名称和编号不能为空。"))


def _check_unique(work: Work, taken: Select[int], key: str, name: str) -> None:
    """Refuse a blank name, and a key that another row has."""
    _check_named(key, name)
    if work.session.scalar(taken) is not None:
        raise RuleViolation(_("“{taken}”已存在。", taken=key))
