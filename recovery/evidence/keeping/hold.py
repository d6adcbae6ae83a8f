"""Holds for litigation (诉讼留存): while one stands, nothing of the loan is erased."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from recovery.evidence.keeping.models import LegalHold
from recovery.kernel.actions import Action
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import Scope, visible
from recovery.kernel.links import Registry
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.models import Loan

implied_holds: Registry[Callable[[Session, Sequence[int]], dict[int, Text]]] = Registry()
"""`(session, loan ids)` → why a loan is on hold by what a feature above knows (open files)."""


def holds_of(session: Session, loan_ids: Sequence[int]) -> dict[int, list[Text]]:
    """Return why each of these loans is on hold; loans that are not are left out."""
    found: dict[int, list[Text]] = {}
    rows = select(LegalHold).where(LegalHold.loan_id.in_(loan_ids), LegalHold.released_at.is_(None))
    for hold in session.scalars(rows):
        why = _("{who} 设置了诉讼留存：{reason}", who=hold.set_by, reason=hold.reason)
        found.setdefault(hold.loan_id, []).append(why)
    for one in implied_holds.all():
        for loan_id, why in one(session, loan_ids).items():
            found.setdefault(loan_id, []).append(why)
    return found


def refuse_on_hold(session: Session, loan_id: int | None) -> None:
    """Refuse an erasure while its loan is on hold.

    Raises:
        RuleViolation: with the first reason.
    """
    if loan_id is None:
        return
    reasons = holds_of(session, [loan_id]).get(loan_id)
    if reasons:
        raise RuleViolation(_("这笔贷款处于留存期，不能删除：{why}", why=str(reasons[0])))


def set_hold(work: Work, loan_id: int, reason: str) -> LegalHold:
    """Set a hold on a loan.

    Raises:
        NotFound: absent, or not for this actor to see.
        RuleViolation: without a reason.
        Conflict: one stands already.
    """
    loan = work.get(Loan, loan_id)
    if not reason.strip():
        raise RuleViolation(_("请写明留存的理由。"))
    standing = select(LegalHold).where(
        LegalHold.loan_id == loan.id, LegalHold.released_at.is_(None)
    )
    if work.session.scalars(standing).first() is not None:
        raise Conflict(_("这笔贷款已设置诉讼留存。"))
    hold = work.add(
        LegalHold(
            loan_id=loan.id,
            reason=reason.strip(),
            set_at=work.now,
            set_by=work.actor.name,
            released_at=None,
            released_by=None,
            release_reason=None,
            branch_id=loan.branch_id,
            owner_id=loan.owner_id,
            agency_id=loan.agency_id,
            package_id=loan.package_id,
        )
    )
    _tell(work, hold, loan, state="set", reason=hold.reason)
    return hold


def release_hold(work: Work, hold_id: int, reason: str) -> LegalHold:
    """Release a hold; it and its reasons stay on record.

    Raises:
        NotFound: absent, or not for this actor to see.
        RuleViolation: released already, or without a reason.
    """
    hold = work.get(LegalHold, hold_id)
    if hold.released_at is not None or not reason.strip():
        raise RuleViolation(_("请写明解除的理由；已解除的留存不能再次解除。"))
    hold.released_at, hold.released_by = work.now, work.actor.name
    hold.release_reason = reason.strip()
    loan = work.session.get(Loan, hold.loan_id)
    if loan is None:
        raise NotFound
    _tell(work, hold, loan, state="released", reason=hold.release_reason)
    return hold


def _tell(work: Work, hold: LegalHold, loan: Loan, *, state: str, reason: str) -> None:
    work.record(Action.CHANGE_HOLD, hold, state=state, loan=loan.id)
    fields = {
        "event": Action.CHANGE_HOLD.value,
        "state": state,
        "contract_no": loan.contract_no,
        "reason": reason,
        "by": work.actor.name,
    }
    work.register("event", hold, loan_id=loan.id, fields=fields)


def own_hold(session: Session, loan_id: int) -> LegalHold | None:
    """Return the hold that a person has set on a loan; the caller has passed the gate for it."""
    standing = select(LegalHold).where(
        LegalHold.loan_id == loan_id, LegalHold.released_at.is_(None)
    )
    return session.scalars(standing).one_or_none()


def standing_holds(scope: Scope) -> Select[*tuple[Any, ...]]:
    """Return the statement of the holds that stand, with their loans' numbers, newest first."""
    statement = (
        select(LegalHold, Loan.contract_no)
        .join(Loan, Loan.id == LegalHold.loan_id)
        .where(LegalHold.released_at.is_(None))
        .order_by(LegalHold.id.desc())
    )
    return visible(statement, LegalHold, scope)
