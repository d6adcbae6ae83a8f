"""Pages of an import that was begun: what it came to, and its rejected rows."""

import io
import tempfile
from pathlib import Path

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.loans.tape import showing
from recovery.loans.tape.rejects import has_rejects, write_rejects
from recovery.loans.tape.staging import PAYMENTS
from recovery.loans.tape.views import batch_of, bp, steps_of
from recovery.web.people import user_work
from recovery.web.rights import allowed
from recovery.web.uploads import as_attachment

SPOOLED = 8_000_000
"""Octets of a download that are kept in memory."""


@bp.get("/<int:batch_id>")
@allowed(Action.IMPORT_TAPE)
def result(batch_id: int) -> ResponseReturnValue:
    """Show what an import came to."""
    batch = batch_of(batch_id)
    if batch.state == "staged":
        return redirect(url_for(".mapping", batch_id=batch.id))
    totals = batch.control_totals
    return render_template(
        "loans/tape/result.html",
        batch=batch,
        state=showing.STATES[batch.state],
        figures_here=showing.outcome_figures(showing.counts_of(batch)),
        sums=showing.sum_rows(totals.get("sums", {})),
        fields=showing.field_rows(totals.get("fields", {})),
        examples=(),
        problems=showing.problem_rows(totals.get("problems", ())),
        problem_count=totals.get("doubts", 0),
        totals=showing.total_rows(batch),
        purged=showing.purged_of(batch),
        lone_payments=PAYMENTS in batch.source and has_rejects(db.session(), batch, PAYMENTS),
        steps=steps_of(batch),
        step=5,
    )


@bp.post("/<int:batch_id>/rejects/<part>")
@allowed(Action.IMPORT_TAPE)
def rejects(batch_id: int, part: str) -> ResponseReturnValue:
    """Send the rejected rows: the columns as they came, and the reasons. It is audited."""
    batch = batch_of(batch_id)
    if part not in batch.source:
        return redirect(url_for(".result", batch_id=batch.id))
    with user_work() as work:
        work.record(Action.IMPORT_TAPE, batch, rejects_downloaded=part)
    file = tempfile.SpooledTemporaryFile(SPOOLED, "w+b")  # noqa: SIM115 - the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    write_rejects(db.session(), batch, part, text)
    text.detach()
    file.seek(0)
    name = f"{Path(batch.source[part]['name']).stem}-{_('拒绝行')}.csv"
    return as_attachment(file, name=name, media_type="text/csv")
