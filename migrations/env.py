"""Run migrations on the URL that `recovery.kernel.migrations` gives."""

from alembic import context
from sqlalchemy import create_engine, event, pool

from recovery.kernel.migrations import load_models


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what full-text search keeps beside its tables."""
    return not (kind == "table" and name is not None and name.startswith("search_fts"))


engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def on_connect(connection: object, _record: object) -> None:
        """Migrate under the same journal mode that the program uses."""
        connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]


with engine.begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=load_models(),
        include_name=include_name,
        render_as_batch=False,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
