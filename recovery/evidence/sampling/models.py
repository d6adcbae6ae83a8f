"""What the auditor's workspace keeps: samples with their populations, items, letters and files.

None of it is `Scoped`: who may see a sample does not follow from the loans in it but from whose it
is, and every read passes `access.find_sample`.
"""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Moment, Versioned, Yuan


class AuditSample(Base, Versioned):
    """An auditor's sample: the population first, then the seed, then what was drawn and found."""

    __tablename__ = "audit_sample"

    id: Mapped[int] = mapped_column(primary_key=True)
    row_uuid: Mapped[bytes]
    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    auditor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    engagement_id: Mapped[int | None] = mapped_column(ForeignKey("engagement.id"))
    """The external auditor's engagement under which it is read; None: an internal auditor's."""

    state: Mapped[str]
    """`fixing`, `fixed`, `drawing`, `drawn`, `concluded`; `failed` where nothing matched."""

    failure: Mapped[dict[str, Any] | None]
    """Why fixing or drawing failed, as a packed text; None: it did not."""

    created_at: Mapped[Moment]

    # the population
    source: Mapped[str]
    """`loan` or `transaction`."""

    measure: Mapped[str]
    """What an item is worth: `balance` or `principal` of a loan, `amount` of a transaction."""

    query: Mapped[str]
    """The conditions as a query string."""

    conditions: Mapped[str]
    """The same in words."""

    log_size: Mapped[int | None]
    """Leaves of the log under whose signed head the population stands; None: not fixed yet."""

    log_root: Mapped[str | None]
    waiting_count: Mapped[int | None]
    """Records that still waited for registration when it was fixed."""

    item_count: Mapped[int | None]
    value: Mapped[Yuan | None]
    """Sum over all items."""

    positive_count: Mapped[int | None]
    positive_value: Mapped[Yuan | None]
    """Of items above zero: what monetary-unit sampling draws from."""

    digest: Mapped[str | None]
    """SHA-256 over `id,value` of every item in order; see `draw.py`."""

    fixed_at: Mapped[Moment | None]

    # the draw
    method: Mapped[str | None]
    """`random`, `stratified`, `mus`."""

    seed_sealed: Mapped[bytes | None]
    seed = Sealed()
    """Entered after the population was fixed. With it anyone draws the sample: never shown to
    others, nor written to the audit log."""

    salt_sealed: Mapped[bytes | None]
    salt = Sealed()
    """Random, hexadecimal: salts the digests of plan and sample that are registered."""

    size: Mapped[int | None] = mapped_column(Integer)
    bounds: Mapped[list[Any]]
    """Inclusive lower ends of all strata but the first, as texts in yuan."""

    allocation: Mapped[str | None]
    """`given`, `by_count`, `by_value`."""

    numbers: Mapped[list[Any]]
    """Numbers drawn from the strata, where given."""

    strata: Mapped[list[Any]]
    """Of each stratum of the population: [count, value in yuan as text]."""

    interval: Mapped[Yuan | None]
    confidence: Mapped[str | None]
    """Share as a decimal text: `0.95`."""

    tolerable: Mapped[Yuan | None]
    expected: Mapped[Yuan | None]
    seeded_at: Mapped[Moment | None]
    drawn_at: Mapped[Moment | None]
    drawn_count: Mapped[int | None] = mapped_column(Integer)

    # what came of it
    conclusion_sealed: Mapped[bytes | None]
    conclusion = Sealed()
    concluded_at: Mapped[Moment | None]


class SampleReader(Base):
    """A colleague of the same engagement whom the auditor lets work on the sample."""

    __tablename__ = "sample_reader"
    __table_args__ = (UniqueConstraint("sample_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[Moment]


class SampleItem(Base, Versioned):
    """An item that was drawn, with what the auditor found."""

    __tablename__ = "sample_item"
    __table_args__ = (UniqueConstraint("sample_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    row_uuid: Mapped[bytes]
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"))
    place: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … in the sample. Addresses and audit events name an item by it alone."""

    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    """Of a sample of transactions."""

    reference: Mapped[str]
    value: Mapped[Yuan]
    stratum: Mapped[int] = mapped_column(Integer)
    """From 0."""

    hits: Mapped[int] = mapped_column(Integer)
    is_certain: Mapped[bool]

    examined: Mapped[Yuan | None]
    """What the auditor found it to be worth; None: not examined yet."""

    exception: Mapped[str | None]
    """Kind of exception, one of `labels.EXCEPTIONS`; None: none, or not examined."""

    reason_sealed: Mapped[bytes | None]
    reason = Sealed()
    note_sealed: Mapped[bytes | None]
    note = Sealed()
    examined_at: Mapped[Moment | None]
    examined_by: Mapped[str | None]


class Confirmation(Base, Versioned):
    """A letter (函证) to the debtor of a sampled loan, and what came back."""

    __tablename__ = "confirmation"
    __table_args__ = (UniqueConstraint("sample_id", "loan_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    row_uuid: Mapped[bytes]
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"))
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    place: Mapped[int] = mapped_column(Integer)
    """The first item of the sample that the letter covers."""

    number: Mapped[str]
    as_of: Mapped[date]
    principal: Mapped[Yuan]
    interest: Mapped[Yuan]
    penalty: Mapped[Yuan]
    """Penalty and compound interest."""

    costs: Mapped[Yuan]
    balance: Mapped[Yuan]
    state: Mapped[str]
    """`prepared`, `sent`, `agreed`, `differs`, `unanswered`."""

    sent_on: Mapped[date | None]
    replied_on: Mapped[date | None]
    confirmed: Mapped[Yuan | None]
    """The balance that the debtor states; None: no reply, or none stated."""

    alternative_sealed: Mapped[bytes | None]
    alternative = Sealed()
    """What was done instead where nothing came back."""


class ProgramVersion(Base):
    """A version of the program that worked here, from when on, and its table of rights."""

    __tablename__ = "program_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str]
    revision: Mapped[str]
    """Of the database's tables."""

    law: Mapped[str]
    """Version of the law book as it ships."""

    rights: Mapped[dict[str, Any]]
    """Act → the roles that may do it."""

    began_at: Mapped[Moment]


class SampleFile(Base):
    """A file of the workspace in the evidence store; never among the files of a job."""

    __tablename__ = "sample_file"
    __table_args__ = (UniqueConstraint("sample_id", "kind", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"))
    kind: Mapped[str]
    """`population`, `redraw`, `workbook`, `inputs`, `letters`, `joined_letters`."""

    name: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    made_at: Mapped[Moment]

    erased_at: Mapped[Moment | None]
    """When it was destroyed, with the data of a person whom it named; None: it is there."""
