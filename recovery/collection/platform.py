"""Contacts that a call platform (外呼平台) sends: each row by itself, each recorded once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select

from recovery.collection import service
from recovery.collection.models import Contact
from recovery.collection.queries import people_of
from recovery.collection.values import NewContact
from recovery.collection.words import warnings_of
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import visible
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.models import Loan


class Row(BaseModel):
    """A contact as a platform sends it; codes are those of `labels`."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: str = Field(min_length=1, max_length=80)
    """The platform's own number of the contact."""

    contract_no: str = Field(max_length=80)
    at: AwareDatetime
    """When it was made, with its zone: `2026-03-12T10:00:00+08:00`."""

    contacted: str = "borrower"
    name: str | None = Field(None, max_length=80)
    """Of a co-borrower or guarantor, where the loan has several."""

    number: str | None = Field(None, max_length=200)
    channel: str = "call"
    direction: str = "outbound"
    outcome: str
    is_recorded: bool = False
    has_consent: bool = False
    promised_amount: Decimal | None = Field(None, max_digits=14, decimal_places=2)
    promised_on: date | None = None
    remark: str | None = Field(None, max_length=500)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a row: `recorded`, `known` (it was before) or `refused`."""

    id: str | None
    status: str
    record: str | None = None
    reason: Text | str | None = None
    conduct: tuple[Text, ...] = ()


def record_rows(work: Work, rows: Iterable[object], platform: str) -> list[Answer]:
    """Record what a platform sent; a row that is refused does not stop the others."""
    return [_record(work, row, platform) for row in rows]


def _record(work: Work, given: object, platform: str) -> Answer:
    try:
        row = Row.model_validate(given)
    except ValidationError as error:
        told = error.errors()[0]
        field = ".".join(map(str, told["loc"])) or "-"
        return Answer(_id_of(given), "refused", reason=f"{field}: {told['msg']}")
    try:
        return _recorded(work, row, platform)
    except NotFound:
        reason = _("没有这份合同或这个联系对象，或您无权查看。")
        return Answer(row.id, "refused", reason=reason)
    except RuleViolation as error:
        return Answer(row.id, "refused", reason=error.message)


def _id_of(given: object) -> str | None:
    found = given.get("id") if isinstance(given, dict) else None
    return found[:80] if isinstance(found, str) else None


def _recorded(work: Work, row: Row, platform: str) -> Answer:
    """Record one row, or answer what it was recorded as.

    Raises:
        NotFound: no such contract or person, or not for this actor to see.
        RuleViolation: it is impossible, or its number stands for a contact of another contract.
    """
    wanted = select(Loan).where(Loan.contract_no == row.contract_no)
    loan = work.session.scalars(visible(wanted, Loan, work.actor.scope)).one_or_none()
    if loan is None:
        raise NotFound
    known = work.session.scalars(
        select(Contact).where(Contact.platform == platform, Contact.platform_id == row.id)
    ).one_or_none()
    if known is None:
        made = service.record_contact(work, loan.id, _contact(work, loan, row, platform))
        return Answer(row.id, "recorded", made.record_no, conduct=tuple(warnings_of(made)))
    if known.loan_id != loan.id:
        raise RuleViolation(_("编号 {id} 已用于另一份合同的联系。", id=row.id))
    return Answer(row.id, "known", known.record_no)


def _contact(work: Work, loan: Loan, row: Row, platform: str) -> NewContact:
    return NewContact(
        person_id=_person(work, loan, row),
        address=row.number,
        remark=row.remark,
        at=_to_the_second(row.at),
        channel=row.channel,
        direction=row.direction,
        outcome=row.outcome,
        is_recorded=row.is_recorded,
        has_consent=row.has_consent,
        promised_amount=row.promised_amount,
        promised_on=row.promised_on,
        platform=platform,
        platform_id=row.id,
    )


def _to_the_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _person(work: Work, loan: Loan, row: Row) -> int | None:
    """Return whom a row names; None: a third party.

    Raises:
        NotFound: the loan has nobody such.
        RuleViolation: it has several, and the row gives no name that tells them apart.
    """
    if row.contacted == "third_party":
        return None
    found = [
        person.id
        for person, role in people_of(work.session, loan)
        if role == row.contacted and row.name in (None, person.name)
    ]
    if not found:
        raise NotFound
    if len(found) > 1:
        raise RuleViolation(_("有几位这样的联系对象，请写明姓名。"))
    return found[0]
