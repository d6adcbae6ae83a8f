"""Erasure of a person (当事人) from all records at once: borrower, co-borrower or guarantor.

A record that keeps the name would undo the erasure of another. So the registrations of every loan
of the person, and of the records of the house that hold these loans, are looked through; one
request names all that were found, and one approval destroys them together with the person's row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.dossiers.queries import files_holding
from recovery.evidence.keeping import erasure
from recovery.evidence.keeping.destruction import parts_of
from recovery.evidence.keeping.erasure import Asked, ask, refuse_pending
from recovery.evidence.keeping.hold import refuse_on_hold
from recovery.evidence.keeping.models import Erasure
from recovery.evidence.keeping.person_files import chosen_objects, files_of
from recovery.evidence.keeping.reach import (
    PARTY,
    erasers,
    holding_rows,
    loans_of,
    refuse_running,
    texts_of,
)
from recovery.evidence.sequencer import fields_of
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan, LoanParty, Person
from recovery.loans.parties import person_of

OF_BORROWER = {"borrower_name", "borrower_id_number"}
IDENTIFYING = ("id_number", "name", "phone", "address")
"""What tells one party from another; the first that both sides know decides."""


@dataclass(frozen=True, slots=True)
class Found:
    """A registered record that tells of a person."""

    intent: RegistrationIntent
    names: tuple[str, ...]
    """Fields that can be erased."""

    left: tuple[str, ...]
    """Fields that tell of the person and cannot be: their rows are to be changed by hand first."""


def people_of(session: Session, loan: Loan) -> list[tuple[str, Person]]:
    """Return the people of a loan whose data are still there, each with the role, as a code."""
    parts = select(LoanParty).where(LoanParty.loan_id == loan.id).order_by(LoanParty.id)
    rows = [(part.role, part.person) for part in session.scalars(parts)]
    people = {person.id: (role, person) for role, person in reversed(rows)}
    found = [("borrower", loan.borrower), *(people[number] for number in sorted(people))]
    return [(role, person) for role, person in found if texts_of(person)]


def records_of(session: Session, person: Person) -> list[Found]:
    """Return every registered record that tells of a person, by its place in the log."""
    found: dict[int, Found] = {}
    for loan in loans_of(session, person):
        intents = {intent.id: intent for intent in _registered(session, loan)}
        for intent_id, fields in fields_of(session, list(intents.values())).items():
            names = set(_telling(person, fields, loan.borrower_id == person.id))
            intent = intents[intent_id]
            known = intent.subject_type in erasers and erasers.get(intent.subject_type)
            if known and known.about and known.about(session, intent.subject_id) == person.id:
                names.update(filter(known.may_erase, fields))
            can = {name for name in names if known and known.may_erase(name)}
            if names:
                found[intent_id] = Found(intent, tuple(sorted(can)), tuple(sorted(names - can)))
    return sorted(found.values(), key=lambda one: one.intent.log_index or 0)


def _registered(session: Session, loan: Loan) -> Sequence[RegistrationIntent]:
    """Return the registrations of a loan, and of the house's records that hold it."""
    wanted = RegistrationIntent.loan_id == loan.id
    for table, rows in holding_rows.items():
        wanted |= (RegistrationIntent.subject_type == table) & RegistrationIntent.subject_id.in_(
            rows(session, loan.id)
        )
    return session.scalars(select(RegistrationIntent).where(wanted)).all()


def _telling(person: Person, fields: Mapping[str, str], is_borrower: bool) -> Iterator[str]:
    """Yield the fields of a record that tell of a person."""
    for name, value in fields.items():
        party = PARTY.fullmatch(name)
        if party:
            mine = _is_party(person, fields, party["number"])
        elif name in OF_BORROWER:
            mine = is_borrower
        else:
            mine = any(text in value for text in texts_of(person))
        if mine and value:
            yield name


def _is_party(person: Person, fields: Mapping[str, str], number: str) -> bool:
    for part in IDENTIFYING:
        here, there = fields.get(f"party.{number}.{part}"), getattr(person, part)
        if here and there:
            return bool(here == there)
    return False


def request_person_erasure(
    work: Work,
    loan_id: int,
    person_id: int,
    *,
    ground: str,
    basis: str,
    reason: str,
    document_ids: Sequence[int] = (),
) -> Erasure:
    """Ask for the erasure of a person of a loan from all records, and of the person's row.

    The files of `document_ids`, of those that `person_files` offers, are destroyed with it.

    Raises:
        NotFound: no such loan or person, or one of the person's loans is not for this actor.
        RuleViolation: a loan of the person is on hold or not closed, a registration of one waits,
            nothing is left to erase, a file is another's too, a retention period stops the
            ground, basis or reason is missing.
    """
    loan = work.get(Loan, loan_id)
    person = person_of(work.session, loan, person_id)
    loans = _free_loans(work, person)
    found = [one for one in records_of(work.session, person) if one.names]
    offered = files_of(work.session, person, loans)
    files = chosen_objects(work.session, offered, document_ids)
    if not found:
        raise RuleViolation(_("没有载有此人信息的登记记录，或已经删除。"))
    refuse_pending(one.intent for one in found)
    dossiers = [digest for one in loans for digest in files_holding(work.session, one.id)]
    asked = Asked(
        records=tuple((one.intent, one.names) for one in found),
        objects=tuple(dict.fromkeys([*files, *dossiers])),
        ground=ground,
        basis=basis,
        reason=reason,
        person=person.row_uuid,
    )
    return ask(work, loan, asked)


def _free_loans(work: Work, person: Person) -> list[Loan]:
    """Return a person's loans, each of which passed the gate, is closed and on no hold.

    Raises:
        NotFound, RuleViolation: one is not so.
    """
    loans = [work.get(Loan, one.id) for one in loans_of(work.session, person)]
    refuse_running(loans)
    for one in loans:
        refuse_on_hold(work.session, one.id)
    return loans


def execute(work: Work, erasure_id: int, shown: dict[str, Any]) -> None:
    """Carry out an erasure as approved; see `erasure.execute`.

    Raises:
        RuleViolation: a loan of the person has been put on hold since or runs, or the person has
            been registered again: nothing is erased.
    """
    asked = work.session.get_one(Erasure, erasure_id)
    known = select(Person).where(Person.row_uuid == asked.person_uuid)
    person = work.session.scalars(known).one_or_none() if asked.person_uuid else None
    if person is not None:
        loans = loans_of(work.session, person)
        refuse_running(loans)
        for loan in loans:
            refuse_on_hold(work.session, loan.id)
        approved = {one.id: set(names) for one, names in parts_of(work.session, asked)}
        for one in records_of(work.session, person):
            if set(one.names) - approved.get(one.intent.id, set()):
                raise RuleViolation(_("申请后又登记了载有此人信息的记录，请重新申请。"))
    erasure.execute(work, erasure_id, shown)


def person_at(session: Session, loan: Loan, person_id: int) -> tuple[str, Person]:
    """Return a person of a loan with the role, as a code.

    Raises:
        NotFound: the loan has no such person, or nothing of the person is there any more.
    """
    for role, person in people_of(session, loan):
        if person.id == person_id:
            return role, person
    raise NotFound
