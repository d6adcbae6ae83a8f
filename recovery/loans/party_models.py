"""Tables of the people of loans (借款人、共同借款人、保证人). Records only."""

from datetime import date

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Versioned


class Person(Base, Versioned):
    """A natural or legal person: borrower (借款人), co-borrower or guarantor (保证人).

    What prices and statistics need is derived into plain columns; the rest is sealed.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    row_uuid: Mapped[bytes]
    """Random; part of the associated data of the sealed columns."""

    name: Mapped[str | None] = mapped_column(index=True)
    """Searchable in clear; None: the tape carries no name."""

    id_number_sealed: Mapped[bytes | None]
    id_number_index: Mapped[bytes | None] = mapped_column(index=True)
    id_number = Sealed()

    phone_sealed: Mapped[bytes | None]
    phone_index: Mapped[bytes | None] = mapped_column(index=True)
    phone = Sealed()

    address_sealed: Mapped[bytes | None]
    address = Sealed()

    bank_account_sealed: Mapped[bytes | None]
    bank_account = Sealed()

    birth_year: Mapped[int | None] = mapped_column(Integer)
    sex: Mapped[str | None]
    """`male` or `female`, from the ID number."""

    province: Mapped[str | None]
    """Two-digit code of GB/T 2260 (`31`), or the state of a foreign tape (`US-CA`)."""

    city: Mapped[str | None]
    """Four-digit code of GB/T 2260 (`3101`)."""


class LoanParty(Base, Versioned):
    """A person's part in a loan beside the borrower: co-borrower or guarantor."""

    __tablename__ = "loan_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    """`co_borrower`, `guarantor`."""

    guarantee_mode: Mapped[str | None]
    """`general` or `joint_and_several`; None: not agreed (general, 民法典 686) or no guarantor."""

    guarantee_last_day: Mapped[date | None]
    """Last day of the agreed guarantee period, inclusive; None: not agreed (six months, 692)."""

    ended_on: Mapped[date | None]

    person: Mapped[Person] = relationship()
