"""Figures of the loan list, of search and of the loan page, on the large book, signed in.

Only the sessions of the readers are written to the book. Times are those of whole requests in one
process, from the call of the application to the last byte.
"""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from recovery.access.login import TOKEN
from recovery.access.models import UserAccount
from recovery.access.sessions import start_session
from recovery.access.throttle import Origin
from recovery.demo.people import GIVEN, SURNAMES
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Scope
from recovery.kernel.search import find
from recovery.kernel.work import system_work
from recovery.loans.models import Loan
from tests.bench import Bench, Benchmark

READERS = ("admin", "fawu", "weiwai")
"""Everything; own branch and own loans; an agency's placements."""

SORTS = ("overdue", "-overdue", "balance", "-balance", "contract_no")
FILTERS = (
    "class=loss",
    "class=substandard&sort=-balance",
    "days_from=91&stage=none&status=open",
    "days_from=1&days_to=30&sort=-balance",
    "stage=judged&province=31",
    "stage=suing&mortgage=unregistered&vehicle=missing",
    "written_off=yes",
    "branch=3&class=doubtful&sort=-balance",
    "balance_from=100000&balance_to=100100",
    "q=王伟",
    "owner=cuishou",
)
PAGES = 8
PAGE_SECONDS, STRIP_SECONDS, SEARCH_SECONDS, LOAN_SECONDS = 0.050, 1.0, 0.050, 0.080
MOST_STATEMENTS = 6


Statements = list[tuple[str, Any]]
"""The queries of a request with their parameters."""


def signed_in(app: Flask, username: str) -> FlaskClient:
    """Return a client of the demo user."""
    with app.app_context(), system_work("bench") as work:
        named = select(UserAccount).where(UserAccount.username == username)
        token = start_session(
            work, work.session.scalars(named).one(), Origin("127.0.0.1", "")
        ).token
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    return client


@contextmanager
def watched(app: Flask) -> Iterator[Statements]:
    """Note the queries of the block."""
    seen: Statements = []
    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def timed(client: FlaskClient, url: str) -> tuple[float, str]:
    """Return the seconds that a page took, and the page."""
    start = time.perf_counter()
    answer = client.get(url)
    seconds = time.perf_counter() - start
    assert answer.status_code == 200, f"{url}: {answer.status_code}"
    return seconds, answer.text


def next_url(page: str) -> str | None:
    """Return the address of the next page."""
    link = re.search(r'rel="next" href="([^"]+)"', page)
    return link[1].replace("&amp;", "&") if link else None


def p95(seconds: list[float]) -> float:
    """Return what 95 of 100 do not exceed."""
    return sorted(seconds)[max(int(len(seconds) * 0.95) - 1, 0)]


def walked(client: FlaskClient) -> Iterator[tuple[str, float]]:
    """Yield the address and the time of many pages: each sort some pages deep, each filter."""
    timed(client, "/loans/")
    starts = [f"/loans/?sort={sort}" for sort in SORTS] + [f"/loans/?{one}" for one in FILTERS]
    for start in starts:
        url: str | None = start
        for _ in range(PAGES):
            if url is None:
                break
            seconds, page = timed(client, url)
            yield url, seconds
            url = next_url(page)


