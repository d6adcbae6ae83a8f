"""What is needed to compute interest, class and days past due of sampled loans again.

One workbook per sample: items, terms, schedule, ledger, the periods of accrual, the law with its
sources, and our own results to compare with. All as of the business day on which the population was
fixed. No names: loans are known by their contract numbers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.sampling import columns, files
from recovery.evidence.sampling.evaluation import evaluate
from recovery.evidence.sampling.labels import EXCEPTIONS, LETTER_STATES, MEASURES, PROJECTIONS
from recovery.evidence.sampling.models import AuditSample, Confirmation
from recovery.evidence.sampling.service import items_of
from recovery.evidence.sampling.sheets import Cell, Sheet, notes_of, write_workbook, write_zip
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor, visible
from recovery.kernel.jobs import RunningJob
from recovery.kernel.text import Text, _
from recovery.law.errors import NoLawInForce
from recovery.loans.labels import CLASSES, DAY_COUNTS, ENTRY_KINDS
from recovery.loans.models import Instalment, LedgerEntry, Loan
from recovery.loans.queries import Book, book_of, claim_from, stated_of
from recovery.loans.rules.balances import stand
from recovery.loans.rules.classification import asset_class
from recovery.loans.rules.overdue import days_past_due
from recovery.loans.snapshots import floor_by_days, overdue_days_at
from recovery.rulebook.service import current_book
from recovery.web.uploads import XLSX, ZIP

LAW = (
    "risk_class.overdue_floor",
    "risk_class.restructured_floor",
    "interest.penalty_uplift",
    "interest.compound",
    "interest.day_basis.contract",
    "interest.cap.financial_loan",
    "repayment.appropriation",
)
"""Parameters that interest, class and days past due rest on."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The loans behind a sample, and the day as of which they are shown."""

    session: Session
    sample: AuditSample
    loan_ids: tuple[int, ...]
    on: date

    def loans(self) -> Iterator[Loan]:
        """Yield the loans one by one; nothing is kept of those before."""
        for loan_id in self.loan_ids:
            yield self.session.get_one(Loan, loan_id)

    def books(self) -> Iterator[tuple[Loan, Book]]:
        """Yield the loans with what their claims are computed from."""
        for loan in self.loans():
            yield loan, book_of(self.session, loan.id)


def subject_of(session: Session, sample: AuditSample, actor: Actor) -> Subject:
    """Return the loans behind a sample that the reader may see.

    Raises:
        RuleViolation: the sample is not drawn yet.
    """
    if sample.drawn_at is None or sample.fixed_at is None:
        raise RuleViolation(_("样本尚未抽出。"))
    wanted = {item.loan_id for item in items_of(session, sample.id)}
    seen: list[int] = []
    ids = sorted(wanted)
    for start in range(0, len(ids), 500):
        part = select(Loan.id).where(Loan.id.in_(ids[start : start + 500]))
        seen += session.scalars(visible(part, Loan, actor.scope))
    return Subject(session, sample, tuple(seen), clock.business_day(sample.fixed_at))


def sheets_of(subject: Subject) -> list[Sheet]:
    """Return the tables, the explanation first."""
    tables = [
        Sheet(_("样本"), "sample", columns.ITEMS, _items(subject)),
        Sheet(_("推断"), "projections", columns.PROJECTED, _projected(subject)),
        Sheet(_("函证"), "confirmations", columns.LETTERS, _letters(subject)),
        Sheet(_("合同"), "contracts", columns.TERMS, _terms(subject)),
        Sheet(_("还款计划"), "schedule", columns.SCHEDULE, _schedule(subject)),
        Sheet(_("账本"), "ledger", columns.LEDGER, _ledger(subject)),
        Sheet(_("计息分段"), "accruals", columns.SEGMENTS, _segments(subject)),
        Sheet(_("系统结果"), "results", columns.RESULTS, _results(subject)),
        Sheet(_("法律参数"), "law", columns.LAW, _law(subject)),
    ]
    return [notes_of(tables, _facts(subject)), *tables]


def _facts(subject: Subject) -> list[tuple[Text, str]]:
    sample = subject.sample
    return [
        (_("样本编号"), sample.number),
        (_("抽样目的"), sample.title),
        (_("截止日"), subject.on.isoformat()),
        (_("金额口径"), str(MEASURES[sample.measure])),
        (_("总体"), f"{sample.item_count:,} / {sample.value:,.2f}"),
        (_("总体摘要"), sample.digest or ""),
        (_("日志检查点"), f"{sample.log_size} {sample.log_root}"),
        (_("法律参数版本"), current_book().version),
    ]


def _items(subject: Subject) -> Iterator[Sequence[Cell]]:
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


def _projected(subject: Subject) -> Iterator[Sequence[Cell]]:
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


def _letters(subject: Subject) -> Iterator[Sequence[Cell]]:
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


def _terms(subject: Subject) -> Iterator[Sequence[Cell]]:
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


def _schedule(subject: Subject) -> Iterator[Sequence[Cell]]:
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


def _ledger(subject: Subject) -> Iterator[Sequence[Cell]]:
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


def _segments(subject: Subject) -> Iterator[Sequence[Cell]]:
    for loan, book in subject.books():
        accrued = claim_from(loan, book, subject.on).accrued
        for meter in (accrued.running, accrued.penalty, accrued.compound):
            for one in meter.segments:
                yield (
                    loan.contract_no,
                    columns.HEADS[one.head],
                    one.since,
                    one.until,
                    one.days,
                    one.base,
                    one.rate_per_year,
                    one.amount,
                )


def _results(subject: Subject) -> Iterator[Sequence[Cell]]:
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
            columns.REASONS[found.reason],
        )


def _days_past_due(loan: Loan, book: Book, on: date) -> int:
    postings = [posting for posting in book.postings if posting.value_date <= on]
    standing = stand(stated_of(loan), book.dues, postings, on + timedelta(days=1))
    if not book.dues:
        return days_past_due(standing.overdue_since, on)
    return overdue_days_at(standing, on)


def _law(subject: Subject) -> Iterator[Sequence[Cell]]:
    book = current_book()
    for name in LAW:
        try:
            version = book.in_force(name, subject.on)
        except NoLawInForce:
            yield name, None, _("该日没有有效的参数"), None, None, None, None
            continue
        yield (
            name,
            version.since,
            str(version.value),
            version.instrument,
            version.article,
            version.edition,
            _("已确认") if version.confirmed else _("未确认"),
        )


def make_workbook(job: RunningJob, sample: AuditSample) -> None:
    """Make the workbook of a sample."""
    _make(job, sample, write_workbook, ("workbook", "xlsx", XLSX.media_type))


def make_csv(job: RunningJob, sample: AuditSample) -> None:
    """Make the same tables as csv files."""
    _make(job, sample, write_zip, ("inputs", "zip", ZIP.media_type))


def _make(
    job: RunningJob,
    sample: AuditSample,
    write: Callable[[IO[bytes], Sequence[Sheet]], None],
    named: tuple[str, str, str],
) -> None:
    kind, ending, media_type = named
    subject = subject_of(db.session(), sample, job.actor)
    name = f"{sample.number}-{kind}.{ending}"
    with TemporaryFile() as file:
        write(file, sheets_of(subject))
        kept = files.keep(file, media_type)
    with job.work() as work:
        files.note_file(work, sample, kept, kind=kind, name=name)
