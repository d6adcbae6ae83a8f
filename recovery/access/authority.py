"""In whose power a person may decide a request: their own, or that of whom they stand in for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from recovery.access.identity import joined, scope_of
from recovery.access.models import ApprovalLimit, ApprovalRequest, Delegation, UserAccount
from recovery.access.rights import Role, may
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.text import _

EVERY_KIND = "*"
"""The kind of a limit that holds for every kind without one of its own."""


@dataclass(frozen=True, slots=True)
class Power:
    """What one approver may decide: records in `scope`, up to the limit of each kind."""

    user_id: int
    name: str
    scope: Scope
    limits: dict[str, Decimal]

    def limit_for(self, kind: str) -> Decimal | None:
        """Return the highest amount for a kind, inclusive; None: nothing of this kind."""
        return self.limits.get(kind, self.limits.get(EVERY_KIND))

    def reaches(self, kind: str, amount: Decimal | None) -> bool:
        """Return whether the limit covers `amount`; what moves no money needs no limit."""
        if amount is None:
            return True
        limit = self.limit_for(kind)
        return limit is not None and amount <= limit

    def sees(self, request: ApprovalRequest) -> bool:
        """Return whether the request lies in the scope."""
        scope = self.scope
        return (
            scope.everything
            or request.branch_id in scope.branches
            or request.package_id in scope.packages
        )


def powers_of(session: Session, actor: Actor, today: date) -> list[Power]:
    """Return the powers that `actor` holds on the day `today`: the own one first.

    A delegate uses the power of who is absent, never one that was lent to that person.
    """
    if actor.id is None:
        return []
    lenders = select(Delegation.from_user_id).where(
        Delegation.to_user_id == actor.id,
        Delegation.first_day <= today,
        Delegation.last_day >= today,
        Delegation.ended_at.is_(None),
    )
    people = session.scalars(
        select(UserAccount).where(
            or_(UserAccount.id == actor.id, UserAccount.id.in_(lenders)),
            UserAccount.ended_at.is_(None),
        )
    ).all()
    deciders = [one for one in people if may(Role(one.role), Action.DECIDE_APPROVAL)]
    deciders.sort(key=lambda one: (one.id != actor.id, one.id))
    if not deciders or deciders[0].id != actor.id:
        return []
    return [_power(session, one, today) for one in deciders]


def _power(session: Session, account: UserAccount, today: date) -> Power:
    """Return the power of one approver."""
    limits = session.execute(
        select(ApprovalLimit.kind, ApprovalLimit.amount).where(ApprovalLimit.user_id == account.id)
    ).all()
    scope = scope_of(session, account, today)
    return Power(account.id, account.name, scope, dict(limits))


def decision_scope(actor: Actor, powers: Iterable[Power]) -> Scope:
    """Return what `actor` sees when deciding: the own scope and those that were lent."""
    return joined([actor.scope, *(power.scope for power in powers)])


def power_over(request: ApprovalRequest, actor: Actor, powers: list[Power]) -> Power:
    """Return the power in which `actor` may decide `request`.

    Raises:
        RuleViolation: one's own request, or no power that reaches it.
    """
    if request.requested_by == actor.id:
        raise RuleViolation(_("不能审批自己提交的申请。"))
    seeing = [power for power in powers if power.sees(request)]
    others = [power for power in seeing if power.user_id != request.requested_by]
    if seeing and not others:
        raise RuleViolation(_("不能以申请人本人的权限审批该申请人提交的申请。"))
    for power in others:
        if power.reaches(request.kind, request.amount):
            return power
    raise RuleViolation(_("金额超出您的审批额度，或没有这类事项的审批额度。"))
