"""People, what they may do, and where they belong; their sessions and approvals."""

from datetime import date

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Moment, Versioned, Yuan
from recovery.kernel.gate import Scoped


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
    """Lower case; what is typed is compared in this form."""

    name: Mapped[str]
    role: Mapped[str]
    """One of `access.rights.Role`."""

    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    """None: sees every branch that the role's scope allows."""

    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    password_hash: Mapped[str]
    """Argon2id."""

    must_change_password: Mapped[bool]

    one_time_last_day: Mapped[date | None]
    """Last day on which the one-time password opens a session; None: it is one's own."""

    totp_secret_sealed: Mapped[bytes | None]
    totp_secret = Sealed()
    """Secret of the second factor, base 32."""

    totp_confirmed_at: Mapped[Moment | None]
    """When the person proved to hold the secret; None: sign-in asks for no code."""

    totp_last_step: Mapped[int | None]
    """Number of the last 30-second step whose code was used: no code opens twice."""

    language: Mapped[str]
    """`zh` or `en`."""

    created_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class RecoveryCode(Base):
    """A code that stands in once for the second factor, kept as its digest."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    digest: Mapped[bytes]
    """SHA-256 of the code (80 random bits)."""

    created_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    """Used, or replaced by newer codes; None: still opens."""


class UserSession(Base):
    """A sign-in on one device. The browser holds the token, the row only its digest."""

    __tablename__ = "user_session"
    __table_args__ = (Index("ix_user_session_user_id_started_at", "user_id", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of the token (256 random bits)."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    """Kept by the access log, some seconds late."""

    verified_at: Mapped[Moment | None]
    """When the second factor was shown (or was not asked for); None: it is awaited."""

    network: Mapped[str]
    """Network of the address it was opened from, without the host."""

    device: Mapped[str]
    """Browser and system in a few words."""

    ended_at: Mapped[Moment | None]
    valid_until: Mapped[Moment | None]
    """Of a token for programs: when it ends; None: a browser's session, which timeouts end."""

    ended_because: Mapped[str | None]
    """`sign_out`, `everywhere`, `rotated`, `password`, `account`, `token` (a program's token, by
    itself); timeouts are computed."""


class Throttle(Base):
    """Failed attempts under one key: an account or an address, known only by a keyed digest."""

    __tablename__ = "throttle"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_failed_at: Mapped[Moment] = mapped_column(index=True)


class AccessEntry(Base):
    """A page that a person opened. Written in batches, outside business transactions."""

    __tablename__ = "access_entry"
    __table_args__ = (
        Index("ix_access_entry_user_id_at", "user_id", "at"),
        Index("ix_access_entry_record", "record_id", "endpoint"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Moment] = mapped_column(index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("user_session.id"))
    method: Mapped[str]
    endpoint: Mapped[str]
    record_id: Mapped[int | None]
    """The number in the page's address, if it has one; never a name or a contract number."""

    status: Mapped[int] = mapped_column(Integer)
    request_id: Mapped[str | None]


class Engagement(Base, Versioned):
    """What an external auditor may read, and on which days."""

    __tablename__ = "engagement"
    __table_args__ = (Index("ix_engagement_user_id_last_day", "user_id", "last_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    purpose: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    """Inclusive."""

    created_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    """Ended before its last day; None: not."""


class EngagementPart(Base):
    """A branch or a package that an engagement opens; one of the two is set."""

    __tablename__ = "engagement_part"
    __table_args__ = (UniqueConstraint("engagement_id", "branch_id", "package_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    package_id: Mapped[int | None]


class ApprovalLimit(Base, Versioned):
    """Up to which amount a person may approve requests of a kind."""

    __tablename__ = "approval_limit"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str]
    """Kind of request, or `*` for every kind without a limit of its own."""

    amount: Mapped[Yuan]
    """Inclusive; zero: none with an amount."""


class Delegation(Base):
    """An approver lends the power to decide to another while away. Ended, never deleted."""

    __tablename__ = "delegation"
    __table_args__ = (Index("ix_delegation_to_user_id_last_day", "to_user_id", "last_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    to_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    """Inclusive."""

    reason: Mapped[str]
    created_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class ApprovalRequest(Base, Versioned, Scoped):
    """A wish to do what needs four eyes, bound to the content that was shown.

    Of one record one is pending at a time, and of one loan one of each kind, so that no amount is
    split to stay below a limit.

    `branch_id` and the rest of its scope are its subject's; `owner_id` is who asked.
    """

    __tablename__ = "approval_request"
    __table_args__ = (
        Index(
            "uq_approval_request_pending",
            "subject_type",
            "subject_id",
            unique=True,
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "uq_approval_request_pending_loan",
            "kind",
            "loan_id",
            unique=True,
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_approval_request_status_id", "status", "id"),
        Index("ix_approval_request_status_branch_id_id", "status", "branch_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    row_uuid: Mapped[bytes]
    kind: Mapped[str]
    """Key in `links.approval_kinds`."""

    subject_type: Mapped[str]
    subject_id: Mapped[int]
    loan_id: Mapped[int | None]
    """Loan whose stream of evidence the decision goes to; None: the stream of the house."""

    content_sealed: Mapped[bytes]
    content = Sealed()
    """Canonical JSON (RFC 8785) of exactly what is shown and executed."""

    digest: Mapped[str]
    """SHA-256 of that text, in hexadecimal."""

    amount: Mapped[Yuan | None]
    """What an approver's limit is compared with; None: the kind moves no money."""

    reason: Mapped[str]
    requested_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    requested_at: Mapped[Moment]

    status: Mapped[str]
    """`pending`, `approved`, `rejected`, `withdrawn`, or `void` (the content changed)."""

    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """The absent approver in whose power a delegate decided; None: in one's own."""

    decided_at: Mapped[Moment | None]
    decision_reason: Mapped[str | None]
