"""The law book of an installation, for commands that start without the application."""

from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from recovery.law.book import LawBook
from recovery.rulebook.book import book_of
from recovery.rulebook.models import LawChange


def book_at(database_url: str) -> LawBook | None:
    """Return the law with what administrators added to it in that database.

    None where there is no database yet, or one that has not been migrated so far.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return None
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        if not inspect(session.connection()).has_table(LawChange.__tablename__):
            return None
        return book_of(session)
