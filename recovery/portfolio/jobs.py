"""Background work of packages: fill one from a selection, freeze one, export its tape."""

from typing import Any

from sqlalchemy import func, select

from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob, handles, result_link
from recovery.kernel.text import _
from recovery.loans.listing.selections import last_done, next_ids
from recovery.loans.models import Selection
from recovery.portfolio import freezes, service, tape
from recovery.portfolio.freezing import finish_freeze
from recovery.portfolio.models import Package, PackageLoan

FILL = "portfolio.fill"
FREEZE = "portfolio.freeze"
EXPORT = "portfolio.export"


@handles(FILL, label=_("组成资产包"))
def fill(job: RunningJob) -> dict[str, Any]:
    """Put the loans of a frozen selection into a draft."""
    package_id = job.arguments["package"]
    selection = db.session.get_one(Selection, job.arguments["selection"])
    last = last_done(db.session(), selection.id, job.done)
    job.progress(job.done, selection.row_count)
    while ids := next_ids(db.session(), selection.id, last, service.ADD_BATCH):
        with job.work() as work:
            service.add_loans(work, package_id, ids)
            job.progress(job.done + len(ids))
        last = ids[-1]
    return {"links": [_package_link(package_id)]}


@handles(FREEZE, label=_("冻结资产包"))
def freeze(job: RunningJob) -> dict[str, Any]:
    """Write the figures at the cut-off date, batch by batch, then fix totals and digest."""
    package_id = job.arguments["package"]
    total = db.session.scalar(select(func.count()).where(PackageLoan.package_id == package_id))
    last, done = 0, 0
    while True:
        with job.work() as work:
            reached, refused = freezes.freeze_next(work, package_id, last)
            for contract_no, reason in refused.items():
                job.exception(contract_no, reason)
            done = min(done + freezes.FREEZE_BATCH, total or 0)
            job.progress(done, total)
        if reached == last:
            break
        last = reached
    job.check()
    db.session.rollback()
    if db.session.get_one(Package, package_id).state == "freezing":
        finish_freeze(job.actor, package_id)
    return {"links": [_package_link(package_id)]}


@handles(EXPORT, label=_("导出资产包数据"))
def export(job: RunningJob) -> dict[str, Any]:
    """Write the frozen tape as xlsx."""
    package = db.session.get_one(Package, job.arguments["package"])
    path = job.output(f"{package.number}.xlsx")
    count = tape.write_xlsx(db.session(), package, path)
    job.progress(count, count)
    return {"files": [path.name], "links": [_package_link(package.id)]}


def _package_link(package_id: int) -> dict[str, Any]:
    return result_link(_("查看资产包"), "portfolio.show", package_id=package_id)


def register() -> None:
    """Importing this module has registered the handlers."""
