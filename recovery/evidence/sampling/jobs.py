"""Background work of the auditor's workspace.

Arguments and results name the sample by its number alone: jobs are listed for administrators too.
"""

from typing import Any

from recovery.evidence.sampling import drawing, exporting, inputs, letters
from recovery.evidence.sampling.models import AuditSample
from recovery.evidence.sampling.readers import find_sample
from recovery.evidence.sampling.service import DRAW, FIX
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.errors import RecoveryError
from recovery.kernel.jobs import RunningJob, handles, result_link
from recovery.kernel.text import _
from recovery.web.language import reading

EXPORT = "sampling.export"


def _link(sample: AuditSample) -> dict[str, Any]:
    return result_link(sample.number, "sampling.show", sample_id=sample.id)


@handles(FIX, label=_("固定审计总体"))
def fix(job: RunningJob) -> dict[str, Any]:
    """Write the population of a sample down."""
    return _long_step(job, drawing.fix_population)


@handles(DRAW, label=_("抽取审计样本"))
def draw_sample(job: RunningJob) -> dict[str, Any]:
    """Draw a sample from its population."""
    return _long_step(job, drawing.draw_items)


def _long_step(job: RunningJob, step: Any) -> dict[str, Any]:
    sample = db.session.get_one(AuditSample, job.arguments["sample"])
    try:
        count = step(job, sample.id)
    except RecoveryError as error:
        drawing.note_failure(job, sample.id, error)
        raise
    return {"items": count, "links": [_link(sample)]}


MAKERS = {
    "redraw": exporting.make_redraw,
    "workbook": inputs.make_workbook,
    "inputs": inputs.make_csv,
    "letters": letters.make_letters,
}
"""Kind of file → what makes it."""


@handles(EXPORT, label=_("生成审计底稿"))
def export(job: RunningJob) -> dict[str, Any]:
    """Make one of the files of a sample, for its readers alone."""
    today = clock.today()
    sample = find_sample(db.session(), job.arguments["sample"], job.actor, today)
    with reading(job.arguments["language"]):
        MAKERS[job.arguments["kind"]](job, sample)
    return {"links": [_link(sample)]}


def register() -> None:
    """Importing this module has registered the handlers."""
