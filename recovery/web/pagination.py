"""Keyset pages: a list reads the rows after a row, never an offset, whatever the table's size.

The cursor is opaque to the browser. Sorts are a closed list; each needs an index of
`(scope, column, id)` and a column that is never NULL.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from recovery.kernel.text import Text

Row = TypeVar("Row")
Column = ColumnElement[Any] | InstrumentedAttribute[Any]

SIZES = (50, 100, 200)
COUNT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Sort:
    """One order that a list offers. `descending` is the way it is first shown."""

    name: str
    label: Text
    column: Column
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A chosen sort and its direction; `tie` is the unique column that decides between equals."""

    sort: Sort
    descending: bool
    tie: Column

    @property
    def token(self) -> str:
        """The order as the query string writes it: `overdue`, or `-overdue` for descending."""
        return f"-{self.sort.name}" if self.descending else self.sort.name

    @property
    def columns(self) -> tuple[Column, ...]:
        """What rows are ordered by."""
        return (self.sort.column,) if self.sort.column is self.tie else (self.sort.column, self.tie)


@dataclass(frozen=True, slots=True)
class Sorts:
    """The closed list of sorts of one list; the first is the usual one."""

    options: tuple[Sort, ...]
    tie: Column

    def read(self, args: Mapping[str, str]) -> Order:
        """Return the order that `sort=` asks for; an unknown one is the usual order."""
        asked = args.get("sort", "")
        for sort in self.options:
            if asked.lstrip("-") == sort.name:
                return Order(sort, asked.startswith("-"), self.tie)
        return Order(self.options[0], self.options[0].descending, self.tie)

    def next_token(self, name: str, order: Order) -> str | None:
        """Return what a click on the head of column `name` asks for; None if it does not sort."""
        for sort in self.options:
            if sort.name == name:
                turned = not order.descending if order.sort is sort else sort.descending
                return f"-{name}" if turned else name
        return None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row beside which a page begins, and on which side of it the page lies."""

    values: tuple[Any, ...]
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page and the cursors of its neighbours (None at an end)."""

    rows: Sequence[Row]
    next: str | None
    previous: str | None
    size: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are, exactly up to a limit."""

    number: int
    beyond: bool

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.beyond else f"{self.number:,}"


def encode(cursor: Cursor) -> str:
    """Return the cursor as an opaque word for the query string."""
    parts = [["<" if cursor.backward else ">"]] + [_packed(value) for value in cursor.values]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode(token: str) -> Cursor | None:
    """Return the cursor of a token; None for none, and for one that was tampered with."""
    if not token:
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        way, *values = json.loads(raw)
        return Cursor(tuple(_unpacked(*value) for value in values), way == ["<"])
    except (binascii.Error, ValueError, TypeError, KeyError, ArithmeticError):
        return None


def _packed(value: object) -> list[Any]:
    """Return a value with the letter of its type."""
    if isinstance(value, Decimal):
        return ["n", str(value)]
    if isinstance(value, datetime):
        return ["m", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(f"rows cannot be paged by {value!r}")
    return ["i" if isinstance(value, int) else "s", value]


READERS: dict[str, Callable[[Any], Any]] = {
    "n": Decimal,
    "m": datetime.fromisoformat,
    "d": date.fromisoformat,
    "i": int,
    "s": str,
}


def _unpacked(letter: str, value: Any) -> Any:
    """Return a packed value."""
    return READERS[letter](value)


def read_size(args: Mapping[str, str]) -> int:
    """Return the page size that `size=` asks for, one of `SIZES`."""
    return next((size for size in SIZES if args.get("size") == str(size)), SIZES[0])


def keyset_page(
    session: Session,
    statement: Select[Any],
    order: Order,
    cursor: Cursor | None,
    *,
    size: int = SIZES[0],
) -> Page[Any]:
    """Return one page of `statement` (filtered, not yet ordered) in `order`.

    A statement over one entity gives entities, any other its rows.
    """
    if cursor is not None and len(cursor.values) != len(order.columns):
        cursor = None
    backward = cursor is not None and cursor.backward
    single = len(statement.column_descriptions) == 1
    found = list(session.execute(_cut(statement, order, cursor).limit(size + 1)).all())
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    width = len(order.columns)
    keys = [tuple(row)[-width:] for row in found]
    rows = [row[0] if single else row for row in found]
    after = backward or more
    before = more if backward else cursor is not None
    return Page(
        rows,
        encode(Cursor(keys[-1])) if keys and after else None,
        encode(Cursor(keys[0], backward=True)) if keys and before else None,
        size,
    )


def _cut(statement: Select[Any], order: Order, cursor: Cursor | None) -> Select[Any]:
    """Return `statement` with its key columns, in order, from the cursor on."""
    columns = order.columns
    descending = order.descending ^ (cursor is not None and cursor.backward)
    ordered = statement.add_columns(
        *(column.label(f"key_{place}") for place, column in enumerate(columns))
    ).order_by(*(column.desc() if descending else column.asc() for column in columns))
    if cursor is None:
        return ordered
    if len(columns) == 1:
        key, mark = columns[0], cursor.values[0]
        return ordered.where(key < mark if descending else key > mark)
    keys = tuple_(*columns)
    marks = tuple_(*map(literal, cursor.values, (column.type for column in columns)))
    return ordered.where(keys < marks if descending else keys > marks)


def neighbours(
    session: Session, statement: Select[Any], order: Order, values: tuple[Any, ...]
) -> tuple[Any | None, Any | None]:
    """Return the ids before and after the row with the key `values` in a list's order.

    `statement` selects the id alone, filtered as the list is.
    """
    before = session.execute(_cut(statement, order, Cursor(values, backward=True)).limit(1)).first()
    after = session.execute(_cut(statement, order, Cursor(values)).limit(1)).first()
    return before[0] if before else None, after[0] if after else None


def bounded_count(session: Session, statement: Select[Any], limit: int = COUNT_LIMIT) -> Count:
    """Return how many rows `statement` has, counting no further than `limit`."""
    inner = statement.order_by(None).limit(limit + 1).subquery()
    found = session.execute(select(func.count()).select_from(inner)).scalar_one()
    return Count(min(found, limit), found > limit)


def exact_count(session: Session, statement: Select[Any]) -> int:
    """Return how many rows `statement` has, all of them: for a confirmation only."""
    inner = statement.order_by(None).subquery()
    return int(session.execute(select(func.count()).select_from(inner)).scalar_one())
