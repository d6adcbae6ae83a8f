"""House numbers without gaps or doubles (`2026-000123`), drawn in the transaction using them."""

from sqlalchemy import select

from recovery.kernel.models import Counter
from recovery.kernel.work import Work


def draw(work: Work, series: str, count: int = 1) -> range:
    """Return the next `count` numbers of `series`, which begins with 1.

    The row stays locked until the transaction ends, so that a rollback leaves no gap.
    """
    row = work.session.scalars(
        select(Counter).where(Counter.name == series).with_for_update()
    ).one_or_none()
    if row is None:
        row = work.add(Counter(name=series, value=0))
    first = row.value + 1
    row.value += count
    work.session.flush()
    return range(first, first + count)


def house_number(year: int, number: int) -> str:
    """Return a number as people write it: year, hyphen, six digits."""
    return f"{year}-{number:06d}"
