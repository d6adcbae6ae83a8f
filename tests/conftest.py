"""What all tests stand on: one migrated SQLite file, copied per test; an app on the copy."""

import asyncio
import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2.profiles import CHEAPEST
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from itsdangerous import URLSafeTimedSerializer
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from recovery import create_app
from recovery.access import passwords, queries, service
from recovery.access.engagements import Terms, create_engagement
from recovery.access.login import TOKEN
from recovery.access.models import Branch, UserAccount
from recovery.access.rights import Role
from recovery.access.sessions import start_session
from recovery.access.throttle import Origin
from recovery.kernel import clock
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.migrations import upgrade
from recovery.kernel.work import Work, system_work, work_as
from recovery.loans.models import Loan
from tests.books import add_loans

hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

NOW = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
"""Monday 16 March 2026, ten in the morning in Shanghai."""

AGENCY = "安心催收"
"""The agency of every agency user in tests."""

SHARED = Path(__file__).parent.parent.parent / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public data and vectors are not beside this checkout"
)


MEMORY = Path("/dev/shm")
ENOUGH = 4 * 1024**3
"""Folders of passed tests are removed at once; what is there at a time is far less."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep what tests write in memory, where there is enough: they make 100,000 folders."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of the slowest tests, so that no process ends long after the others."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, not again and again among program and tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Hash with the cheapest parameters: tests hash often and guard nothing."""
    passwords.use_parameters(CHEAPEST)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite database at the head of migrations; copy it, never write it."""
    path = tmp_path_factory.mktemp("migrated") / "recovery.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def settings(migrated: Path, tmp_path: Path) -> Settings:
    """Return the settings of an installation of its own, with a migrated database."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copy(migrated, home / "recovery.db")
    return settings_in(home)


def settings_in(home: Path) -> Settings:
    """Return the settings of an installation in `home`."""
    return Settings(
        home=home,
        database_url=f"sqlite:///{home / 'recovery.db'}",
        blob_url=f"file://{home / 'evidence'}",
        queue_url=f"sqlite:///{home / 'queue.db'}",
        secret_key="only for tests",
        environment="test",
        public_url=None,
    )


