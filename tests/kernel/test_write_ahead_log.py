"""SQLite's write-ahead log does not stay as large as the largest load made it."""

from pathlib import Path

from flask import Flask
from sqlalchemy import text

from recovery.kernel.config import Settings
from recovery.kernel.db import LOG_LIMIT, WRITER, db, empty_the_log
from recovery.kernel.work import system_work


def log_of(settings: Settings) -> Path:
    return settings.home / "recovery.db-wal"


def test_both_engines_cut_the_log_when_it_is_begun_anew(app: Flask) -> None:
    for engine in (db.engines[None], db.engines[WRITER]):
        with engine.connect() as connection:
            assert connection.scalar(text("PRAGMA journal_size_limit")) == LOG_LIMIT


def test_a_log_is_emptied_into_the_database_after_a_load(app: Flask, settings: Settings) -> None:
    with system_work("tests") as work:
        work.session.execute(text("INSERT INTO counter (name, value) VALUES ('a', 1)"))
    assert log_of(settings).stat().st_size > 0
    empty_the_log()
    assert log_of(settings).stat().st_size == 0
    assert db.session.scalar(text("SELECT value FROM counter WHERE name = 'a'")) == 1
