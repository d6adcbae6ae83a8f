"""Figures of the book, computed by a job so that no page reads the whole book."""

from datetime import date
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment


class BookFigure(Base):
    """One table of figures of one branch on one business day; computed again, it is replaced."""

    __tablename__ = "book_figure"
    __table_args__ = (UniqueConstraint("day", "name", "branch_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    name: Mapped[str]
    """`class_and_age`, `recoveries`."""

    branch_id: Mapped[int]
    """0: loans of no branch."""

    rows: Mapped[list[Any]]
    """Cells as lists of texts and numbers; amounts in whole fen."""

    computed_at: Mapped[Moment]
