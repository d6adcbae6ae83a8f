"""The database measures itself, so that it reads the right index."""

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from recovery.kernel.jobs import KINDS
from recovery.kernel.planner import KIND, measure
from recovery.kernel.work import Work


def test_sqlite_keeps_what_it_measured(work: Work) -> None:
    work.session.execute(text("INSERT INTO counter (name, value) VALUES ('a', 1), ('b', 2)"))
    measure(work.session)
    tables = work.session.scalars(text("SELECT DISTINCT tbl FROM sqlite_stat1")).all()
    assert "counter" in tables


@pytest.mark.postgres
def test_postgresql_measures_inside_a_transaction(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with Session(engine) as session:
        session.execute(text("CREATE TABLE thing (id int); INSERT INTO thing VALUES (1), (2)"))
        measure(session)
        session.commit()
        rows = text("SELECT reltuples FROM pg_class WHERE relname = 'thing'")
        assert session.scalar(rows) == 2
    engine.dispose()


def test_it_is_done_every_night(app: Flask) -> None:
    assert KINDS[KIND].when is not None
