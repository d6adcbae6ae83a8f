"""Exports as background work: one dossier, or many and one zip of them all."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from recovery.access.auditing import AUDITORS
from recovery.evidence.dossiers import orders, queries, subjects
from recovery.evidence.dossiers.models import Dossier, DossierOrder
from recovery.evidence.dossiers.service import Wanted, export_dossier, open_dossier
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RecoveryError
from recovery.kernel.job_rows import Job
from recovery.kernel.jobs import RunningJob, handles, result_link
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.list_models import Selection
from recovery.loans.listing.selections import next_ids

EXPORT = "evidence.export_dossier"
MOST_BYTES = 4 << 30
"""Dossiers of one job that are also given as one zip; larger ones are fetched one by one."""

MOST_LINKS = 50
BATCH = 200


def enqueue(work: Work, wanted: Wanted, ids: Iterable[int]) -> Job:
    """Ask for a dossier of each of these records."""
    order = orders.place(work, wanted)
    return work.enqueue(EXPORT, {"order": order.id, "ids": list(ids)})


def enqueue_selected(work: Work, wanted: Wanted, selection: Selection) -> Job:
    """Ask for a dossier of each loan of a frozen selection."""
    order = orders.place(work, wanted)
    given = {"order": order.id, "selection": selection.id, "count": selection.row_count}
    return work.enqueue(EXPORT, given)


@handles(EXPORT, label=_("导出证据卷宗"))
def export_dossiers(job: RunningJob) -> dict[str, Any]:
    """Make the dossier of each record asked for; one that cannot be made is listed with why.

    Administrators see every job: that of an auditor names no record and has no file.
    Done again after a kill, what the first attempt has made is not made again.
    """
    given = job.arguments
    wanted = orders.wanted_of(db.session.get_one(DossierOrder, given["order"]), job.id)
    done = {one.subject_id for one in queries.made_by_job(db.session(), job.id)}
    total = given.get("count") or len(given.get("ids", ()))
    for place, record_id in enumerate(_ids(given), 1):
        job.check()
        if record_id not in done:
            try:
                export_dossier(job.actor, record_id, wanted)
            except RecoveryError as error:
                job.exception(_reference(job, wanted.subject, record_id), error.message)
        job.progress(place, total)
    db.session.rollback()
    made = queries.made_by_job(db.session(), job.id)
    is_open = job.actor.role not in AUDITORS
    if is_open and len(made) > 1 and sum(one.size for one in made) <= MOST_BYTES:
        _write_all(job.output(f"dossiers-{job.id}.zip"), made)
    return {"links": list(_links(made, _name if is_open else _number))}


def _ids(given: dict[str, Any]) -> Iterator[int]:
    """Yield the records asked for: named, or those of a frozen selection of loans."""
    selection = given.get("selection")
    if selection is None:
        yield from given["ids"]
        return
    last = 0
    while ids := next_ids(db.session(), selection, last, BATCH):
        yield from ids
        last = ids[-1]


def _reference(job: RunningJob, code: str, record_id: int) -> str:
    """Return the number by which people know a record; it may not be theirs to see."""
    db.session.rollback()
    if job.actor.role in AUDITORS:
        return str(record_id)
    try:
        return subjects.find(db.session(), code, record_id, job.actor.scope).number
    except NotFound:
        return str(record_id)


def _write_all(path: Path, made: Sequence[Dossier]) -> None:
    """Write one zip of all dossiers; whole or, after a kill, in the folder of a lost attempt."""
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for one in made:
            name = f"{one.subject_number}-{one.number}.zip".replace("/", "_")
            with open_dossier(one) as source, archive.open(name, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)


def _name(one: Dossier) -> Text | str:
    return _("{subject}：{number}", subject=one.subject_number, number=one.number)


def _number(one: Dossier) -> Text | str:
    return one.number


def _links(
    made: Sequence[Dossier], label: Callable[[Dossier], Text | str]
) -> Iterator[dict[str, Any]]:
    for one in made[:MOST_LINKS]:
        yield result_link(label(one), "dossiers.show", dossier_id=one.id)
    if len(made) > MOST_LINKS:
        yield result_link(_("全部 {count} 份", count=len(made)), "evidence.index")


def register() -> None:
    """Importing this module has registered the handler."""
