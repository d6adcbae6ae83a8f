"""Stocktakes: what should lie at a place against what is found; closed by a second person."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from recovery.access.models import UserAccount
from recovery.evidence.intake.custody_queries import originals
from recovery.evidence.intake.labels import RESULTS
from recovery.evidence.intake.models import PaperOriginal, Stocktake, StocktakeLine
from recovery.kernel import numbering
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor, Scope
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan
from recovery.loans.registration import moment_text
from recovery.web.spreadsheets import harmless, workbook

SERIES = "stocktake"
MOST = 20_000
"""Barcodes pasted at once."""


def stocktakes(scope: Scope) -> Select[Any]:
    """Return the statement of the stocktakes that `scope` sees: those of its branches."""
    rows = select(Stocktake)
    return rows if scope.everything else rows.where(Stocktake.branch_id.in_(sorted(scope.branches)))


def find_stocktake(session: Session, stocktake_id: int, scope: Scope) -> Stocktake:
    """Return a stocktake.

    Raises:
        NotFound: there is none, or it counts another branch's originals.
    """
    found = session.scalars(stocktakes(scope).where(Stocktake.id == stocktake_id)).one_or_none()
    if found is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    assert isinstance(found, Stocktake)
    return found


def lines_of(session: Session, stocktake_id: int) -> Sequence[StocktakeLine]:
    """Return what was expected and found, by barcode."""
    original = joinedload(StocktakeLine.original).joinedload(PaperOriginal.loan)
    rows = select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake_id)
    return session.scalars(rows.options(original).order_by(StocktakeLine.barcode)).all()


def result_of(line: StocktakeLine) -> str:
    """Return `found`, `missing`, `wrong_place` or `unexpected`."""
    if line.expected:
        return "found" if line.counted_at is not None else "missing"
    at_home = line.original is not None and line.original.state == "held"
    return "wrong_place" if at_home else "unexpected"


def summary_of(lines: Iterable[StocktakeLine]) -> dict[str, int]:
    """Return how many lines have each result."""
    counted = Counter(result_of(line) for line in lines)
    return {result: counted[result] for result in RESULTS}


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
    here = originals(_scope(stocktake)).where(
        PaperOriginal.place == place, PaperOriginal.state == "held"
    )
    expected = work.session.scalars(here).all()
    if not expected:
        raise RuleViolation(_("“{place}”没有在库的原件。", place=place))
    work.add(stocktake)
    work.session.add_all(_line(stocktake, one.barcode, one.id, expected=True) for one in expected)
    work.record(Action.TAKE_STOCK, stocktake, place=place, expected=len(expected))
    return stocktake


def _line(
    stocktake: Stocktake, barcode: str, original_id: int | None, *, expected: bool
) -> StocktakeLine:
    return StocktakeLine(
        stocktake_id=stocktake.id,
        barcode=barcode,
        original_id=original_id,
        expected=expected,
        counted_at=None,
        counted_by=None,
    )


def barcodes_in(text: str) -> list[str]:
    """Return the barcodes scanned or pasted, each once, as they are kept."""
    words = re.split(r"[\s,;，；、]+", text.strip())
    return list(dict.fromkeys(word.upper()[:64] for word in words if word))


def count(work: Work, stocktake_id: int, text: str) -> int:
    """Note the barcodes that were found; return how many are new to the count.

    Raises:
        RuleViolation: it is closed, or nothing was scanned.
    """
    stocktake = _open_one(work, stocktake_id)
    codes = barcodes_in(text)[:MOST]
    if not codes:
        raise RuleViolation(_("请扫描或粘贴条码。"))
    lines = {line.barcode: line for line in lines_of(work.session, stocktake.id)}
    known = _ids_of(work.session, stocktake, [code for code in codes if code not in lines])
    new = 0
    for code in codes:
        line = lines.get(code) or work.add(_line(stocktake, code, known.get(code), expected=False))
        if line.counted_at is None:
            line.counted_at, line.counted_by = work.now, work.actor.name
            new += 1
    work.record(Action.TAKE_STOCK, stocktake, counted=new)
    return new


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
    lines = lines_of(work.session, stocktake.id)
    takers = {line.counted_by for line in lines if line.counted_by} | {stocktake.opened_by}
    if work.actor.name in takers:
        raise RuleViolation(_("盘点的人不能自己复核，须由另一人复核并结束。"))
    if not any(line.counted_at for line in lines):
        raise RuleViolation(_("还没有扫描任何条码。"))
    stocktake.closed_at, stocktake.closed_by = work.now, work.actor.name
    stocktake.summary = summary_of(lines)
    fields = {
        "event": "stocktake.close",
        "number": stocktake.number,
        "place": stocktake.place,
        "closed_at": moment_text(work.now),
        "closed_by": work.actor.name,
        **{result: str(number) for result, number in stocktake.summary.items()},
        **{
            f"{result}_barcodes": " ".join(
                line.barcode for line in lines if result_of(line) == result
            )
            for result in ("missing", "unexpected", "wrong_place")
        },
    }
    work.register("event", stocktake, loan_id=None, fields=fields)
    work.record(Action.CLOSE_STOCKTAKE, stocktake, **stocktake.summary)
    return stocktake


def as_workbook(stocktake: Stocktake, lines: Sequence[StocktakeLine]) -> bytes:
    """Return a stocktake as xlsx; texts never turn into formulas."""
    out = BytesIO()
    heads = (_("条码"), _("结果"), _("名称"), _("合同编号"), _("登记位置"), _("清点人"))
    with workbook(out) as book:
        sheet, bold = book.add_worksheet(str(_("盘点"))), book.add_format({"bold": True})
        sheet.set_column(0, len(heads) - 1, 22)
        sheet.write_row(0, 0, [f"{stocktake.number} {stocktake.place}"], bold)
        sheet.write_row(1, 0, [str(head) for head in heads], bold)
        for number, line in enumerate(lines, 2):
            for column, text in enumerate(_cells(line)):
                sheet.write_string(number, column, harmless(text))
    return out.getvalue()


def _cells(line: StocktakeLine) -> list[str]:
    one = line.original
    contract_no = one.loan.contract_no if one is not None and isinstance(one.loan, Loan) else ""
    return [
        line.barcode,
        str(RESULTS[result_of(line)].text),
        one.title if one else "",
        contract_no,
        one.place if one else "",
        line.counted_by or "",
    ]
