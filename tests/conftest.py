"""What all tests stand on: one migrated SQLite file, copied per test; an application on the copy."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from recovery import create_app
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.migrations import upgrade
from recovery.kernel.work import Work, work_as

NOW = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
"""Monday 16 March 2026, ten in the morning in Shanghai."""

SHARED = Path(__file__).parent.parent.parent / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public data and vectors are not beside this checkout"
)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite database at the head of migrations; copy it, never write it."""
    path = tmp_path_factory.mktemp("migrated") / "recovery.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture()
def settings(migrated: Path, tmp_path: Path) -> Settings:
    """Return the settings of an installation of its own, with a migrated database."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copy(migrated, home / "recovery.db")
    return Settings(
        home=home,
        database_url=f"sqlite:///{home / 'recovery.db'}",
        blob_url=f"file://{home / 'evidence'}",
        queue_url=f"sqlite:///{home / 'queue.db'}",
        secret_key="only for tests",
        environment="test",
        public_url=None,
    )


@pytest.fixture()
def app(settings: Settings) -> Iterator[Flask]:
    """Return the application on its own database, inside an application context."""
    os.environ.pop("RECOVERY_CLOCK", None)
    app = create_app(settings)
    app.config["TESTING"] = True
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture()
def actor() -> Actor:
    """Return somebody who may see everything."""
    return Actor(id=None, name="li.na", role="administrator", scope=EVERYTHING)


@pytest.fixture()
def work(app: Flask, actor: Actor) -> Iterator[Work]:
    """Return an open unit of work at `NOW`; it commits when the test ends."""
    with work_as(actor, now=NOW) as unit:
        yield unit
