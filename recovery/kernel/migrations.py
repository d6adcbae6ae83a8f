"""Bring a database to the state that this version of the program needs (Alembic, in code)."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData

import recovery
from recovery.kernel.db import Base


def load_models() -> MetaData:
    """Import every module of tables, of features and of their parts, and return their metadata."""
    root = Path(recovery.__file__).parent
    for path in sorted([*root.glob("*/models.py"), *root.glob("*/*/models.py")]):
        import_module(".".join(path.relative_to(root.parent).with_suffix("").parts))
    if find_spec("recovery.kernel.jobs") is not None:
        import_module("recovery.kernel.jobs")
    return Base.metadata


def folder() -> Path:
    """Return the folder of migrations: beside the package, or inside it in a wheel."""
    here = Path(recovery.__file__).parent
    packaged = here / "_migrations"
    return packaged if packaged.is_dir() else here.parent / "migrations"


def config(url: str) -> Config:
    """Return Alembic's settings for the database at `url`."""
    settings = Config()
    settings.set_main_option("script_location", str(folder()))
    settings.attributes["url"] = url
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` up to `revision`."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Migrate the database at `url` down to `revision` (tests; a release only goes up)."""
    command.downgrade(config(url), revision)


def is_current(engine: Engine) -> bool:
    """Tell whether the database stands at the revision that this version of the program needs."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head()


@cache
def head() -> str | None:
    """Return the revision that this version of the program needs, read from its files once."""
    return ScriptDirectory.from_config(config("")).get_current_head()
