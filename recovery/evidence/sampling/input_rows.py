"""The rows of the workbook for re-performing, a function for each of its tables."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.sampling.columns import REASONS
from recovery.evidence.sampling.evaluation import evaluate
from recovery.evidence.sampling.labels import EXCEPTIONS, LETTER_STATES, PROJECTIONS
from recovery.evidence.sampling.models import Confirmation
from recovery.evidence.sampling.service import items_of
from recovery.evidence.sampling.subjects import Subject
from recovery.kernel.text import _
from recovery.law.errors import NoLawInForce
from recovery.loans.labels import CLASSES, DAY_COUNTS, ENTRY_KINDS, HEADS
from recovery.loans.models import Instalment, LedgerEntry, Loan
from recovery.loans.queries import Book, claim_from, stated_of
from recovery.loans.rules.balances import stand
from recovery.loans.rules.classification import asset_class
from recovery.loans.rules.overdue import days_past_due
from recovery.loans.snapshots import floor_by_days, overdue_days_at
from recovery.rulebook.service import current_book
from recovery.rulebook.values import write_value
from recovery.web.spreadsheets import Cell

PARAMETERS = (
    "risk_class.overdue_floor",
    "risk_class.restructured_floor",
    "interest.penalty_uplift",
    "interest.compound",
    "interest.day_basis.contract",
    "interest.cap.financial_loan",
    "repayment.appropriation",
)
"""Parameters that interest, class and days past due rest on."""


def items(subject: Subject) -> Iterator[Sequence[Cell]]:
    """Yield what was drawn, with what was found of each item."""
    for item in items_of(subject.session, subject.sample.id):
        kind = EXCEPTIONS.get(item.exception) if item.exception else None
        yield (
            item.place,
            item.reference,
            item.value,
            item.stratum + 1,
            item.hits,
            _("是") if item.is_certain else _("否"),
            item.examined,
            kind,
            item.reason,
            item.note,
        )


def projected(subject: Subject) -> Iterator[Sequence[Cell]]:
    """Yield the misstatement that each method projects from what was found."""
    sample = subject.sample
    found = evaluate(sample, items_of(subject.session, sample.id))
    for one in found.projections:
        yield (
            PROJECTIONS[one.method],
            found.drawn,
            found.examined,
            one.found,
            one.projected,
            one.limit,
            one.lower_limit,
            one.basic_precision,
            found.tolerable,
            sample.confidence,
        )


def letters(subject: Subject) -> Iterator[Sequence[Cell]]:
    """Yield the confirmations and what came back."""
    rows = select(Confirmation).where(Confirmation.sample_id == subject.sample.id)
    for one in subject.session.scalars(rows.order_by(Confirmation.place)):
        state, _meaning = LETTER_STATES[one.state]
        yield (
            one.number,
            one.as_of,
            one.balance,
            state,
            one.sent_on,
            one.replied_on,
            one.confirmed,
            one.alternative,
        )


def terms(subject: Subject) -> Iterator[Sequence[Cell]]:
    """Yield the terms of each sampled loan as its contract states them."""
    for loan in subject.loans():
        yield (
            loan.contract_no,
            loan.disbursed_on,
            loan.first_due_on,
            loan.matures_on,
            loan.term_months,
            loan.disbursed_amount,
            loan.rate_per_year,
            loan.penalty_rate_per_year,
            loan.compound_rate_per_year,
            DAY_COUNTS.get(loan.day_count, loan.day_count),
            loan.repayment_method,
            loan.appropriation_order,
            loan.accelerated_on,
            loan.written_off_on,
        )


def schedule(subject: Subject) -> Iterator[Sequence[Cell]]:
    """Yield every line of every schedule of the loans, superseded ones included."""
    for loan in subject.loans():
        rows = select(Instalment).where(Instalment.loan_id == loan.id)
        for row in subject.session.scalars(rows.order_by(Instalment.schedule, Instalment.number)):
            yield (
                loan.contract_no,
                row.schedule,
                row.number,
                row.due_on,
                row.principal,
                row.interest,
                row.principal_paid,
                row.interest_paid,
                row.paid_on,
            )


def ledger(subject: Subject) -> Iterator[Sequence[Cell]]:
    """Yield every transaction of the loans by its number."""
    for loan in subject.loans():
        entries = select(LedgerEntry).where(LedgerEntry.loan_id == loan.id)
        for entry in subject.session.scalars(entries.order_by(LedgerEntry.number)):
            yield (
                loan.contract_no,
                entry.number,
                ENTRY_KINDS.get(entry.kind, entry.kind),
                entry.value_date,
                entry.booked_at,
                entry.amount,
                entry.principal,
                entry.interest,
                entry.penalty,
                entry.compound,
                entry.costs,
                entry.appropriation_order,
                entry.reverses_id and _number_of(subject.session, entry.reverses_id),
                entry.reference,
            )


def _number_of(session: Session, entry_id: int) -> int:
    return session.get_one(LedgerEntry, entry_id).number


def segments(subject: Subject) -> Iterator[Sequence[Cell]]:
    """Yield the periods of accrual behind each claim: base, rate and days."""
    for loan, book in subject.books():
        accrued = claim_from(loan, book, subject.on).accrued
        for meter in (accrued.running, accrued.penalty, accrued.compound):
            for one in meter.segments:
                yield (
                    loan.contract_no,
                    HEADS[one.head],
                    one.since,
                    one.until,
                    one.days,
                    one.base,
                    one.rate_per_year,
                    one.amount,
                )


def results(subject: Subject) -> Iterator[Sequence[Cell]]:
    """Yield our own claim, days past due and class of each loan, to compare with."""
    law = current_book()
    for loan, book in subject.books():
        claim = claim_from(loan, book, subject.on)
        days = _days_past_due(loan, book, subject.on)
        floor = floor_by_days(law, days, subject.on)
        found = asset_class(loan.assigned_class, floor or "normal", loan.class_floor)
        yield (
            loan.contract_no,
            claim.principal,
            claim.interest,
            claim.penalty,
            claim.compound,
            claim.costs,
            claim.total,
            days,
            CLASSES.get(loan.assigned_class or "", loan.assigned_class),
            CLASSES.get(floor or "", floor),
            CLASSES.get(loan.class_floor or "", loan.class_floor),
            CLASSES[found.name],
            REASONS[found.reason],
        )


def _days_past_due(loan: Loan, book: Book, on: date) -> int:
    postings = [posting for posting in book.postings if posting.value_date <= on]
    standing = stand(stated_of(loan), book.dues, postings, on + timedelta(days=1))
    if not book.dues:
        return days_past_due(standing.overdue_since, on)
    return overdue_days_at(standing, on)


def law(subject: Subject) -> Iterator[Sequence[Cell]]:
    """Yield the legal parameters that interest, class and days past due rest on."""
    book = current_book()
    for name in PARAMETERS:
        try:
            version = book.in_force(name, subject.on)
        except NoLawInForce:
            yield name, None, _("该日没有有效的参数"), None, None, None, None
            continue
        yield (
            name,
            version.since,
            write_value(version.value),
            version.instrument,
            version.article,
            version.edition,
            _("已确认") if version.confirmed else _("未确认"),
        )
