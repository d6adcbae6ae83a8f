"""Many rows at once: ids drawn beforehand, values bound once per column, one `executemany`.

For imports and batches inside a unit of work; the ORM would spend most of the time on itself.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import Column, Date, Dialect, LargeBinary, Table, func, select, text
from sqlalchemy.orm import Session

from recovery.kernel.crypto import context, keyring
from recovery.kernel.db import Base, MomentType, YuanType
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.money import fen_of
from recovery.kernel.work import Work


def next_ids(session: Session, model: type[Base], count: int) -> Sequence[int]:
    """Return `count` ids for new rows of `model`, never given to anyone else.

    On SQLite the writer is alone, so the ids follow the highest; PostgreSQL draws them from the
    table's sequence.
    """
    table = cast(Table, model.__table__)
    if session.get_bind().dialect.name == "sqlite":
        highest = session.scalar(select(func.max(table.c.id))) or 0
        return range(highest + 1, highest + 1 + count)
    drawn = text(
        "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
    )
    return list(session.scalars(drawn, {"table": table.name, "count": count}))


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, all with the same columns; columns not named must have a database default."""
    if not rows:
        return
    session.flush()
    connection = session.connection()
    table, names = cast(Table, model.__table__), list(rows[0])
    place = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    columns = ", ".join(names)
    places = ", ".join([place] * len(names))
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({places})"  # noqa: S608
    bound = [_bound(table.c[name], connection.dialect, rows) for name in names]
    connection.exec_driver_sql(statement, list(zip(*bound, strict=True)))


def _bound(column: Column[Any], dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the values of one column as the driver takes them."""
    values = [row[column.name] for row in rows]
    kind = column.type
    if isinstance(kind, YuanType):
        return [None if value is None else fen_of(value) for value in values]
    bind = kind.dialect_impl(dialect).bind_processor(dialect)
    if bind is None or isinstance(kind, LargeBinary):
        return values
    if isinstance(kind, Date | MomentType):
        bind = cache(bind)
    return [bind(value) for value in values]


@dataclass(frozen=True, slots=True)
class Intent:
    """A record to register as evidence; see `Work.register`."""

    kind: str
    subject_type: str
    subject_id: int
    loan_id: int | None
    fields: Mapping[str, str] | None = None


def register_many(work: Work, intents: Iterable[Intent]) -> None:
    """Write the intents to register many records, in the order given."""
    now, actor_id = work.now, work.actor.id
    asked = list(intents)
    # Drawn at once: a call to the system for each row would cost more than the row.
    drawn = os.urandom(16 * len(asked))
    rows = [
        _intent_row(intent, drawn[16 * place : 16 * place + 16])
        for place, intent in enumerate(asked)
    ]
    for row in rows:
        row["created_at"], row["actor_id"] = now, actor_id
    insert_rows(work.session, RegistrationIntent, rows)


def _intent_row(intent: Intent, uuid: bytes) -> dict[str, Any]:
    sealed = None
    if intent.fields is not None:
        plain = json.dumps(dict(intent.fields), ensure_ascii=False, sort_keys=True)
        sealed = keyring().seal(plain, context("registration_intent", "fields", uuid))
    return {
        "uuid": uuid,
        "kind": intent.kind,
        "loan_id": intent.loan_id,
        "subject_type": intent.subject_type,
        "subject_id": intent.subject_id,
        "fields_sealed": sealed,
    }
