"""Reads of stocktakes: which there are, what each line came to, and how many of each."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session, contains_eager

from recovery.evidence.intake.labels import RESULTS
from recovery.evidence.intake.models import PaperOriginal, Stocktake, StocktakeLine
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Scope

RESULT = case(
    (and_(StocktakeLine.expected, StocktakeLine.counted_at.is_not(None)), "found"),
    (StocktakeLine.expected, "missing"),
    (PaperOriginal.state == "held", "wrong_place"),
    else_="unexpected",
)
"""What a line came to; over lines joined with their originals."""

ORDER = ("missing", "unexpected", "wrong_place", "found")
"""Results as a page lists them: what is to be looked into first."""

RANK = case({result: place for place, result in enumerate(ORDER)}, value=RESULT)


A_READ = 1_000
"""Lines that a report reads at a time."""


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
        raise NotFound
    assert isinstance(found, Stocktake)
    return found


def _of(stocktake_id: int, *columns: Any) -> Select[Any]:
    """Return the statement of some columns of the lines of a stocktake."""
    rows: Select[Any] = select(*columns).select_from(StocktakeLine)
    return rows.outerjoin(PaperOriginal, PaperOriginal.id == StocktakeLine.original_id).where(
        StocktakeLine.stocktake_id == stocktake_id
    )


def lines(stocktake_id: int, results: Sequence[str] = ()) -> Select[Any]:
    """Return the statement of the lines, with originals and loans; of some results where told."""
    original = contains_eager(StocktakeLine.original).joinedload(PaperOriginal.loan)
    rows = _of(stocktake_id, StocktakeLine).options(original)
    return rows.where(RESULT.in_(results)) if results else rows


def lines_of(session: Session, stocktake_id: int) -> Iterator[StocktakeLine]:
    """Yield what was expected and found, differences first and then by barcode, for a report."""
    rows = lines(stocktake_id).order_by(RANK, StocktakeLine.barcode)
    yield from session.scalars(rows.execution_options(yield_per=A_READ))


def result_of(line: StocktakeLine) -> str:
    """Return `found`, `missing`, `wrong_place` or `unexpected`."""
    if line.expected:
        return "found" if line.counted_at is not None else "missing"
    at_home = line.original is not None and line.original.state == "held"
    return "wrong_place" if at_home else "unexpected"


def counts_of(session: Session, stocktake_id: int) -> dict[str, int]:
    """Return how many lines have each result."""
    # By the name: PostgreSQL takes the expression written twice for two, as its values are bound.
    told = RESULT.label("result")
    rows = session.execute(_of(stocktake_id, told, func.count()).group_by("result"))
    counted: dict[str, int] = dict(iter(rows))
    return {result: counted.get(result, 0) for result in RESULTS}


def barcodes_of(session: Session, stocktake_id: int, result: str) -> list[str]:
    """Return the barcodes of one result in order."""
    rows = _of(stocktake_id, StocktakeLine.barcode).where(RESULT.in_((result,)))
    return list(session.scalars(rows.order_by(StocktakeLine.barcode)))


def takers_of(session: Session, stocktake: Stocktake) -> set[str]:
    """Return who took part: who opened it and who counted."""
    counted = _of(stocktake.id, StocktakeLine.counted_by).distinct()
    names = session.scalars(counted.where(StocktakeLine.counted_by.is_not(None)))
    return {*names, stocktake.opened_by}
