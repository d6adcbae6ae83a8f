"""The audit log: filtered by person, object, action and time; exported; never edited."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from recovery.access import audit_queries
from recovery.access.audit_words import changes_of, people_of
from recovery.access.labels import subject_label
from recovery.access.lists import EVENTS, VISITS
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.models import AuditEvent
from recovery.web.pagination import bounded_count
from recovery.web.people import user_work
from recovery.web.rights import allowed, record_url

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/")
@allowed(Action.VIEW_AUDIT)
def index() -> ResponseReturnValue:
    """List the events, the newest first."""
    asked = EVENTS.read(request.args)
    statement = audit_queries.events(asked.filters)
    page = asked.page(db.session(), statement)
    shown = asked.show(page, bounded_count(db.session(), statement))
    return render_template(
        "access/audit.html",
        list=shown,
        subject_of=subject_of,
        url_of=url_of,
        changes_of=changes_of,
        people=people_of(db.session(), page.rows),
    )


def subject_of(event: AuditEvent) -> str:
    """Return what the act was done on, as people call it: 贷款 1024."""
    if event.subject_type is None:
        return ""
    return f"{subject_label(event.subject_type)} {event.subject_id}"


def url_of(event: AuditEvent) -> str | None:
    """Return the address of the record an act was done on, where it may be opened."""
    return record_url(event.subject_type, event.subject_id)


@bp.get("/visits")
@allowed(Action.VIEW_AUDIT)
def visits() -> ResponseReturnValue:
    """List the pages that people opened, the newest first; some seconds late."""
    asked = VISITS.read(request.args)
    statement = audit_queries.visits(asked.filters)
    page = asked.page(db.session(), statement)
    shown = asked.show(page, bounded_count(db.session(), statement))
    return render_template("access/visits.html", list=shown)


@bp.post("/export")
@allowed(Action.EXPORT_AUDIT)
def export() -> ResponseReturnValue:
    """Send the filtered events as CSV, a chunk at a time, and record that it was done."""
    filters = EVENTS.filters.read(request.form).require_whole()
    with user_work() as work:
        typed, query = audit_queries.told(filters)
        work.record(Action.EXPORT_AUDIT, reason=typed, filter=query)
    lines = audit_queries.rows(db.session(), audit_queries.events(filters))
    name = f"audit-{clock.today():%Y%m%d}.csv"
    return Response(
        stream_with_context(as_csv(audit_queries.HEAD, lines)),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def as_csv(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a CSV file that spreadsheets read as UTF-8."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(head)
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 64_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
