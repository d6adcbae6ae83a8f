"""The slice on PostgreSQL: migrations, loans, a file, the registry, a package, the overview."""

from datetime import date
from decimal import Decimal
from functools import partial
from threading import Barrier, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from recovery.evidence import sequencer
from recovery.evidence.comparison import compare
from recovery.evidence.house import house_store
from recovery.evidence.models import EvidenceItem
from recovery.insight import queries as overview
from recovery.insight.service import refresh
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.migrations import downgrade, load_models, upgrade
from recovery.kernel.numbering import draw
from recovery.kernel.work import work_as
from recovery.litigation.service import NewFile, open_files
from recovery.loans.ledger import Booking
from recovery.loans.models import Loan
from recovery.loans.service import record_payment
from recovery.portfolio.models import Package
from tests.books import add_loans
from tests.conftest import NOW
from tests.kernel.conftest import postgres, postgres_url
from tests.kernel.conftest import postgres_app as app
from tests.portfolio.test_packages import frozen
from tests.test_migrations import without_search

__all__ = ["app", "postgres", "postgres_url"]

pytestmark = pytest.mark.postgres
ACTOR = Actor.system("tests")


def test_migrations_build_the_models_and_walk_down_and_up(postgres_url: str) -> None:
    upgrade(postgres_url)
    engine = create_engine(postgres_url, poolclass=NullPool)
    with engine.connect() as connection:
        options = {"include_name": without_search, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, load_models()) == []
    downgrade(postgres_url, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(postgres_url)


def test_pages_cannot_write(app: Flask) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        db.session.execute(Loan.__table__.delete())


def test_a_loan_is_paid_sued_registered_and_added_up(app: Flask) -> None:
    with work_as(ACTOR, now=NOW) as work:
        loans = add_loans(work, 3)
        record_payment(work, loans[0].id, Booking(Decimal("1000.00"), date(2026, 3, 2)))
        opened = open_files(work, [loans[1].id], NewFile("法院", "summary", date(2026, 3, 16)))
    assert [file.number for file in opened.files] == ["2026-000001"]
    assert sequencer.register_pending() > 70
    assert sequencer.checkpoint() is not None
    assert list(compare()) == []
    assert house_store().verify(full=True) == []
    refresh(partial(work_as, ACTOR, now=NOW), clock.business_day(NOW))
    book = overview.book(db.session(), EVERYTHING)
    assert book is not None
    assert book.by_class["loss"].loans == 3
    assert book.received == {"payment": {"2026-03": Decimal("1000.00")}}


def test_a_package_is_frozen(app: Flask) -> None:
    with work_as(ACTOR, now=NOW) as work:
        loans = add_loans(work, 3)
        package = frozen(work, loans)
    totals = db.session.get_one(Package, package.id).totals or {}
    assert totals["principal"] == "300000.00"


def at_once(app: Flask, acts: list[object]) -> list[object]:
    """Run the acts in threads that begin together; return what each gave or raised."""
    barrier, given = Barrier(len(acts)), []

    def run(act: object) -> None:
        with app.app_context():
            barrier.wait()
            try:
                given.append(act())  # type: ignore[operator]
            except Exception as error:
                given.append(error)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_many_who_draw_numbers_at_once_draw_each_once(app: Flask) -> None:
    with work_as(ACTOR, now=NOW) as work:
        draw(work, "file-2026")

    def one() -> int:
        with work_as(ACTOR, now=NOW) as work:
            return draw(work, "file-2026")[0]

    assert sorted(at_once(app, [one] * 6)) == [2, 3, 4, 5, 6, 7]


def test_two_sequencers_at_once_register_nothing_twice(app: Flask) -> None:
    with work_as(ACTOR, now=NOW) as work:
        add_loans(work, 3)
    waiting = sequencer.backlog()
    given = at_once(app, [sequencer.register_pending] * 2)
    assert sum(given) == waiting  # type: ignore[arg-type]
    db.session.rollback()
    indexed = select(func.count(EvidenceItem.log_index.distinct()))
    assert db.session.scalar(indexed) == house_store().size == waiting
