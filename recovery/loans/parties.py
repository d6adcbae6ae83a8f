"""People of a loan beside the borrower, how people are reached, and who owns the claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.crypto import keyring
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import visible
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.collateral import reindex
from recovery.loans.labels import GUARANTEE_MODES, OWNER_KINDS
from recovery.loans.models import Loan, LoanOwnership, LoanParty, Person
from recovery.loans.rules.identity import id_facts
from recovery.loans.values import NewOwnership, NewParty, NewPerson

ROLES = ("co_borrower", "guarantor")


def add_party(work: Work, loan_id: int, new: NewParty) -> LoanParty:
    """Add a co-borrower or guarantor; whose ID number is known is the same person.

    What is entered of how a known person is reached takes the place of what was known.

    Raises:
        RuleViolation: without a name, with an ID number whose check digit is wrong or that is
            known under another name, an unknown role, or a guarantee mode for somebody who is no
            guarantor.
    """
    loan = work.get(Loan, loan_id)
    _check_party(new)
    name = (new.person.name or "").strip()
    known = _known(work, new.person.id_number, name)
    person = known or _add_person(work, new.person)
    party = work.add(
        LoanParty(
            loan_id=loan.id,
            person_id=person.id,
            role=new.role,
            guarantee_mode=new.guarantee_mode,
            guarantee_last_day=new.guarantee_last_day,
            ended_on=None,
        )
    )
    work.record(Action.CHANGE_LOAN, loan, party=party.id, role=new.role)
    if known is not None:
        known.name = name
        contact = Contact(new.person.phone, new.person.address, new.person.bank_account)
        change_contact(work, loan.id, known.id, contact)
    reindex(work, loan)
    return party


def end_party(work: Work, loan_id: int, party_id: int, on: date) -> LoanParty:
    """End a person's part in the loan on `on`; the row stays.

    Raises:
        NotFound: the loan has no such party.
        RuleViolation: it has ended already.
    """
    loan = work.get(Loan, loan_id)
    party = work.session.get(LoanParty, party_id)
    if party is None or party.loan_id != loan.id:
        raise NotFound
    if party.ended_on is not None:
        raise RuleViolation(_("此人已于 {day} 退出本合同。", day=party.ended_on))
    party.ended_on = on
    work.record(Action.CHANGE_LOAN, loan, party=party.id, ended_on=(None, on))
    reindex(work, loan)
    return party


@dataclass(frozen=True, slots=True)
class Contact:
    """How a person is reached; None leaves it as it is."""

    phone: str | None = None
    address: str | None = None
    bank_account: str | None = None


def change_contact(work: Work, loan_id: int, person_id: int, contact: Contact) -> Person:
    """Change phone, address or account of a person of the loan.

    Raises:
        NotFound: the loan has no such person.
    """
    loan = work.get(Loan, loan_id)
    person = person_of(work.session, loan, person_id)
    changed = [
        name
        for name in Contact.__slots__
        if getattr(contact, name) and getattr(contact, name) != getattr(person, name)
    ]
    for name in changed:
        setattr(person, name, getattr(contact, name))
    if changed:
        work.session.flush()
        work.record(Action.CHANGE_LOAN, loan, person=person.id, changed=changed)
    return person


PERSONAL = ("id_number", "phone", "address", "bank_account")


def require_value(session: Session, loan: Loan, person_id: int, name: str) -> None:
    """Check that the loan has such a person, and that this value of theirs is known.

    Raises:
        NotFound: neither, or one of the two.
    """
    person = person_of(session, loan, person_id)
    if name not in PERSONAL or getattr(person, f"{name}_sealed") is None:
        raise NotFound


def unmask(work: Work, loan_id: int, person_id: int, *, name: str, reason: str) -> str:
    """Return one sealed value of a person of the loan, and record who asked and why.

    Raises:
        NotFound: the loan has no such person, or the value is unknown.
        RuleViolation: no reason is given.
    """
    loan = work.get(Loan, loan_id)
    if not reason.strip():
        raise RuleViolation(_("请填写查看完整信息的理由。"))
    person = person_of(work.session, loan, person_id)
    value = getattr(person, name) if name in PERSONAL else None
    if value is None:
        raise NotFound
    work.record(Action.UNMASK_PERSONAL_DATA, loan, person=person.id, value=name, reason=reason)
    return str(value)


def person_of(session: Session, loan: Loan, person_id: int) -> Person:
    """Return a person of the loan: the borrower, or a party.

    Raises:
        NotFound: the loan has no such person.
    """
    parties = select(LoanParty.person_id).where(LoanParty.loan_id == loan.id)
    if person_id != loan.borrower_id and person_id not in set(session.scalars(parties)):
        raise NotFound
    return session.get_one(Person, person_id)


def change_ownership(work: Work, loan_id: int, new: NewOwnership) -> LoanOwnership:
    """Record who owns the claim from a day on; what it follows ends on that day.

    Raises:
        RuleViolation: an unknown kind, a share outside 0 to 1, or a day before the present owner's.
    """
    loan = work.get(Loan, loan_id)
    if new.owner_kind not in OWNER_KINDS or not Decimal(0) < new.share <= 1:
        raise RuleViolation(_("请选择权属类型，份额须大于 0、不超过 100%。"))
    present = list(
        work.session.scalars(
            select(LoanOwnership).where(
                LoanOwnership.loan_id == loan.id, LoanOwnership.until.is_(None)
            )
        )
    )
    if any(one.since > new.since for one in present):
        raise RuleViolation(_("起始日早于现有权属的起始日。"))
    for one in present:
        one.until = new.since
    owner = work.add(
        LoanOwnership(
            loan_id=loan.id,
            owner_kind=new.owner_kind,
            owner_name=new.owner_name,
            share=new.share,
            since=new.since,
            until=new.until,
        )
    )
    before = [one.owner_kind for one in present]
    work.record(Action.CHANGE_LOAN, loan, owner=(before, new.owner_kind), since=new.since)
    return owner


def _check_party(new: NewParty) -> None:
    if new.role not in ROLES or not (new.person.name or "").strip():
        raise RuleViolation(_("请填写姓名和身份。"))
    if (
        new.person.id_number
        and len(new.person.id_number) == 18
        and not id_facts(new.person.id_number)
    ):
        raise RuleViolation(_("身份证号码校验位不符，请核对。"))
    if new.guarantee_mode is not None and (
        new.role != "guarantor" or new.guarantee_mode not in GUARANTEE_MODES
    ):
        raise RuleViolation(_("只有保证人才有保证方式。"))


def _known(work: Work, id_number: str | None, name: str) -> Person | None:
    """Return the person of that ID number; None where the actor sees none.

    A person of loans that the actor may not see stays apart: knowing a number opens no contacts.

    Raises:
        RuleViolation: it is known under other names alone.
    """
    if not id_number:
        return None
    index = keyring().blind_index(id_number, "id_number")
    everyone = work.session.scalars(select(Person).where(Person.id_number_index == index)).all()
    in_sight = _in_sight(work, [one.id for one in everyone])
    found = [one for one in everyone if one.id in in_sight]
    known = next((one for one in found if (one.name or name) == name), None)
    if found and known is None:
        raise RuleViolation(_("这个证件号码已登记在另一姓名之下，请核对姓名和证件号码。"))
    return known


def _in_sight(work: Work, person_ids: Sequence[int]) -> set[int]:
    """Return which people stand on a loan that the actor may see."""
    borrowers = select(Loan.borrower_id).where(Loan.borrower_id.in_(person_ids))
    parties = (
        select(LoanParty.person_id)
        .join(Loan, Loan.id == LoanParty.loan_id)
        .where(LoanParty.person_id.in_(person_ids))
    )
    return {
        person_id
        for statement in (borrowers, parties)
        for person_id in work.session.scalars(visible(statement, Loan, work.actor.scope))
    }


def _add_person(work: Work, new: NewPerson) -> Person:
    facts = id_facts(new.id_number) if new.id_number else None
    person = Person(
        name=new.name,
        birth_year=facts.birth_year if facts else new.birth_year,
        sex=facts.sex if facts else new.sex,
        province=facts.province if facts else new.province,
        city=facts.city if facts else new.city,
    )
    for name in PERSONAL:
        setattr(person, name, getattr(new, name))
    return work.add(person)
