"""A small lean book for tests of the list: 300 loans of twelve branches, always the same."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from recovery import create_app
from recovery.demo.lean import Staff, lean_loans
from recovery.demo.staff import hire
from recovery.kernel.clock import today
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Scope
from recovery.kernel.work import system_work
from recovery.law.book import LawBook
from recovery.loans.bulk import insert_loans
from recovery.loans.listing.classes import floors_of
from recovery.loans.listing.conditions import Reader
from recovery.loans.listing.worklist import FILTERS
from recovery.loans.models import Loan
from recovery.web.filters import FilterState
from tests.conftest import settings_in

LOANS = 300


@pytest.fixture(scope="session")
def book(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an installation with the book, keys included; copy it, never write it."""
    home = tmp_path_factory.mktemp("book")
    shutil.copy(migrated, home / "recovery.db")
    app = create_app(settings_in(home))
    with app.app_context():
        with system_work("tests") as work:
            insert_loans(work, list(lean_loans(LOANS, hire(work), today())))
        for engine in db.engines.values():
            engine.dispose()
    return home


@pytest.fixture
def settings(book: Path, tmp_path: Path) -> Settings:
    """Return the settings of an installation of its own that holds the book."""
    home = tmp_path / "home"
    shutil.copytree(book, home)
    home.chmod(0o700)
    return settings_in(home)


@pytest.fixture
def staff(app: Flask) -> Staff:
    """Return the branches, people and agencies of the book."""
    with system_work("tests") as work:
        return hire(work)


@pytest.fixture
def day() -> date:
    """Return the business day of the book: the present one, as pages read it."""
    return today()


@pytest.fixture
def loans(app: Flask) -> list[Loan]:
    """Return the loans of the book as they were built, in order of their ids."""
    rows = select(Loan).options(joinedload(Loan.borrower)).order_by(Loan.id)
    found = list(db.session.scalars(rows))
    db.session.expunge_all()
    return found


@pytest.fixture
def reader_with(day: date) -> Callable[[Scope], Reader]:
    """Return a maker of readers by what they may see."""
    return lambda scope: Reader(1, scope, floors_of(LawBook.standard(), day))


@pytest.fixture
def reader(reader_with: Callable[[Scope], Reader]) -> Reader:
    """Return somebody who sees everything."""
    return reader_with(EVERYTHING)


def asked(query: str) -> FilterState:
    """Return the conditions of a query string."""
    return FILTERS.read(MultiDict(parse_qsl(query)))
