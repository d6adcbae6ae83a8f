"""Stocktakes: what should lie at a place against what is found; closed by a second person."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, insert, literal, select, true
from sqlalchemy.orm import Session

from recovery.access.models import UserAccount
from recovery.evidence.intake.custody_queries import originals
from recovery.evidence.intake.models import PaperOriginal, Stocktake, StocktakeLine
from recovery.evidence.intake.stocktake_queries import (
    barcodes_of,
    counts_of,
    find_stocktake,
    takers_of,
)
from recovery.kernel import numbering
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor, Scope, visible
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan
from recovery.loans.registration import moment_text

SERIES = "stocktake"
MOST = 20_000
"""Barcodes pasted at once."""

A_WORK = 1_000
"""Barcodes counted by one unit of work."""


def branch_of(session: Session, actor: Actor) -> int | None:
    """Return whose originals an actor counts: one branch's, or (None) everybody's.

    Raises:
        RuleViolation: the actor is of no branch and does not see everything.
    """
    if actor.scope.everything:
        return None
    account = session.get(UserAccount, actor.id) if actor.id is not None else None
    if account is None or account.branch_id is None:
        raise RuleViolation(_("只有分支机构或总部的人员可以盘点。"))
    return account.branch_id


def _scope(stocktake: Stocktake) -> Scope:
    branch = stocktake.branch_id
    return EVERYTHING if branch is None else Scope(branches=frozenset({branch}))


def open_stocktake(work: Work, place: str) -> Stocktake:
    """Begin to count the originals at a place; what should be there now is written down.

    Raises:
        RuleViolation: none lie there, or the place is being counted already.
    """
    branch = branch_of(work.session, work.actor)
    same_branch = Stocktake.branch_id.is_(None) if branch is None else Stocktake.branch_id == branch
    busy = select(Stocktake.number).where(
        Stocktake.place == place, Stocktake.closed_at.is_(None), same_branch
    )
    number = work.session.scalars(busy).first()
    if number is not None:
        raise RuleViolation(_("“{place}”正在盘点（{number}）。", place=place, number=number))
    [drawn] = numbering.draw(work, f"{SERIES}-{work.today.year}")
    stocktake = Stocktake(
        number=f"PD{numbering.house_number(work.today.year, drawn)}",
        place=place,
        branch_id=branch,
        opened_at=work.now,
        opened_by_id=work.actor.id,
        opened_by=work.actor.name,
        closed_at=None,
        closed_by=None,
        summary=None,
    )
    work.add(stocktake)
    expected = _expect(work.session, stocktake)
    if not expected:
        raise RuleViolation(_("“{place}”没有在库的原件。", place=place))
    work.record(Action.TAKE_STOCK, stocktake, expected=expected)
    return stocktake


def _expect(session: Session, stocktake: Stocktake) -> int:
    """Write down what should lie at the place, however much it is; return how many."""
    held = (
        select(literal(stocktake.id), PaperOriginal.barcode, PaperOriginal.id, true())
        .join(Loan, Loan.id == PaperOriginal.loan_id)
        .where(PaperOriginal.place == stocktake.place, PaperOriginal.state == "held")
    )
    columns = ["stocktake_id", "barcode", "original_id", "expected"]
    lines = insert(StocktakeLine).from_select(columns, visible(held, Loan, _scope(stocktake)))
    return cast(CursorResult[Any], session.execute(lines)).rowcount


def _unexpected(stocktake: Stocktake, barcode: str, original_id: int | None) -> StocktakeLine:
    return StocktakeLine(
        stocktake_id=stocktake.id,
        barcode=barcode,
        original_id=original_id,
        expected=False,
        counted_at=None,
        counted_by=None,
    )


def barcodes_in(text: str) -> list[str]:
    """Return the barcodes scanned or pasted, each once, as they are kept."""
    words = re.split(r"[\s,;，；、]+", text.strip())
    return list(dict.fromkeys(word.upper()[:64] for word in words if word))


def in_parts(text: str) -> Iterator[str]:
    """Yield pasted barcodes as many at a time as one unit of work counts; at least once."""
    codes = barcodes_in(text)[:MOST]
    for start in range(0, max(len(codes), 1), A_WORK):
        yield " ".join(codes[start : start + A_WORK])


def count(work: Work, stocktake_id: int, text: str) -> int:
    """Note the barcodes that were found (`in_parts`); return how many are new to the count.

    Raises:
        RuleViolation: it is closed, or nothing was scanned.
    """
    stocktake = _open_one(work, stocktake_id)
    codes = barcodes_in(text)
    if not codes:
        raise RuleViolation(_("请扫描或粘贴条码。"))
    lines = _lines_of(work.session, stocktake, codes)
    known = _ids_of(work.session, stocktake, [code for code in codes if code not in lines])
    strange = [_unexpected(stocktake, code, known.get(code)) for code in codes if code not in lines]
    work.session.add_all(strange)
    new = [line for line in (*lines.values(), *strange) if line.counted_at is None]
    for line in new:
        line.counted_at, line.counted_by = work.now, work.actor.name
    work.record(Action.TAKE_STOCK, stocktake, counted=len(new))
    return len(new)


def _lines_of(
    session: Session, stocktake: Stocktake, codes: Sequence[str]
) -> dict[str, StocktakeLine]:
    """Return barcode → line of those that the count has already."""
    rows = select(StocktakeLine).where(
        StocktakeLine.stocktake_id == stocktake.id, StocktakeLine.barcode.in_(codes)
    )
    return {line.barcode: line for line in session.scalars(rows)}


def _ids_of(session: Session, stocktake: Stocktake, codes: Sequence[str]) -> dict[str, int]:
    """Return barcode → original of those that the count may see."""
    rows = originals(_scope(stocktake)).where(PaperOriginal.barcode.in_(codes))
    return {one.barcode: one.id for one in session.scalars(rows)}


def _open_one(work: Work, stocktake_id: int) -> Stocktake:
    stocktake = find_stocktake(work.session, stocktake_id, work.actor.scope)
    if stocktake.closed_at is not None:
        raise RuleViolation(_("这次盘点已经结束。"))
    return stocktake


def close(work: Work, stocktake_id: int) -> Stocktake:
    """Close a count, as somebody who neither opened it nor counted; the result is registered.

    Raises:
        RuleViolation: by one who counted, or nothing was counted yet.
    """
    stocktake = _open_one(work, stocktake_id)
    session = work.session
    if work.actor.name in takers_of(session, stocktake):
        raise RuleViolation(_("盘点的人不能自己复核，须由另一人复核并结束。"))
    counts = counts_of(session, stocktake.id)
    if not sum(counts.values()) - counts["missing"]:
        raise RuleViolation(_("还没有扫描任何条码。"))
    stocktake.closed_at, stocktake.closed_by = work.now, work.actor.name
    stocktake.summary = counts
    fields = {
        "event": "stocktake.close",
        "number": stocktake.number,
        "place": stocktake.place,
        "closed_at": moment_text(work.now),
        "closed_by": work.actor.name,
        **{result: str(number) for result, number in counts.items()},
        **{
            f"{result}_barcodes": " ".join(barcodes_of(session, stocktake.id, result))
            for result in ("missing", "unexpected", "wrong_place")
        },
    }
    work.register("event", stocktake, loan_id=None, fields=fields)
    work.record(Action.CLOSE_STOCKTAKE, stocktake, reason=None, **counts)
    return stocktake