def list_pages(bench: Bench) -> None:
    """Any page of the list: the whole request, and how many statements it takes."""
    app, most = bench.app(), 0
    for reader in READERS:
        client = signed_in(app, reader)
        with watched(app) as seen:
            timed(client, "/loans/?class=loss")
            timed(client, "/loans/?class=loss")
        most = max(most, len(seen) // 2)
        pages = list(walked(client))
        found = p95([seconds for _url, seconds in pages])
        slowest = max(pages, key=lambda page: page[1])
        note = f"{found * 1e3:.0f} ms over {len(pages)} pages; slowest {slowest[0]}"
        bench.report(f"loan list p95, {reader}", ratio=found / PAGE_SECONDS, target=1.0, note=note)
    bench.report("loan list statements", ratio=most, target=MOST_STATEMENTS, note=f"{most}")


def list_sql(bench: Bench) -> None:
    """The statements of list pages as the program runs them, beside the same through sqlite3."""
    app = bench.app()
    client = signed_in(app, "admin")
    ours = theirs = 0.0
    raw = sqlite3.connect(f"file:{bench.home / 'recovery.db'}?mode=ro", uri=True)
    raw.execute("PRAGMA cache_size=-65536")
    for url in (*(f"/loans/?sort={sort}" for sort in SORTS), *(f"/loans/?{f}" for f in FILTERS)):
        with watched(app) as seen:
            timed(client, url)
        with app.app_context():
            ours += min(through_program(seen) for _ in range(7))
        theirs += min(through_sqlite(raw, seen) for _ in range(7))
    note = f"{ours * 1e3:.1f} ms against {theirs * 1e3:.1f} ms"
    bench.report("loan list SQL", ratio=ours / theirs, target=2.0, note=note)


def through_program(seen: Statements) -> float:
    """Return the seconds that the statements take on the program's own reading session."""
    connection = db.session().connection()
    start = time.perf_counter()
    for statement, parameters in seen:
        connection.exec_driver_sql(statement, parameters).all()
    return time.perf_counter() - start


def through_sqlite(raw: sqlite3.Connection, seen: Statements) -> float:
    """Return the seconds that the same statements take through sqlite3 alone."""
    start = time.perf_counter()
    for statement, parameters in seen:
        raw.execute(statement, parameters).fetchall()
    return time.perf_counter() - start


def totals(bench: Bench) -> None:
    """The strip of totals over everything and over filters, by its own request."""
    client = signed_in(bench.app(), "admin")
    timed(client, "/loans/totals?stage=judged")
    for words in ("", "class=loss", "days_from=91&status=open", "branch=3"):
        seconds = min(timed(client, f"/loans/totals?{words}")[0] for _ in range(3))
        name = f"strip of totals, {words or 'everything'}"
        note = f"{seconds * 1e3:.0f} ms"
        bench.report(name, ratio=seconds / STRIP_SECONDS, target=1.0, note=note)


def searches(bench: Bench) -> None:
    """Search by names of two characters, in every scope."""
    random = Random(7)
    names = [random.choice(SURNAMES) + random.choice(GIVEN) for _ in range(300)]
    scopes = {"everything": EVERYTHING, "a branch": Scope(branches=frozenset({3}), owner_id=2)}
    for scope_name, scope in scopes.items():
        with bench.app().app_context():
            session = db.session()
            find(session, names[0], scope)
            seconds = [_searched(session, name, scope) for name in names]
        found = p95(seconds)
        note = f"{found * 1e3:.1f} ms, slowest {max(seconds) * 1e3:.1f} ms"
        name = f"search by two-character name p95, {scope_name}"
        bench.report(name, ratio=found / SEARCH_SECONDS, target=1.0, note=note)


def _searched(session: Any, name: str, scope: Scope) -> float:
    start = time.perf_counter()
    find(session, name, scope)
    return time.perf_counter() - start


def loan_pages(bench: Bench) -> None:
    """The page of a loan anywhere in the book."""
    app, random = bench.app(), Random(11)
    client = signed_in(app, "admin")
    with app.app_context():
        last = db.session.scalar(select(func.max(Loan.id))) or 1
    ids = [random.randint(1, last) for _ in range(100)]
    timed(client, f"/loans/{ids[0]}")
    found = p95([timed(client, f"/loans/{one}")[0] for one in ids])
    note = f"{found * 1e3:.0f} ms"
    bench.report("loan page p95", ratio=found / LOAN_SECONDS, target=1.0, note=note)


BENCHES: list[Benchmark] = [list_pages, list_sql, totals, searches, loan_pages]
