"""The papers of confirmations (询证函): a letter for each sampled loan, in a zip and joined.

A letter needs the debtor's name and address in clear; auditors cannot unmask them elsewhere, so
making letters is recorded as what it is. The auditor sends them, not the lender.
"""

import zipfile
from collections.abc import Sequence
from io import BytesIO

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.models import UserAccount
from recovery.evidence.sampling import confirmations, files, letter_child
from recovery.evidence.sampling.models import AuditSample, Confirmation, SampleItem
from recovery.evidence.sampling.subjects import Subject, subject_of
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.jobs import RunningJob
from recovery.kernel.text import _
from recovery.loans.models import LedgerEntry, Loan
from recovery.web.language import reading
from recovery.web.papers import SECONDS, in_child, refuse_missing_glyphs, too_large_refused
from recovery.web.uploads import PDF, ZIP

TEMPLATE = "documents/evidence/sampling/confirmation.html"
MOST_LETTERS = 1_000
AT_ONCE = 50
"""Letters that one unit of work writes down; their balances are computed before it."""

PER_CALL = 10
"""Letters that a child prints in one call; two children print at a time."""

UNPRINTABLE = _("姓名或地址中有字库没有的字，这一份不能打印。")

Printed = Sequence[tuple[str, bytes]]
"""Number and PDF of each letter that could be printed; small enough to stay in memory, so that
no name is left behind in a temporary file."""


def make_letters(job: RunningJob, sample: AuditSample) -> None:
    """Make a letter for each sampled loan, in one zip and in one PDF; what cannot be is listed.

    Run again it goes on with the letters that were not written down yet.
    """
    subject = subject_of(db.session(), sample, job.actor)
    if len(subject.loan_ids) > MOST_LETTERS:
        raise RuleViolation(_("一次最多 {most} 份询证函。", most=MOST_LETTERS))
    _prepare(job, subject)
    letters = confirmations.letters_of(db.session(), sample.id)
    printed = _print(job, sample, letters)
    kept = [("letters", "zip", files.keep(BytesIO(zipped(printed)), ZIP.media_type))]
    if printed:
        whole = files.keep(BytesIO(joined(printed)), PDF.media_type)
        kept.append(("joined_letters", "pdf", whole))
    with job.work() as work:
        for kind, ending, stored in kept:
            name = f"{sample.number}-letters.{ending}"
            files.note_file(work, sample, stored, kind=kind, name=name)
        work.record(
            Action.RECORD_SAMPLE,
            sample,
            step="letters",
            letters=len(letters),
            personal_data="name, address",
        )


def _prepare(job: RunningJob, subject: Subject) -> None:
    """Write the letters that are missing down, with the balances of the subject's day."""
    session, sample = db.session(), subject.sample
    waiting = confirmations.without_letter(session, sample, subject.loan_ids)
    for start in range(0, len(waiting), AT_ONCE):
        job.check()
        part = waiting[start : start + AT_ONCE]
        claims = confirmations.balances(session, part, subject.on)
        session.rollback()
        with job.work() as work:
            confirmations.prepare(work, sample, claims, on=subject.on)
            job.progress(start + len(part), len(waiting), _("计算余额"))
    session.rollback()


def _print(job: RunningJob, sample: AuditSample, letters: Sequence[Confirmation]) -> Printed:
    """Return the papers of all letters; of those that cannot be printed the job tells the place."""
    written: list[tuple[str, str]] = []
    for letter in letters:
        html = paper(db.session(), sample, letter)
        try:
            refuse_missing_glyphs(html)
        except RuleViolation:
            # The sentence would quote a name, and administrators read it.
            job.exception(_("第 {place} 项", place=letter.place), UNPRINTABLE)
        else:
            written.append((letter.number, html))
    printed: list[tuple[str, bytes]] = []
    parts = [written[at : at + PER_CALL] for at in range(0, len(written), PER_CALL)]
    begun = [in_child(letter_child.render, part) for part in parts]
    try:
        for part in begun:
            job.check()
            with too_large_refused():
                printed += part.result(timeout=SECONDS)
            job.progress(len(printed), len(written), _("打印"))
    finally:
        for part in begun:
            part.cancel()
    return printed


def paper(session: Session, sample: AuditSample, letter: Confirmation) -> str:
    """Return the letter as the HTML that is printed."""
    entries = select(LedgerEntry).join(SampleItem, SampleItem.entry_id == LedgerEntry.id)
    covered = entries.where(SampleItem.sample_id == sample.id, SampleItem.loan_id == letter.loan_id)
    with reading("zh"):  # the debtor's language, whatever the auditor's
        return current_app.jinja_env.get_template(TEMPLATE).render(
            number=letter.number,
            letter=letter,
            loan=session.get_one(Loan, letter.loan_id),
            entries=session.scalars(covered.order_by(LedgerEntry.number)).all(),
            auditor=session.get_one(UserAccount, sample.auditor_id).name,
            fingerprint=sample.number,
        )


def zipped(printed: Printed) -> bytes:
    """Return the letters as a zip of one PDF each."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, pdf in printed:
            archive.writestr(files.member(f"{number}.pdf"), pdf)
    return out.getvalue()


def joined(printed: Printed) -> bytes:
    """Return the letters as one PDF, to be printed at once.

    Raises:
        RuleViolation: too large for the limits of memory and time.
    """
    with too_large_refused():
        return in_child(letter_child.join, list(printed)).result(timeout=SECONDS)