class SharedTemplates(BytecodeCache):
    """Templates as compiled by an earlier test's application of this process."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is known of the template."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the template."""
        self._code[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = SharedTemplates()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Hide the event loop that a browser's driver keeps running between its tests.

    Who signs or validates papers starts one of its own, as in a process without a browser. After
    the last test the driver is ended, on its loop.
    """
    if nextitem is None or "playwright" in getattr(item, "fixturenames", ()):
        return (yield)
    foreign = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return (yield)
    finally:
        asyncio._set_running_loop(foreign)


READ = ("_parts", "_trace", "_converters", "arguments")
BUILDERS = ("_build", "_build_unknown")
"""What werkzeug makes of a rule: what it read of it, and methods that build its addresses."""


@pytest.fixture(scope="session", autouse=True)
def remembered_routes() -> Iterator[None]:
    """Let every test's application take over what an earlier one compiled for the same route.

    Compiling is most of what making an application costs, and depends on the rule alone.
    """
    known: dict[tuple[object, ...], dict[str, Any]] = {}
    plain = Rule.compile

    def remembered(rule: Rule) -> None:
        key = (rule.rule, rule.is_leaf, rule.subdomain, rule.host, str(rule.defaults))
        if key in known:
            made = known[key]
            vars(rule).update({name: made[name] for name in READ})
            vars(rule).update({name: made[name].__get__(rule) for name in BUILDERS})
        else:
            plain(rule)
            known[key] = {name: getattr(rule, name) for name in READ}
            known[key] |= {name: getattr(rule, name).__func__ for name in BUILDERS}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def remembered_statements() -> Iterator[None]:
    """Let every SQLite engine take over the statements that an earlier one compiled.

    A compiled statement depends on its dialect, and of SQLite all tests have the same.
    """
    known: LRUCache[Any, Any] = LRUCache(5000)
    plain = SQLAlchemy._make_engine

    def remembering(*arguments: Any) -> Engine:
        engine = plain(*arguments)
        if engine.dialect.name == "sqlite":
            engine._compiled_cache = known
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLAlchemy, "_make_engine", remembering)
        patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda one: hash(type(one)))
        yield


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Return the application on its own database, inside an application context."""
    os.environ.pop("RECOVERY_CLOCK", None)
    app = create_app(settings)
    app.config["TESTING"] = True
    app.jinja_env.bytecode_cache = TEMPLATES
    yield from within(app)


def within(app: Flask) -> Iterator[Flask]:
    """Yield an application inside its context; close every connection of it afterwards."""
    with app.app_context():
        yield app
        let_go()


def let_go() -> None:
    """Close every connection of the current application."""
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()


@pytest.fixture
def actor() -> Actor:
    """Return somebody who may see everything."""
    return Actor(id=None, name="li.na", role="administrator", scope=EVERYTHING)


@pytest.fixture
def work(app: Flask, actor: Actor) -> Iterator[Work]:
    """Return an open unit of work at `NOW`; it commits when the test ends."""
    with work_as(actor, now=NOW) as unit:
        yield unit


class Browser(FlaskClient):
    """A test client that sends its CSRF token with every POST, as our pages do.

    Its requests write: never use it while the `work` fixture is open.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request; `csrf=False` leaves the token out."""
        if kwargs.pop("csrf", True) and str(kwargs.get("method", "GET")) == "POST":
            with self.session_transaction() as cookie:
                secret = cookie.setdefault("csrf_token", "0" * 40)
            signer = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token")
            kwargs["headers"] = {**kwargs.get("headers", {}), "X-CSRFToken": signer.dumps(secret)}
        return super().open(*args, **kwargs)


@pytest.fixture
def browser_client(app: Flask) -> Browser:
    """Return a test client of somebody who is not signed in."""
    app.test_client_class = Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


@pytest.fixture
def person(app: Flask) -> Callable[..., UserAccount]:
    """Return a maker of accounts: `person("counsel")`, in the branch `101` unless told.

    An external auditor is engaged for that branch, an agency user belongs to an agency.
    """

    def make(role: str, *, username: str | None = None, branch: str = "101") -> UserAccount:
        with system_work("tests") as work:
            return make_person(work, Role(role), username or role.replace("_", "-"), branch)

    return make


def make_person(work: Work, role: Role, username: str, branch_code: str) -> UserAccount:
    """Return the account `username`, made where it is missing, with a password of its own."""
    found = queries.account_named(work.session, username)
    if found is not None:
        return found
    branch = queries.branch_coded(work.session, branch_code) or service.create_branch(
        work, branch_code, f"机构 {branch_code}"
    )
    agency = queries.agency_named(work.session, AGENCY) or service.create_agency(work, AGENCY)
    account = service.create_user(
        work,
        username,
        role=role,
        name=f"测试 {username}",
        branch=branch if role in {Role.COUNSEL, Role.COLLECTOR} else None,
        agency=agency if role is Role.AGENCY_USER else None,
    ).account
    account.must_change_password, account.one_time_last_day = False, None
    if role is Role.EXTERNAL_AUDITOR:
        days = Terms("年度审计", work.today, work.today, frozenset({branch.id}))
        create_engagement(work, account, days)
    return account


@pytest.fixture
def loan(app: Flask, actor: Actor, person: Callable[..., UserAccount]) -> Loan:
    """Return a loan of the branch that counsel works in."""
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    with work_as(actor) as work:
        return add_loans(work, branch_id=branch.id)[0]


@pytest.fixture
def signed_in(app: Flask, person: Callable[..., UserAccount]) -> Callable[..., Browser]:
    """Return a maker of signed-in browsers: `signed_in("counsel").get("/loans/")`.

    Takes what `person` takes.
    """

    def sign_in(role: str, **where: str) -> Browser:
        account = person(role, **where)
        with system_work("tests", now=clock.machine_now()) as work:
            row = work.session.get_one(UserAccount, account.id)
            token = start_session(work, row, Origin("127.0.0.1", "tests")).token
        app.test_client_class = Browser
        client = app.test_client()
        assert isinstance(client, Browser)
        with client.session_transaction() as cookie:
            cookie[TOKEN] = token
        return client

    return sign_in


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nothing may be skipped (CI), a skipped test has failed.

    Campaigns of faults may say what belongs to their long form or is not permitted here.
    """
    report = yield
    expected = hasattr(report, "wasxfail") or item.get_closest_marker("faults")
    if report.skipped and not expected and os.environ.get("RECOVERY_TESTS_MAY_SKIP") == "no":
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report
