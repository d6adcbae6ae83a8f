"""What was done to collect (催收): contacts, demands and their delivery, visits, agreements.

A row never changes, but for what is erased: a wrong one is superseded by a new one that names it.
"""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Moment, Yuan
from recovery.loans.models import Document, Loan, Person


class CollectionRecord(Base):
    """What every record of collection has; each kind keeps its own columns in its own table."""

    __tablename__ = "collection_record"
    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012 - SQLAlchemy reads a mapping
    __table_args__ = (
        Index("ix_collection_record_loan", "loan_id", "at", "id"),
        Index("ix_collection_record_person_day", "person_id", "happened_on"),
        Index("ix_collection_record_address_day", "address_index", "happened_on"),
        Index("ix_collection_record_at", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Whom it concerned, of the loan; None: a third party (第三人), or nobody in particular."""

    contacted: Mapped[str]
    """Their part in the loan then: `borrower`, `co_borrower`, `guarantor`, `third_party`."""

    at: Mapped[Moment]
    """When it happened; where only the day is known, its first moment."""

    happened_on: Mapped[date]
    """The business day of `at`."""

    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The paper, recording or picture, a document of the loan."""

    conduct: Mapped[list[Any]]
    """Answers of the law that did not allow it as it was done; empty: none."""

    recorded_at: Mapped[Moment]
    actor_name: Mapped[str]
    supersedes_id: Mapped[int | None] = mapped_column(
        ForeignKey("collection_record.id"), unique=True
    )
    """The record that this one corrects or takes back."""

    row_uuid: Mapped[bytes | None]
    address_sealed: Mapped[bytes | None]
    address_index: Mapped[bytes | None]
    address = Sealed()
    """Number called, address written to, place visited."""

    remark_sealed: Mapped[bytes | None]
    remark = Sealed()

    loan: Mapped[Loan] = relationship()
    person: Mapped[Person | None] = relationship()
    document: Mapped[Document | None] = relationship()

    @property
    def record_no(self) -> str:
        """What people and registrations call it: `contact-12`."""
        return f"{self.kind}-{self.id}"


class Withdrawal(CollectionRecord):
    """Takes a record back that ought not to stand on this loan at all; `remark` says why."""

    __mapper_args__ = {"polymorphic_identity": "withdrawal"}  # noqa: RUF012


class Contact(CollectionRecord):
    """A contact with somebody: a call, a message, a letter that is no demand."""

    __tablename__ = "contact"
    __mapper_args__ = {"polymorphic_identity": "contact"}  # noqa: RUF012
    __table_args__ = (UniqueConstraint("platform", "platform_id"),)  # type: ignore[assignment]

    id: Mapped[int] = mapped_column(ForeignKey("collection_record.id"), primary_key=True)
    channel: Mapped[str]
    direction: Mapped[str]
    """`outbound`: we contacted them; `inbound`."""

    outcome: Mapped[str]
    is_recorded: Mapped[bool]
    """Whether the conversation was recorded (录音)."""

    has_consent: Mapped[bool]
    """Whether the debtor agreed to be contacted at such an hour."""

    promised_amount: Mapped[Yuan | None]
    """Promise to pay (承诺还款); None: none was given."""

    promised_on: Mapped[date | None]
    platform: Mapped[str | None]
    """The call platform that sent it; None: entered by a person."""

    platform_id: Mapped[str | None]
    """Its number of the contact there: sent twice, it is recorded once."""


class Demand(CollectionRecord):
    """A demand (催收函) sent to a person, with the claim computed on that day."""

    __tablename__ = "demand"
    __mapper_args__ = {"polymorphic_identity": "demand"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("collection_record.id"), primary_key=True)
    means: Mapped[str]
    waybill_no: Mapped[str | None]
    address_basis: Mapped[str]
    """`agreed` (of the contract), `confirmed` (by the person), `other`."""

    amount: Mapped[Yuan]
    """What was demanded."""

    owed_principal: Mapped[Yuan]
    owed_interest: Mapped[Yuan]
    owed_penalty: Mapped[Yuan]
    """Penalty and compound interest."""

    owed_costs: Mapped[Yuan]
    owed_total: Mapped[Yuan]
    owed_due: Mapped[Yuan]
    """Of the total, what had fallen due: without undue principal and running interest."""


class DemandDelivery(CollectionRecord):
    """What became of a demand: delivered, returned, refused. It never changes the demand."""

    __tablename__ = "demand_delivery"
    __mapper_args__ = {"polymorphic_identity": "delivery"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("collection_record.id"), primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demand.id"), index=True)
    """The demand as it was first recorded, whatever corrected it since."""

    outcome: Mapped[str]
    proof: Mapped[str]


class FieldVisit(CollectionRecord):
    """The report of a field visit (上门拜访)."""

    __tablename__ = "field_visit"
    __mapper_args__ = {"polymorphic_identity": "visit"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("collection_record.id"), primary_key=True)
    visitors: Mapped[str]
    """Our people who went, parted by commas."""

    met: Mapped[str]
    vehicle: Mapped[str]
    mileage: Mapped[int | None] = mapped_column(Integer)
    """Kilometres on the meter; None: not read."""

    outcome: Mapped[str]
    has_consent: Mapped[bool]
    """Whether the debtor agreed to be visited at such an hour."""


class RepaymentAgreement(CollectionRecord):
    """What was agreed: an extension (展期), a plan of instalments. Schedules do not move by it."""

    __tablename__ = "repayment_agreement"
    __mapper_args__ = {"polymorphic_identity": "agreement"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("collection_record.id"), primary_key=True)
    agreement_kind: Mapped[str]
    new_last_due_on: Mapped[date | None]
    """Last due day as agreed anew; None: unchanged."""

    amount: Mapped[Yuan | None]
    """Amount that the agreement is on; None: it names none."""

    terms_sealed: Mapped[bytes | None]
    terms = Sealed()

    signers: Mapped[list[Any]]
    """Ids of the people of the loan who signed."""

    guarantor_consent: Mapped[str]
    """Whether each guarantor consented in writing (民法典695): `yes`, `no`, `none` (has none)."""


TABLES = tuple(
    model.__tablename__
    for model in (
        CollectionRecord,
        Contact,
        Demand,
        DemandDelivery,
        FieldVisit,
        RepaymentAgreement,
    )
)
"""Every table here: a record is named by that of its kind, a withdrawal by the shared one."""
