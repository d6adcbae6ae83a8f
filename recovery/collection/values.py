"""What people enter of collection, before it is checked and kept."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from recovery.loans.documents import KeptFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What every record is entered with."""

    person_id: int | None = None
    """Borrower, co-borrower or guarantor of the loan; None: a third party."""

    address: str | None = None
    remark: str | None = None
    document_id: int | None = None
    """A document that the loan has already."""

    paper: KeptFile | None = None
    """A file to be added to the loan's documents; it goes before `document_id`."""

    corrects_id: int | None = None
    """The record of the same kind and loan that this one supersedes."""

    reason: str = ""
    """Why it is superseded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact(Entered):
    """A contact as it was made."""

    at: datetime
    channel: str = "call"
    direction: str = "outbound"
    outcome: str
    is_recorded: bool = False
    has_consent: bool = False
    promised_amount: Decimal | None = None
    promised_on: date | None = None
    platform: str | None = None
    platform_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDemand(Entered):
    """A demand as it was sent; without an amount it is for what was due on that day."""

    on: date
    means: str
    address_basis: str = "other"
    waybill_no: str | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery(Entered):
    """What became of a demand."""

    on: date
    outcome: str
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVisit(Entered):
    """A field visit as it was made."""

    at: datetime
    visitors: tuple[str, ...]
    met: str
    vehicle: str = "not_looked_for"
    mileage: int | None = None
    outcome: str
    has_consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgreement(Entered):
    """What was agreed, by whom."""

    on: date
    agreement_kind: str
    terms: str
    new_last_due_on: date | None = None
    amount: Decimal | None = None
    signer_ids: tuple[int, ...] = ()
    guarantor_consent: str = "none"
