"""Engagements of external auditors: what they may read, from which day to which."""

from dataclasses import dataclass
from datetime import date

from recovery.access.identity import scope_of
from recovery.access.models import Branch, Engagement, EngagementPart, UserAccount
from recovery.access.rights import Role
from recovery.access.sessions import end_sessions
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import NOTHING
from recovery.kernel.text import _
from recovery.kernel.work import Work


@dataclass(frozen=True, slots=True)
class Terms:
    """What an engagement opens, and when; both days are inclusive."""

    purpose: str
    first_day: date
    last_day: date
    branches: frozenset[int] = frozenset()
    packages: frozenset[int] = frozenset()


def create_engagement(work: Work, auditor: UserAccount, terms: Terms) -> Engagement:
    """Open branches or packages to an external auditor for a while.

    Raises:
        RuleViolation: not an external auditor, days the wrong way round or past, nothing opened.
    """
    _check_terms(work, auditor, terms)
    engagement = work.add(
        Engagement(
            user_id=auditor.id,
            purpose=terms.purpose.strip(),
            first_day=terms.first_day,
            last_day=terms.last_day,
            created_at=work.now,
        )
    )
    for branch_id in sorted(terms.branches):
        work.add(EngagementPart(engagement_id=engagement.id, branch_id=branch_id))
    for package_id in sorted(terms.packages):
        work.add(EngagementPart(engagement_id=engagement.id, package_id=package_id))
    work.record(
        Action.MANAGE_ENGAGEMENTS,
        engagement,
        auditor=auditor.username,
        first_day=terms.first_day,
        last_day=terms.last_day,
        branches=sorted(terms.branches),
        packages=sorted(terms.packages),
    )
    return engagement


def _check_terms(work: Work, auditor: UserAccount, terms: Terms) -> None:
    """Refuse terms that open nothing, or to the wrong person, or at no time."""
    if auditor.role != Role.EXTERNAL_AUDITOR or auditor.ended_at is not None:
        raise RuleViolation(_("只有在用的外部审计账户可以登记审计委托。"))
    if terms.last_day < terms.first_day:
        raise RuleViolation(_("最后一日不能早于第一日。"))
    if terms.last_day < work.today:
        raise RuleViolation(_("最后一日已经过去。"))
    if not terms.branches and not terms.packages:
        raise RuleViolation(_("请至少选择一个机构或一个资产包。"))
    if not terms.purpose.strip():
        raise RuleViolation(_("请写明审计事由。"))
    known = {id_ for id_ in terms.branches if work.session.get(Branch, id_) is not None}
    if known != terms.branches:
        raise RuleViolation(_("所选机构不存在。"))


def end_engagement(work: Work, engagement: Engagement) -> None:
    """End an engagement before its last day, at once; where it was the only one, sign-ins too."""
    if engagement.ended_at is not None:
        return
    engagement.ended_at = work.now
    work.session.flush()
    auditor = work.session.get_one(UserAccount, engagement.user_id)
    if scope_of(work.session, auditor, work.today) == NOTHING:
        end_sessions(work, auditor, because="account")
    work.record(Action.MANAGE_ENGAGEMENTS, engagement, ended=(False, True))
