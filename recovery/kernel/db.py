"""The database: the declarative base, column types, and the settings of both engines.

Two engines serve one database. Pages read through `db.session`, which the database itself keeps
from writing; only `kernel.work` opens the writer. On SQLite a write begins IMMEDIATE, because a
deferred transaction that turns into a write fails under several writers.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry
from sqlalchemy.types import TypeEngine

from recovery.kernel.money import fen_of, yuan_of

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document; never personal data in clear."""

Id = BigInteger().with_variant(Integer, "sqlite")
"""A row's number: 64 bits on both engines (SQLite gives its rowid only to INTEGER)."""


class YuanType(TypeDecorator[Decimal]):
    """Decimal yuan in Python, whole fen in the database; refuses parts of a fen."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Return whole fen."""
        return None if value is None else fen_of(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Return Decimal yuan with two decimals, sums of fen included."""
        return None if value is None else yuan_of(int(value))


class RateType(TypeDecorator[Decimal]):
    """A rate or share as an exact Decimal (0.049 is 4.9 %), kept in millionths of a percent.

    Eight decimals, as a whole number, so that both engines compare and sort it alike.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Return the rate times 10**8; refuses finer rates."""
        if value is None:
            return None
        scaled = value.scaleb(8)
        if scaled != int(scaled):
            raise ValueError(f"{value} has more than eight decimals")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Return the rate without trailing zeros."""
        if value is None:
            return None
        rate = Decimal(value).scaleb(-8).normalize()
        return rate if rate.as_tuple().exponent <= 0 else rate.quantize(Decimal(1))  # type: ignore[operator]


class MomentType(TypeDecorator[datetime]):
    """An aware moment in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC (without its zone on SQLite, which stores none)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must say its zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Yuan = Annotated[Decimal, mapped_column(YuanType)]
"""A `Mapped[Yuan]` column: Decimal yuan in Python, whole fen in the database."""

Rate = Annotated[Decimal, mapped_column(RateType)]
"""A `Mapped[Rate]` column: an exact Decimal share, 0.049 for 4.9 %."""

Moment = Annotated[datetime, mapped_column(MomentType)]
"""A `Mapped[Moment]` column: an aware UTC moment."""

TYPES: dict[Any, TypeEngine[Any] | type[TypeEngine[Any]]] = {
    int: Id,
    str: String,
    bytes: LargeBinary,
    Decimal: YuanType,
    datetime: MomentType,
    Yuan: YuanType,
    dict[str, Any]: Json,
    list[Any]: Json,
}


class Base(DeclarativeBase):
    """Every table. The map of types stands in the registry, where Flask-SQLAlchemy leaves it."""

    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map=TYPES)


class Versioned:
    """For what people edit: a stale form is refused, because its version no longer matches."""

    version: Mapped[int] = mapped_column(Integer, default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let SQLAlchemy count the version up with each update."""
        return {"version_id_col": cls.version}


db = SQLAlchemy(disable_autonaming=True)
"""Flask-SQLAlchemy: `db.session` is the reading session of a request or command."""

WRITER = "writer"

BUSY_WAIT = 30_000
"""Milliseconds that a connection to SQLite waits for a lock."""

EMPTYING_WAIT, EMPTYING_ATTEMPTS, EMPTYING_PAUSE = 50, 12, 0.25
"""How the write-ahead log is emptied: milliseconds of waiting, times, seconds in between."""

LOG_LIMIT = 64 * 1024 * 1024
"""Bytes to which SQLite cuts its write-ahead log once it is copied and begun anew.

A long read keeps the log from being copied, so it may have grown to gigabytes meanwhile."""


def init_database(app: Flask, url: str) -> None:
    """Give `app` its reading engine (default) and its writing engine (`WRITER`) on `url`."""
    sqlite = url.startswith("sqlite")
    reading: dict[str, Any] = {"url": url}
    writing: dict[str, Any] = {"url": url}
    if sqlite:
        reading["connect_args"] = {"timeout": 30}
        writing["connect_args"] = {"timeout": 30}
        writing["pool_size"] = 4
    else:
        reading |= {"pool_pre_ping": True, "execution_options": {"postgresql_readonly": True}}
        writing |= {"pool_pre_ping": True}
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {k: v for k, v in reading.items() if k != "url"}
    app.config["SQLALCHEMY_BINDS"] = {WRITER: writing}
    db.init_app(app)
    if sqlite:
        with app.app_context():
            prepare_sqlite(db.engines[None], begin="BEGIN", query_only=True)
            prepare_sqlite(db.engines[WRITER], begin="BEGIN IMMEDIATE", query_only=False)


def prepare_sqlite(engine: Engine, *, begin: str, query_only: bool) -> None:
    """Set what every SQLite connection needs, and how its transactions begin."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "cache_size=-65536",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_WAIT}",
            f"journal_size_limit={LOG_LIMIT}",
            "temp_store=MEMORY",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def empty_the_log() -> bool:
    """Copy SQLite's write-ahead log into the database and cut it to nothing; tell whether it is.

    Readers are waited for, some seconds in all; where one stays, what it still needs is kept and
    nothing is lost. On PostgreSQL there is nothing to do.
    """
    engine = db.engines[WRITER]
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        # While it waits for readers it keeps writers out: so it waits briefly, time and again.
        cursor.execute(f"PRAGMA busy_timeout={EMPTYING_WAIT}")
        for _attempt in range(EMPTYING_ATTEMPTS):
            [(is_busy, _pages, _copied)] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if not is_busy:
                return True
            time.sleep(EMPTYING_PAUSE)
        return False
    finally:
        connection.cursor().execute(f"PRAGMA busy_timeout={BUSY_WAIT}")
        connection.close()


def vacuum(tables: Iterable[str]) -> None:
    """Have PostgreSQL drop what rows of these tables held before they were changed or deleted.

    A transaction that is still open keeps what it can see. On SQLite there is nothing to do.
    """
    engine = db.engines[WRITER]
    if engine.dialect.name != "postgresql":
        return
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.exec_driver_sql(f"VACUUM {quote(table)}")
