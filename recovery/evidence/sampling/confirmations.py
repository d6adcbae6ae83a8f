"""Confirmations (函证): letters to the debtors of sampled loans, and what came back.

A letter needs the debtor's name and address in clear; auditors cannot unmask them elsewhere, so
making letters is recorded as what it is. The auditor sends them, not the lender.
"""

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.models import UserAccount
from recovery.evidence.sampling import files
from recovery.evidence.sampling.labels import LETTER_STATES
from recovery.evidence.sampling.models import AuditSample, Confirmation, SampleItem
from recovery.evidence.sampling.readers import sample_for_change
from recovery.evidence.sampling.service import items_of
from recovery.evidence.sampling.subjects import subject_of
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.jobs import RunningJob
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import LedgerEntry, Loan
from recovery.loans.queries import claim_on
from recovery.web.language import reading
from recovery.web.papers import render_paper
from recovery.web.uploads import ZIP

TEMPLATE = "documents/evidence/sampling/confirmation.html"
MOST_LETTERS = 1_000
UNPRINTABLE = _("姓名或地址中有字库没有的字，这一份不能打印。")


@dataclass(frozen=True, slots=True)
class Reply:
    """How a letter stands. `alternative` says what was done instead of a reply."""

    state: str
    sent_on: date | None = None
    replied_on: date | None = None
    confirmed: Decimal | None = None
    alternative: str = ""


def make_letters(job: RunningJob, sample: AuditSample) -> None:
    """Make a letter for each sampled loan, all in one zip; loans that cannot be are listed."""
    subject = subject_of(db.session(), sample, job.actor)
    if len(subject.loan_ids) > MOST_LETTERS:
        raise RuleViolation(_("一次最多 {most} 份询证函。", most=MOST_LETTERS))
    with job.work() as work:
        letters = prepare(work, sample, subject.loan_ids, on=subject.on)
        numbered = [(letter.id, letter.number, letter.place) for letter in letters]
    with TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for done, (letter_id, number, place) in enumerate(numbered, 1):
                job.check()
                try:
                    archive.writestr(f"{number}.pdf", paper(db.session(), sample, letter_id))
                except RuleViolation:
                    # The sentence would quote a name, and administrators read it.
                    job.exception(_("第 {place} 项", place=place), UNPRINTABLE)
                job.progress(done, len(numbered))
        kept = files.keep(file, ZIP.media_type)
    with job.work() as work:
        name = f"{sample.number}-letters.zip"
        files.note_file(work, sample, kept, kind="letters", name=name)
        work.record(
            Action.RECORD_SAMPLE,
            sample,
            step="letters",
            letters=len(numbered),
            personal_data="name, address",
        )


def prepare(
    work: Work, sample: AuditSample, loan_ids: Sequence[int], *, on: date
) -> list[Confirmation]:
    """Return the letters of a sample; those that are missing are made with the balance on `on`."""
    rows = select(Confirmation).where(Confirmation.sample_id == sample.id)
    known = {letter.loan_id: letter for letter in work.session.scalars(rows)}
    places: dict[int, int] = {}
    for item in items_of(work.session, sample.id):
        places.setdefault(item.loan_id, item.place)
    for loan_id in loan_ids:
        if loan_id not in known:
            known[loan_id] = _letter(work, sample, loan_id, (places[loan_id], on))
    return sorted(known.values(), key=lambda letter: letter.place)


def _letter(work: Work, sample: AuditSample, loan_id: int, at: tuple[int, date]) -> Confirmation:
    place, on = at
    claim = claim_on(work.session, work.session.get_one(Loan, loan_id), on)
    return work.add(
        Confirmation(
            row_uuid=os.urandom(16),
            sample_id=sample.id,
            loan_id=loan_id,
            place=place,
            number=f"{sample.number}-{place:04d}",
            as_of=on,
            principal=claim.principal,
            interest=claim.interest,
            penalty=claim.penalty + claim.compound,
            costs=claim.costs,
            balance=claim.total,
            state="prepared",
        )
    )


def paper(session: Session, sample: AuditSample, letter_id: int) -> bytes:
    """Return the letter as PDF.

    Raises:
        RuleViolation: a name holds a character that cannot be printed.
    """
    letter = session.get_one(Confirmation, letter_id)
    loan = session.get_one(Loan, letter.loan_id)
    entries = select(LedgerEntry).join(SampleItem, SampleItem.entry_id == LedgerEntry.id)
    covered = entries.where(SampleItem.sample_id == sample.id, SampleItem.loan_id == letter.loan_id)
    with reading("zh"):  # the debtor's language, whatever the auditor's
        return render_paper(
            TEMPLATE,
            number=letter.number,
            letter=letter,
            loan=loan,
            entries=session.scalars(covered.order_by(LedgerEntry.number)).all(),
            auditor=session.get_one(UserAccount, sample.auditor_id).name,
            fingerprint=sample.number,
        )


def letters_of(session: Session, sample_id: int) -> Sequence[Confirmation]:
    """Return the letters of a sample in the order of its items."""
    rows = select(Confirmation).where(Confirmation.sample_id == sample_id)
    return session.scalars(rows.order_by(Confirmation.place)).all()


def letter_at(session: Session, sample: AuditSample, place: int) -> Confirmation:
    """Return the letter of a sample whose gate was passed.

    Raises:
        NotFound: there is none at that place.
    """
    letter = session.scalars(
        select(Confirmation).where(Confirmation.sample_id == sample.id, Confirmation.place == place)
    ).one_or_none()
    if letter is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    return letter


def record_reply(
    work: Work, sample_id: int, place: int, reply: Reply, *, version: int | None = None
) -> Confirmation:
    """Record how a letter stands.

    Raises:
        RuleViolation: a state without what it needs.
        Conflict: a colleague changed it since the `version` that the form showed.
    """
    sample = sample_for_change(work, sample_id)
    letter = letter_at(work.session, sample, place)
    if version is not None and letter.version != version:
        raise Conflict(_("这条记录刚刚被别人改动，请核对后重新提交。"))
    _check_reply(letter, reply)
    letter.state, letter.sent_on, letter.replied_on = reply.state, reply.sent_on, reply.replied_on
    agreed = reply.state == "agreed"
    letter.confirmed = letter.balance if agreed else reply.confirmed
    letter.alternative = reply.alternative.strip() or None
    work.session.flush()
    work.record(Action.RECORD_SAMPLE, sample, place=place, letter=reply.state)
    return letter


def _check_reply(letter: Confirmation, reply: Reply) -> None:
    """Refuse a state that lacks its day, its amount or what was done instead."""
    if reply.state not in LETTER_STATES:
        raise RuleViolation(_("没有这种函证状态。"))
    if reply.state != "prepared" and reply.sent_on is None:
        raise RuleViolation(_("请填写发出日期。"))
    if reply.state in {"agreed", "differs"} and reply.replied_on is None:
        raise RuleViolation(_("请填写回函日期。"))
    if reply.sent_on and reply.replied_on and reply.replied_on < reply.sent_on:
        raise RuleViolation(_("回函日期不能早于发出日期。"))
    if reply.state == "differs" and reply.confirmed in {None, letter.balance}:
        raise RuleViolation(_("请填写回函金额；与账面相同时请选择“回函相符”。"))
    if reply.state == "unanswered" and not reply.alternative.strip():
        raise RuleViolation(_("未回函时，请写明替代程序。"))
