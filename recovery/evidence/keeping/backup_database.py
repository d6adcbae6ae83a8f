"""The database's part of a backup: one consistent snapshot, as files by name.

SQLite gives a copy of its file through its own online backup; PostgreSQL gives each table as
`COPY … TO STDOUT` writes it, all in one repeatable-read transaction.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, delete, inspect, select, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.pool import NullPool

from recovery.kernel.errors import RuleViolation
from recovery.kernel.migrations import upgrade
from recovery.kernel.text import _

SQLITE_FILE = "recovery.db"
SUFFIX = ".copy"


def snapshot(url: str, folder: Path) -> str:
    """Write the database as it is at one moment into `folder`; return the name of its engine."""
    folder.mkdir(parents=True, exist_ok=True)
    if url.startswith("sqlite"):
        with (
            closing(sqlite3.connect(str(make_url(url).database))) as source,
            closing(sqlite3.connect(folder / SQLITE_FILE)) as target,
        ):
            source.backup(target)
        return "sqlite"
    with _engine(url) as engine, engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in inspect(connection).get_table_names():
            _copy_out(connection, table, folder / f"{table}{SUFFIX}")
    return "postgresql"


def load(url: str, folder: Path, revision: str) -> None:
    """Put a snapshot into an empty database, then bring it to this program's version.

    Raises:
        RuleViolation: the database is not empty, or the snapshot is of the other engine.
    """
    sqlite = url.startswith("sqlite")
    if sqlite != (folder / SQLITE_FILE).is_file():
        raise RuleViolation(_("备份来自另一种数据库，不能恢复到这里。"))
    if sqlite:
        _load_sqlite(Path(str(make_url(url).database)), folder / SQLITE_FILE)
    else:
        with _engine(url) as engine:
            if inspect(engine).get_table_names():
                raise RuleViolation(_("数据库不是空的，请恢复到一个新的数据库。"))
            upgrade(url, revision)
            with engine.begin() as connection:
                _load_tables(connection, folder)
    upgrade(url)


def _load_sqlite(target: Path, source: Path) -> None:
    if target.exists():
        raise RuleViolation(_("数据库文件 {path} 已存在，请先移走。", path=target))
    with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(target)) as new:
        copy.backup(new)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def revision_of(url: str) -> str:
    """Return the revision of the migrations that the database stands at."""
    with _engine(url) as engine, engine.connect() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _copy_out(connection: Connection, table: str, path: Path) -> None:
    statement = f"COPY {_quoted(connection, table)} TO STDOUT"
    with (
        _cursor(connection) as cursor,
        path.open("wb") as file,
        cursor.copy(statement) as rows,
    ):
        for piece in rows:
            file.write(piece)


def _load_tables(connection: Connection, folder: Path) -> None:
    """Fill the tables, those that others refer to first; what migrations put in goes."""
    order = [name for name, _keys in inspect(connection).get_sorted_table_and_fkc_names() if name]
    metadata = MetaData()
    metadata.reflect(connection)
    for table in reversed(order):
        rows = metadata.tables[table]
        if connection.execute(select(rows).limit(1)).first():
            connection.execute(delete(rows))
    for table in order:
        path = folder / f"{table}{SUFFIX}"
        if path.is_file():
            _copy_in(connection, table, path)
            _move_sequence(connection, table)


def _copy_in(connection: Connection, table: str, path: Path) -> None:
    statement = f"COPY {_quoted(connection, table)} FROM STDIN"
    with (
        _cursor(connection) as cursor,
        path.open("rb") as file,
        cursor.copy(statement) as rows,
    ):
        while piece := file.read(1 << 16):
            rows.write(piece)


def _move_sequence(connection: Connection, table: str) -> None:
    """Let the next id follow the highest that was loaded."""
    columns = {column["name"] for column in inspect(connection).get_columns(table)}
    if "id" not in columns:
        return
    sequence = connection.execute(
        text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": _quoted(connection, table)}
    ).scalar()
    if sequence:
        highest = f"(SELECT max(id) FROM {_quoted(connection, table)})"  # noqa: S608
        connection.execute(
            text(f"SELECT setval(:name, coalesce({highest}, 0) + 1, false)"), {"name": sequence}
        )


def _quoted(connection: Connection, table: str) -> str:
    return connection.dialect.identifier_preparer.quote(table)


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()
