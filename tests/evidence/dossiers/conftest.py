"""A house that all tests of a module share: to export a dossier costs more than to look at it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from recovery import create_app
from tests.conftest import TEMPLATES, settings_in, within


@pytest.fixture(scope="module")
def house(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return the application on a database that the tests of a module share, inside its context."""
    os.environ.pop("RECOVERY_CLOCK", None)
    home = tmp_path_factory.mktemp("house")
    shutil.copy(migrated, home / "recovery.db")
    app = create_app(settings_in(home))
    app.config["TESTING"] = True
    app.jinja_env.bytecode_cache = TEMPLATES
    yield from within(app)
