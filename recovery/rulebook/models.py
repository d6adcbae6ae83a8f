"""What administrators change in the law book: one row a change, in force once a second person
has approved it. Nothing is removed; a later change of the same value prevails."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment, Versioned


class LawChange(Base, Versioned):
    """A proposed change of the law book: a confirmation, a version, a setting, or a year."""

    __tablename__ = "law_change"
    __table_args__ = (
        Index("ix_law_change_in_force_at", "in_force_at", "id"),
        Index("ix_law_change_parameter", "parameter", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """`confirmation`, `version`, `setting` (of a court or province), `year` (rest days), or
    `retraction` of one of these."""

    retracts_id: Mapped[int | None] = mapped_column(ForeignKey("law_change.id"), index=True)
    """The change that a retraction takes out of the law book; None for all others."""

    parameter: Mapped[str | None]
    """Name in `recovery/law/parameters`; None for a year."""

    place: Mapped[str | None]
    """`court:…` or `province:…` for a setting; None everywhere else."""

    since: Mapped[date | None]
    """First day in force of the version; None for a year."""

    value: Mapped[str | None]
    """The value as TOML writes it; None for a confirmation or a year."""

    instrument: Mapped[str]
    """What the change rests on: the instrument, or the notice of a year's rest days."""

    article: Mapped[str]
    edition: Mapped[str]
    mark: Mapped[str]
    """V article read, S secondary source, U from memory."""

    is_confirmed: Mapped[bool]
    """Whether the proposer vouches for the value."""

    year: Mapped[int | None]
    rest_days: Mapped[list[Any]]
    """Days off of the year, ISO, weekends within a holiday included."""

    working_days: Mapped[list[Any]]
    """Weekend days worked instead, ISO."""

    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[Moment]
    in_force_at: Mapped[Moment | None]
    """When a second person's approval put it into the law book; None: not (yet)."""
