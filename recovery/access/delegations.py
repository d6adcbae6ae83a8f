"""Limits of approvers, and who stands in for them while they are away."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from recovery.access.authority import EVERY_KIND
from recovery.access.models import ApprovalLimit, Delegation, UserAccount
from recovery.access.rights import Role, may
from recovery.kernel import links
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work

LONGEST = 92
"""Days that one delegation may last: three months."""


def set_limit(work: Work, account: UserAccount, kind: str, amount: Decimal) -> ApprovalLimit:
    """Let an approver decide requests of `kind` up to `amount` yuan, inclusive.

    Raises:
        RuleViolation: one's own limit, someone who decides nothing, or an unknown kind.
    """
    if account.id == work.actor.id:
        raise RuleViolation(_("不能设置自己的审批额度，请由另一位管理员办理。"))
    if not may(Role(account.role), Action.DECIDE_APPROVAL):
        raise RuleViolation(_("该人员的角色没有审批权限。"))
    if kind != EVERY_KIND and kind not in links.approval_kinds:
        raise RuleViolation(_("没有这类审批事项。"))
    if amount < 0:
        raise RuleViolation(_("审批额度不能为负数。"))
    row = work.session.scalars(
        select(ApprovalLimit).where(ApprovalLimit.user_id == account.id, ApprovalLimit.kind == kind)
    ).one_or_none()
    before = None if row is None else row.amount
    if row is None:
        row = work.add(ApprovalLimit(user_id=account.id, kind=kind, amount=amount))
    row.amount = amount
    work.record(Action.MANAGE_USERS, account, approval_limit=(before, amount), kind=kind)
    return row


@dataclass(frozen=True, slots=True)
class Absence:
    """When an approver is away, both days inclusive, and why."""

    first_day: date
    last_day: date
    reason: str


def delegate(
    work: Work, lender: UserAccount, delegate_to: UserAccount, absence: Absence
) -> Delegation:
    """Let another approver decide in the power of `lender` while that person is away.

    Raises:
        RuleViolation: to oneself, to someone who decides nothing, or on impossible days.
    """
    if lender.id == delegate_to.id:
        raise RuleViolation(_("不能委托给自己。"))
    if delegate_to.ended_at is not None or not may(Role(delegate_to.role), Action.DECIDE_APPROVAL):
        raise RuleViolation(_("只能委托给在用且有审批权限的人员。"))
    if absence.last_day < absence.first_day or absence.last_day < work.today:
        raise RuleViolation(_("最后一日不能早于第一日，也不能早于今天。"))
    if (absence.last_day - absence.first_day).days >= LONGEST:
        raise RuleViolation(_("一次委托最长 {days} 天。", days=LONGEST))
    row = work.add(
        Delegation(
            from_user_id=lender.id,
            to_user_id=delegate_to.id,
            first_day=absence.first_day,
            last_day=absence.last_day,
            reason=absence.reason.strip(),
            created_at=work.now,
        )
    )
    work.record(
        Action.DELEGATE_APPROVAL,
        row,
        lender=lender.username,
        to=delegate_to.username,
        first_day=absence.first_day,
        last_day=absence.last_day,
    )
    return row


def end_delegation(work: Work, row: Delegation) -> None:
    """End a delegation at once.

    Raises:
        RuleViolation: someone else's, and not an administrator's act.
    """
    if work.actor.id != row.from_user_id and work.actor.role != Role.ADMINISTRATOR:
        raise RuleViolation(_("只有委托人或管理员可以结束委托。"))
    if row.ended_at is None:
        row.ended_at = work.now
        work.record(Action.DELEGATE_APPROVAL, row, ended=(False, True))
