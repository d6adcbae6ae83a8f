"""Migrations and models tell the same story."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from recovery.kernel.migrations import downgrade, load_models, upgrade


def without_search(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what full-text search keeps beside its tables."""
    return not (kind == "table" and (name or "").startswith("search_fts"))


def test_migrations_build_exactly_the_models(migrated: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated}", poolclass=NullPool)
    with engine.connect() as connection:
        options = {"include_name": without_search, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, load_models()) == []


def test_migrations_walk_down_to_nothing_and_up_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'walk.db'}"
    upgrade(url)
    downgrade(url, "base")
    engine = create_engine(url, poolclass=NullPool)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(url)
    assert "audit_event" in inspect(engine).get_table_names()
