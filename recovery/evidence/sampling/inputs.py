"""What is needed to compute interest, class and days past due of sampled loans again.

One workbook per sample: items, terms, schedule, ledger, the periods of accrual, the law with its
sources, and our own results to compare with. All as of the business day on which the population was
fixed. No names: loans are known by their contract numbers.
"""

from collections.abc import Callable, Sequence
from tempfile import TemporaryFile
from typing import IO

from recovery.evidence.sampling import columns, files
from recovery.evidence.sampling import input_rows as rows
from recovery.evidence.sampling.labels import MEASURES
from recovery.evidence.sampling.models import AuditSample
from recovery.evidence.sampling.sheets import Sheet, notes_of, write_workbook, write_zip
from recovery.evidence.sampling.subjects import Subject, subject_of
from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob
from recovery.kernel.text import Text, _
from recovery.rulebook.service import current_book
from recovery.web.uploads import XLSX, ZIP


def sheets_of(subject: Subject) -> list[Sheet]:
    """Return the tables, the explanation first."""
    tables = [
        Sheet(_("样本"), "sample", columns.ITEMS, rows.items(subject)),
        Sheet(_("推断"), "projections", columns.PROJECTED, rows.projected(subject)),
        Sheet(_("函证"), "confirmations", columns.LETTERS, rows.letters(subject)),
        Sheet(_("合同"), "contracts", columns.TERMS, rows.terms(subject)),
        Sheet(_("还款计划"), "schedule", columns.SCHEDULE, rows.schedule(subject)),
        Sheet(_("账本"), "ledger", columns.LEDGER, rows.ledger(subject)),
        Sheet(_("计息分段"), "accruals", columns.SEGMENTS, rows.segments(subject)),
        Sheet(_("系统结果"), "results", columns.RESULTS, rows.results(subject)),
        Sheet(_("法律参数"), "law", columns.LAW, rows.law(subject)),
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
