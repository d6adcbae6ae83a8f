"""Indexes that are made at the end are the same as before."""

import pytest
from flask import Flask
from sqlalchemy import text

from recovery.demo.indexes import INDEXES, made_at_the_end
from recovery.kernel.db import db


def indexes() -> dict[str, str | None]:
    db.session.rollback()
    return {row.name: row.sql for row in db.session.execute(INDEXES, {"table": "loan"})}


def test_the_indexes_are_away_during_the_block_and_back_after_it(app: Flask) -> None:
    before = indexes()
    assert len(before) > 5
    with made_at_the_end("loan"):
        assert indexes() == {}
    assert indexes() == before


def test_the_indexes_come_back_when_the_block_fails(app: Flask) -> None:
    before = indexes()
    with pytest.raises(ZeroDivisionError), made_at_the_end("loan"):
        db.session.execute(text("SELECT 1"))
        raise ZeroDivisionError
    assert indexes() == before
