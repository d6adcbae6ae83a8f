"""Long work of the loan list: freezing large selections, assigning, exporting."""

from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from recovery.kernel import clock, links
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.jobs import RunningJob, handles, result_link
from recovery.kernel.text import _
from recovery.loans.listing import selections
from recovery.loans.listing.classes import floors_of
from recovery.loans.listing.conditions import Reader
from recovery.loans.listing.exporting import COLUMNS, MASKINGS, WRITERS, exported
from recovery.loans.listing.queries import matching
from recovery.loans.listing.service import Assignment, assign_loans
from recovery.loans.listing.worklist import FILTERS, places
from recovery.loans.models import Selection
from recovery.rulebook.service import current_book
from recovery.web.filters import FilterState
from recovery.web.pagination import exact_count

FREEZE = "loans.freeze"
ASSIGN = "loans.assign"
EXPORT = "loans.export"
PER_WORK = 500


def reader_of(actor: Actor) -> Reader:
    """Return the actor as a reader of the list on the present business day."""
    return Reader(actor.id, actor.scope, floors_of(current_book(), clock.today()))


def filters_of(query: str) -> FilterState:
    """Return the conditions of a query string.

    Raises:
        RuleViolation: one of them cannot be read, or does not exist any more.
    """
    return FILTERS.read(MultiDict(parse_qsl(query))).require_whole()


@handles(FREEZE, label=_("选定贷款"))
def freeze_selection(job: RunningJob) -> dict[str, Any]:
    """Freeze all loans that match a filter, a part in each unit of work, then lead to the act."""
    given = job.arguments
    reader, filters = reader_of(job.actor), filters_of(given["query"])
    job.progress(job.done, exact_count(db.session(), matching(db.session(), filters, reader)))
    while True:
        with job.work() as work:
            selection = work.session.get_one(Selection, given["selection"])
            ids = matching(work.session, filters, reader)
            frozen = selections.freeze_part(work.session, selection, ids)
            if not frozen:
                count = selections.finish(work.session, selection).row_count
                break
            job.progress(job.done + frozen)
    act = links.bulk_actions.get(given["act"])
    link = result_link(act.label, act.endpoint, selection_id=given["selection"])
    return {"count": count, "links": [link]}


@handles(ASSIGN, label=_("分配贷款"))
def assign_selection(job: RunningJob) -> dict[str, Any]:
    """Give the loans of a selection their owner and agency; done again it changes nothing."""
    given = job.arguments
    selection = db.session.get_one(Selection, given["selection"])
    assignment = Assignment(**given["assignment"])
    changed, last = 0, selections.last_done(db.session(), selection.id, job.done)
    job.progress(job.done, selection.row_count)
    while ids := selections.next_ids(db.session(), selection.id, last, PER_WORK):
        with job.work() as work:
            changed += assign_loans(work, ids, assignment)
            job.progress(job.done + len(ids))
        last = ids[-1]
    return {"changed": changed}


@handles(EXPORT, label=_("导出贷款清单"))
def export_loans(job: RunningJob) -> dict[str, Any]:
    """Write the loans of a filter to a file; who exported what is recorded, as was why."""
    given, session = job.arguments, db.session()
    reader, filters = reader_of(job.actor), filters_of(given["query"])
    columns = (*COLUMNS, *MASKINGS[given["masking"]])
    path = job.output(f"loans-{job.id}.{given['format']}")
    job.progress(0, exact_count(session, matching(session, filters, reader)))
    writer = WRITERS[given["format"]](path, [str(column.label) for column in columns])
    count = 0
    for rows in exported(session, filters, reader, places()):
        job.check()
        for row in rows:
            writer.write([column.value(row) for column in columns])
        count += len(rows)
        job.progress(count)
    writer.close()
    with job.work() as work:
        work.record(
            Action.EXPORT_LOANS,
            None,
            loans=count,
            personal_data=given["masking"],
            job=job.id,
        )
    return {"count": count}
