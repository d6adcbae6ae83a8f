"""The loan list on paper: a whole filter as one PDF, made by a job."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.jobs import RunningJob, handles
from recovery.kernel.text import _
from recovery.loans import labels
from recovery.loans.blueprint import bp
from recovery.loans.listing import jobs, queries, selections
from recovery.loans.listing.exporting import exported
from recovery.loans.listing.words import described
from recovery.loans.listing.worklist import ListedLoan, places
from recovery.web.filters import FilterState
from recovery.web.forms import EmptyForm
from recovery.web.long_papers import print_in_parts
from recovery.web.pagination import exact_count
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed

PRINT = "loans.print"

MOST = 5_000
"""Loans of one print: about 150 pages. More is for a spreadsheet, which the export makes."""


@bp.get("/print/selected/<int:selection_id>")
@allowed(Action.EXPORT_LOANS)
def print_selected(selection_id: int) -> ResponseReturnValue:
    """Lead to the print of a selection."""
    selection = selections.own_selection(db.session(), selection_id, current_actor())
    return redirect(url_for("loans.print_list", selection=selection.id))


@bp.route("/print", methods=["GET", "POST"])
@allowed(Action.EXPORT_LOANS)
def print_list() -> ResponseReturnValue:
    """Print the loans of a filter as a PDF, by a job."""
    filters = jobs.filters_of(request.query_string.decode())
    reader = jobs.reader_of(current_actor())
    count = exact_count(db.session(), queries.matching(db.session(), filters, reader))
    form = EmptyForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            require_printable(count)
            with user_work() as work:
                job = work.enqueue(PRINT, {"query": filters.query})
            return redirect(url_for("jobs.show", job_id=job.id))
    page = render_template(
        "loans/print.html", form=form, count=count, most=MOST, words=described(filters)
    )
    return page, form.status


def require_printable(count: int) -> None:
    """Check that a print is neither empty nor too long.

    Raises:
        RuleViolation: no loan, or more than `MOST`.
    """
    if not count:
        raise RuleViolation(_("没有符合条件的贷款。"))
    if count > MOST:
        raise RuleViolation(
            _(
                "符合条件的有 {count} 笔，一次最多打印 {most} 笔；请缩小条件，或改用导出。",
                count=f"{count:,}",
                most=f"{MOST:,}",
            )
        )


@handles(PRINT, label=_("打印贷款清单"))
def print_loans(job: RunningJob) -> dict[str, Any]:
    """Print the loans of a filter; who printed what is recorded."""
    filters, session = jobs.filters_of(job.arguments["query"]), db.session()
    reader = jobs.reader_of(job.actor)
    require_printable(exact_count(session, queries.matching(session, filters, reader)))
    rows = list(islice(_rows(job, filters), MOST))
    job.progress(len(rows), len(rows), _("排版"))
    printed = print_in_parts(
        "documents/loans/list.html",
        {"loans": rows},
        labels=labels,
        count=len(rows),
        balance=sum(row.balance for row in rows),
        principal=sum(row.principal for row in rows),
        words=described(filters),
        printed_by=job.actor.name,
        printed_on=clock.today(),
        number=f"L{job.id}",
    )
    path = job.output(f"loans-{job.id}.pdf")
    path.write_bytes(printed.data)
    with job.work() as work:
        work.record(Action.EXPORT_LOANS, None, loans=len(rows), printed=True, job=job.id)
    return {"count": len(rows), "pages": printed.pages}


def _rows(job: RunningJob, filters: FilterState) -> Iterator[ListedLoan]:
    """Yield the loans of a filter as the list shows them."""
    for batch in exported(db.session(), filters, jobs.reader_of(job.actor), places()):
        job.check()
        yield from (one.loan for one in batch)
