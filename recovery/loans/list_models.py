"""Selections: the rows chosen in a list for a bulk act. Records only."""

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment


class Selection(Base):
    """Rows chosen in a list for a bulk act: the ids are counted and frozen when confirmed."""

    __tablename__ = "selection"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(index=True)
    subject_type: Mapped[str]
    description: Mapped[str]
    row_count: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[Moment]


class SelectionRow(Base):
    """One record of a selection."""

    __tablename__ = "selection_row"

    selection_id: Mapped[int] = mapped_column(ForeignKey("selection.id"), primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)
