"""What a person chose for a list."""

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment


class ListChoice(Base):
    """A person's columns and saved views of one list: one row, read with the list itself."""

    __tablename__ = "list_choice"
    __table_args__ = (UniqueConstraint("user_id", "list_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    list_key: Mapped[str]
    """The `key` of the `Worklist`."""

    columns: Mapped[list[Any] | None]
    """Names of the columns shown; None: as the list is declared."""

    views: Mapped[list[Any]]
    """Saved views, oldest first: [{"name": …, "query": the conditions as a query string}]."""

    changed_at: Mapped[Moment]
