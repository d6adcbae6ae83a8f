"""People, what they may do, and where they belong."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Moment, Versioned


class Branch(Base, Versioned):
    """A branch (分支机构) of the lender, whose book is a scope of visibility."""

    __tablename__ = "branch"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Agency(Base, Versioned):
    """A collection agency (委外机构) with which loans are placed."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class UserAccount(Base, Versioned):
    """A person who signs in. Ended accounts stay, because audit events name them."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    row_uuid: Mapped[bytes]
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    """None: sees every branch that the role's scope allows."""

    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    password_hash: Mapped[str]
    """Argon2id."""

    must_change_password: Mapped[bool]
    totp_secret_sealed: Mapped[bytes | None]
    totp_secret = Sealed()
    language: Mapped[str]
    """`zh` or `en`."""

    created_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
