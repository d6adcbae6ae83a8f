"""The table of the cars that secure loans. Records only."""

from datetime import date

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Versioned, Yuan


class Vehicle(Base, Versioned):
    """The car that secures the loan."""

    __tablename__ = "vehicle"

    id: Mapped[int] = mapped_column(primary_key=True)
    row_uuid: Mapped[bytes]
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    vin: Mapped[str | None] = mapped_column(index=True)
    vin_check: Mapped[str]
    """`valid`, `invalid`, `absent`: check digit of GB 16735."""

    plate: Mapped[str | None] = mapped_column(index=True)
    engine_no: Mapped[str | None]
    make: Mapped[str | None]
    model: Mapped[str | None]
    model_year: Mapped[int | None] = mapped_column(Integer)
    condition: Mapped[str]
    """`new` or `used` at the sale."""

    value: Mapped[Yuan | None]
    """Price or appraisal at the loan's start."""

    mortgage_state: Mapped[str]
    mortgage_registered_on: Mapped[date | None]
    mortgage_certificate_no: Mapped[str | None]
    state: Mapped[str]
    """Vehicle state as on the loan."""

    last_seen_on: Mapped[date | None]
    last_place_sealed: Mapped[bytes | None]
    last_place = Sealed()
    ended_on: Mapped[date | None]
    """Day on which it ceased to secure the loan."""
