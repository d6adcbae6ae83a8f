"""Background work of intake: add a delivery, read documents that nobody has read."""

from typing import Any

from recovery.evidence.intake import service, texts
from recovery.evidence.intake.models import IntakeRow
from recovery.kernel.db import db
from recovery.kernel.errors import RecoveryError
from recovery.kernel.job_rows import pack_text, unpack_text
from recovery.kernel.jobs import RunningJob, crontab, handles, result_link
from recovery.kernel.text import _

A_RUN = 500
"""Documents read by one run."""


@handles(service.APPLY_JOB, label=_("收录文件"))
def apply(job: RunningJob) -> dict[str, Any]:
    """Add what waits of a delivery, a file at a time; run again it goes on with what is left."""
    batch_id = job.arguments["batch"]
    ids = service.waiting_rows(db.session(), batch_id)
    db.session.rollback()
    for done, row_id in enumerate(ids, 1):
        job.check()
        _apply_one(job, row_id)
        job.progress(done, len(ids), _("写入文件"))
    with job.work() as work:
        counts = service.finish_batch(work, batch_id)
        work.enqueue(service.EXAMINE_JOB, {})
    link = result_link(_("查看收录结果"), "intake.show", batch_id=batch_id)
    return {**counts, "links": [link]}


def _apply_one(job: RunningJob, row_id: int) -> None:
    """Add one file; what refuses it is listed, and kept with the file."""
    try:
        with job.work() as work:
            added = service.add_row(work, row_id)
            row = service.find_row(work.session, row_id, work.actor)
            if added is None and row.state == "refused":
                job.exception(row.file_name, unpack_text(row.problem))
    except RecoveryError as error:
        with job.work() as work:
            failed = work.session.get_one(IntakeRow, row_id)
            failed.state, failed.problem = "failed", pack_text(error.message)
            job.exception(failed.file_name, error.message)


@handles(service.EXAMINE_JOB, label=_("读取文件的文字与签名"), when=crontab(minute="*/5"))
def examine(job: RunningJob) -> dict[str, Any]:
    """Read documents for search and for their signatures, each in a bounded child."""
    waiting = texts.unexamined(db.session(), A_RUN)
    db.session.rollback()
    signatures = 0
    for done, (document_id, sha256, media_type) in enumerate(waiting, 1):
        job.check()
        found = texts.examine(sha256, media_type)
        signatures += len(found.signatures)
        with job.work() as work:
            texts.keep_examined(work, document_id, found)
            job.progress(done, len(waiting), _("读取文件"))
            if found.trouble is not None:
                job.exception(str(document_id), found.trouble)
    return {"read": len(waiting), "signatures": signatures}


def register() -> None:
    """Importing this module has registered the handlers."""
