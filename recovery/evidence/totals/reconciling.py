"""The monthly reconciliation (月度对账): drawn up by one, signed off by another, registered."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence_store import jcs
from recovery.access.approvals import pending_on, request_approval
from recovery.evidence.totals.ledger import Figures
from recovery.evidence.totals.models import ControlDifference, ControlTotal, Reconciliation
from recovery.evidence.totals.rules import days_of, month_end
from recovery.evidence.totals.service import compare_again, figures_of_days
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.errors import Conflict, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work

DRAFTED, SIGNED = "drafted", "signed"
APPROVAL = "evidence.reconciliation"
"""Kind of the second person's approval."""


def figures_of_month(session: Session, month: date) -> Figures:
    """Return our figures of a month as they are now; read before the unit of work."""
    first = month.replace(day=1)
    return figures_of_days(session, first, month_end(first))


def prepare_reconciliation(
    work: Work, month: date, ours: Figures, *, reason: str
) -> Reconciliation:
    """Draw up the reconciliation of a month and ask a second person to sign it.

    `ours` are our figures of the month (`figures_of_month`).

    Raises:
        RuleViolation: the month is not over, or nothing was entered for it.
        Conflict: one of the same month waits for its signature.
    """
    first, last = month.replace(day=1), month_end(month.replace(day=1))
    if last >= work.today:
        raise RuleViolation(_("{month} 尚未结束，不能对账。", month=f"{first:%Y-%m}"))
    if _is_waiting(work.session, first):
        raise Conflict(_("{month} 的对账正在等待签署。", month=f"{first:%Y-%m}"))
    compare_again(work, first, last, ours)
    work.session.flush()
    figures = figures_of(work.session, first)
    numbers = select(func.max(Reconciliation.number)).where(Reconciliation.month == first)
    made = work.add(
        Reconciliation(
            month=first,
            number=(work.session.scalar(numbers) or 0) + 1,
            state=DRAFTED,
            figures=figures,
            digest=digest_of(figures),
            prepared_at=work.now,
            prepared_by=work.actor.name,
            signed_at=None,
            signed_by=None,
        )
    )
    work.record(Action.CHANGE_TOTALS, made, month=f"{first:%Y-%m}", digest=made.digest)
    request_approval(work, APPROVAL, made, reason=reason)
    return made


def _is_waiting(session: Session, month: date) -> bool:
    """Tell whether a reconciliation of the month is before the second person."""
    drafted = select(Reconciliation.id).where(
        Reconciliation.month == month, Reconciliation.state == DRAFTED
    )
    table = Reconciliation.__tablename__
    return any(pending_on(session, table, number) for number in session.scalars(drafted))


def digest_of(figures: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical figures of a reconciliation."""
    return hashlib.sha256(jcs.canonical(figures)).hexdigest()


def figures_of(session: Session, month: date) -> dict[str, Any]:
    """Return what a reconciliation says: coverage, both sides at the end, differences.

    Raises:
        RuleViolation: no total was entered for any day of the month.
    """
    last = month_end(month)
    rows = session.execute(
        select(ControlTotal, ControlDifference)
        .outerjoin(ControlDifference, ControlDifference.total_id == ControlTotal.id)
        .where(ControlTotal.day.between(month, last), ControlTotal.superseded_at.is_(None))
        .order_by(ControlTotal.source, ControlTotal.measure, ControlTotal.scope, ControlTotal.day)
    ).all()
    if not rows:
        raise RuleViolation(_("{month} 没有录入任何外部总数。", month=f"{month:%Y-%m}"))
    groups: dict[tuple[str, str, str], list[tuple[ControlTotal, ControlDifference | None]]] = {}
    for total, difference in rows:
        groups.setdefault((total.source, total.measure, total.scope), []).append(
            (total, difference)
        )
    return {
        "month": f"{month:%Y-%m}",
        "lines": [_line(key, group, month) for key, group in groups.items()],
        "open_differences": [
            _told(total, one) for total, one in rows if one is not None and one.closed_at is None
        ],
    }


def _line(
    key: tuple[str, str, str],
    group: Sequence[tuple[ControlTotal, ControlDifference | None]],
    month: date,
) -> dict[str, Any]:
    """Return one line: the last day's figures for balances, and how many days were compared."""
    last = group[-1][0]
    there = {total.day for total, _difference in group}
    known = [one for _total, one in group if one is not None]
    return {
        "source": key[0],
        "measure": key[1],
        "scope": key[2],
        "days": str(len(there)),
        "missing": [day.isoformat() for day in days_of(month) if day not in there],
        "last_day": last.day.isoformat(),
        "outside": str(last.amount),
        "ours": str(last.computed),
        "differing_days": str(len(known)),
        "closed": str(sum(one.closed_at is not None for one in known)),
    }


def _told(total: ControlTotal, difference: ControlDifference) -> dict[str, Any]:
    return {
        "day": total.day.isoformat(),
        "source": total.source,
        "measure": total.measure,
        "scope": total.scope,
        "amount": str(difference.amount),
        "cause": difference.cause or "",
        "reason": difference.reason or "",
    }


def content(session: Session, reconciliation_id: int) -> dict[str, Any]:
    """Return what the second person signs: the figures that were drawn up."""
    one = session.get_one(Reconciliation, reconciliation_id)
    return {
        "month": f"{one.month:%Y-%m}",
        "number": str(one.number),
        "prepared_by": one.prepared_by,
        "digest": digest_of(one.figures),
        "figures": one.figures,
    }


def sign(work: Work, reconciliation_id: int, shown: dict[str, Any]) -> None:
    """Sign a reconciliation off, as approved, and register it."""
    one = work.session.get_one(Reconciliation, reconciliation_id)
    one.state, one.signed_at, one.signed_by = SIGNED, work.now, work.actor.name
    work.record(
        Action.SIGN_RECONCILIATION, one, state=(DRAFTED, SIGNED), digest=str(shown["digest"])
    )
    work.register("reconciliation", one, loan_id=None, fields=evidence_of(one))


def evidence_of(one: Reconciliation) -> dict[str, str]:
    """Return what is committed to of a signed reconciliation."""
    assert one.signed_at is not None
    return {
        "month": f"{one.month:%Y-%m}",
        "number": str(one.number),
        "digest": one.digest,
        "figures": jcs.canonical(one.figures).decode(),
        "open_differences": str(len(one.figures["open_differences"])),
        "prepared_by": one.prepared_by,
        "prepared_at": one.prepared_at.isoformat(),
        "signed_by": one.signed_by or "",
        "signed_at": one.signed_at.isoformat(),
        "signed_on": clock.business_day(one.signed_at).isoformat(),
    }
