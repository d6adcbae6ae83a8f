"""Pages of evidence: how the registry stands, what is registered of a loan, dossiers."""

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence import jobs, lists, queries
from recovery.evidence.dossiers.presets import PRESETS
from recovery.evidence.dossiers.service import open_dossier
from recovery.evidence.forms import DossierForm
from recovery.kernel import gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.loans.models import Loan
from recovery.web.pagination import bounded_count
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed

bp = Blueprint("evidence", __name__, url_prefix="/evidence")


@bp.get("/")
@allowed(Action.VIEW_EVIDENCE)
def index() -> ResponseReturnValue:
    """Show how the registry stands and the dossiers that were exported."""
    asked = lists.DOSSIERS.read(request.args)
    statement = queries.dossiers(current_scope())
    shown = asked.show(asked.page(db.session(), statement), bounded_count(db.session(), statement))
    return render_template(
        "evidence/index.html",
        list=shown,
        state=queries.state(db.session()),
        checkpoints=queries.checkpoints(db.session(), 5),
    )


@bp.get("/of-loan/<int:loan_id>")
@allowed(Action.VIEW_EVIDENCE)
def of_loan(loan_id: int) -> ResponseReturnValue:
    """Answer what is registered of a loan and its dossiers, for the tab of its page."""
    gate.find(db.session(), Loan, loan_id, current_scope())
    return render_template(
        "evidence/_of_loan.html",
        loan_id=loan_id,
        registrations=queries.registrations(db.session(), loan_id),
        stream=queries.stream_of(db.session(), loan_id),
        dossiers=queries.dossiers_of(db.session(), loan_id, current_scope()),
        presets=PRESETS,
    )


@bp.route("/dossier/<int:loan_id>", methods=["GET", "POST"])
@allowed(Action.EXPORT_DOSSIER)
def export_dossier(loan_id: int) -> ResponseReturnValue:
    """Export the dossier of a loan, as a job."""
    loan = gate.find(db.session(), Loan, loan_id, current_scope())
    form = DossierForm()
    if form.validate_on_submit():
        with user_work() as work:
            job = work.enqueue(
                jobs.EXPORT,
                {
                    "loans": [loan.id],
                    "preset": form.preset.data,
                    "language": form.language.data,
                    "recipient": form.recipient.data,
                    "purpose": form.purpose.data,
                },
            )
        return redirect(url_for("jobs.show", job_id=job.id))
    return render_template("evidence/export.html", form=form, loan=loan), form.status


@bp.get("/dossiers/<int:dossier_id>.zip")
@allowed(Action.DOWNLOAD_DOSSIER)
def download_dossier(dossier_id: int) -> ResponseReturnValue:
    """Send a dossier as it was made; noted in the access log."""
    one = queries.dossier(db.session(), dossier_id, current_scope())
    return send_file(
        open_dossier(one),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{one.number}.zip",
    )
