"""Use cases of outside totals: enter them, compare them again, clear up differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.models import UserAccount
from recovery.evidence.totals.ledger import Figures, read_figures
from recovery.evidence.totals.models import ControlDifference, ControlTotal
from recovery.evidence.totals.rules import (
    CAUSES,
    CLOSINGS,
    OF_SOURCE,
    SOURCES,
    Entered,
)
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.kernel.work import Work


@dataclass(frozen=True, slots=True)
class Outcome:
    """What entering totals came to."""

    entered: int
    unchanged: int
    differing: int

    def __add__(self, other: "Outcome") -> "Outcome":
        """Return what two parts came to."""
        return Outcome(
            self.entered + other.entered,
            self.unchanged + other.unchanged,
            self.differing + other.differing,
        )


def figures_for(session: Session, rows: Sequence[Entered], today: date) -> Figures:
    """Return our figures beside those that are to be entered; read before the unit of work.

    Raises:
        RuleViolation: the rows cannot be compared (`check_rows`), or there is no such branch.
    """
    check_rows(rows, today)
    return read_figures(session, {(one.day, one.measure, one.scope) for one in rows})


def figures_of_days(session: Session, first: date, last: date) -> Figures:
    """Return our figures beside the totals that stand for these days (inclusive)."""
    kept = ControlTotal
    keys = select(kept.day, kept.measure, kept.scope).where(
        kept.day.between(first, last), kept.superseded_at.is_(None)
    )
    rows = session.execute(keys.distinct())
    return read_figures(session, [(day, measure, scope) for day, measure, scope in rows])


def enter_totals(
    work: Work, rows: Sequence[Entered], ours: Figures, *, file_sha256: str | None = None
) -> Outcome:
    """Enter control totals beside our figures (`figures_for`); a corrected one supersedes.

    Raises:
        RuleViolation: no row, an unknown source or measure, a day to come, two figures of the same.
    """
    check_rows(rows, work.today)
    counts = [0, 0, 0]
    known = _standing(work.session, rows)
    for row in rows:
        standing = known.get(row.key)
        if standing is not None and standing.amount == row.amount:
            counts[1] += 1
            continue
        _supersede(work, standing)
        total = _add(work, row, ours[row.day, row.measure, row.scope], file_sha256)
        counts[0] += 1
        counts[2] += total.amount != total.computed
    outcome = Outcome(*counts)
    work.record(
        Action.CHANGE_TOTALS,
        entered=outcome.entered,
        differing=outcome.differing,
        file=file_sha256,
    )
    return outcome


def check_rows(rows: Sequence[Entered], today: date) -> None:
    """Refuse rows that cannot be compared; see `enter_totals`."""
    if not rows:
        raise RuleViolation(_("没有可以录入的数字。"))
    for number, row in enumerate(rows, 1):
        if row.source not in SOURCES or row.measure not in OF_SOURCE[row.source]:
            raise RuleViolation(_("第 {number} 行：来源或项目不符。", number=number))
        if row.day > today:
            raise RuleViolation(_("第 {number} 行：日期在今天之后。", number=number))
    if len({row.key for row in rows}) != len(rows):
        raise RuleViolation(_("同一日期、来源、项目和机构有两个数字。"))


def _standing(
    session: Session, rows: Sequence[Entered]
) -> dict[tuple[date, str, str, str], ControlTotal]:
    """Return the totals that stand for the days of the rows, by what each is of; locked."""
    found = session.scalars(
        select(ControlTotal)
        .where(
            ControlTotal.day.in_({row.day for row in rows}), ControlTotal.superseded_at.is_(None)
        )
        .with_for_update()
    )
    return {(one.day, one.source, one.measure, one.scope): one for one in found}


def _supersede(work: Work, total: ControlTotal | None) -> None:
    if total is None:
        return
    total.superseded_at = work.now
    for difference in work.session.scalars(_open_of(total)):
        _close(work, difference, "corrected")
    work.session.flush()


def _add(work: Work, row: Entered, computed: Decimal, file_sha256: str | None) -> ControlTotal:
    total = work.add(
        ControlTotal(
            day=row.day,
            source=row.source,
            measure=row.measure,
            scope=row.scope,
            amount=row.amount,
            computed=computed,
            compared_at=work.now,
            reference=row.reference,
            file_sha256=file_sha256,
            entered_at=work.now,
            entered_by=work.actor.name,
            superseded_at=None,
        )
    )
    if total.amount != total.computed:
        _open(work, total)
    return total


def _open(work: Work, total: ControlTotal) -> None:
    work.add(
        ControlDifference(
            total_id=total.id,
            day=total.day,
            amount=total.amount - total.computed,
            owner_id=None,
            cause=None,
            reason=None,
            opened_at=work.now,
            closed_at=None,
            closed_by=None,
            closing=None,
        )
    )


def _open_of(total: ControlTotal) -> Any:
    return select(ControlDifference).where(
        ControlDifference.total_id == total.id, ControlDifference.closed_at.is_(None)
    )


def _note_difference(work: Work, total: ControlTotal) -> None:
    """Open, change, reopen or close the difference of a total as the figures are now."""
    known = work.session.scalars(
        select(ControlDifference).where(ControlDifference.total_id == total.id)
    ).one_or_none()
    amount = total.amount - total.computed
    if known is None and amount != ZERO:
        _open(work, total)
    elif known is not None and amount == ZERO and known.closed_at is None:
        known.amount = amount
        _close(work, known, "agrees")
    elif known is not None and amount != known.amount:
        # What was explained is not what differs now.
        known.amount, known.closed_at, known.closed_by, known.closing = amount, None, None, None


def compare_again(work: Work, first: date, last: date, ours: Figures) -> int:
    """Compare every standing total of these days (inclusive) with our figures as they are now.

    Returns how many of ours changed: transactions were booked late or back-dated. A total that
    was entered after `ours` (`figures_of_days`) were read has been compared then.
    """
    changed = 0
    totals = work.session.scalars(
        select(ControlTotal).where(
            ControlTotal.day.between(first, last), ControlTotal.superseded_at.is_(None)
        )
    ).all()
    for total in totals:
        computed = ours.get((total.day, total.measure, total.scope))
        if computed is None:
            continue
        total.compared_at = work.now
        if computed != total.computed:
            total.computed, changed = computed, changed + 1
            _note_difference(work, total)
    return changed


@dataclass(frozen=True, slots=True)
class Handling:
    """Whose a difference is and why it is there; with `closing` it is closed."""

    owner: str
    """User name; blank for nobody."""

    cause: str
    reason: str
    closing: str = ""


def handle_difference(
    work: Work, difference_id: int, version: int, handling: Handling
) -> ControlDifference:
    """Name the owner and the reason of a difference, and close it where that is said.

    Raises:
        NotFound: no such difference or owner.
        RuleViolation: it is closed; it would be closed without cause and reason.
    """
    difference = work.session.get(ControlDifference, difference_id)
    if difference is None:
        raise NotFound
    work.require_version(difference, version)
    if difference.closed_at is not None:
        raise RuleViolation(_("这项差异已经关闭。"))
    if handling.closing and (handling.cause not in CAUSES or not handling.reason.strip()):
        raise RuleViolation(_("关闭差异须写明原因类别和说明。"))
    if handling.closing and handling.closing not in CLOSINGS:
        raise RuleViolation(_("请选择处理结果。"))
    before = (difference.owner_id, difference.cause)
    difference.owner_id = _owner(work.session, handling.owner)
    difference.cause = handling.cause or None
    difference.reason = handling.reason.strip() or None
    work.record(
        Action.CHANGE_TOTALS,
        difference,
        owner=(before[0], difference.owner_id),
        cause=(before[1], difference.cause),
        closing=handling.closing or None,
    )
    if handling.closing:
        _close(work, difference, handling.closing)
    return difference


def _owner(session: Session, username: str) -> int | None:
    if not username.strip():
        return None
    found = session.scalar(
        select(UserAccount.id).where(
            UserAccount.username == username.strip().lower(), UserAccount.ended_at.is_(None)
        )
    )
    if found is None:
        raise NotFound(_("没有用户 {username}。", username=username))
    return found


def _close(work: Work, difference: ControlDifference, closing: str) -> None:
    difference.closed_at, difference.closed_by = work.now, work.actor.name
    difference.closing = closing
