"""Pages of evidence: how the registry stands, what is registered of a loan, dossiers."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from recovery.evidence import queries
from recovery.evidence.dossiers import queries as dossiers
from recovery.evidence.dossiers.disclosure import NAMES
from recovery.evidence.dossiers.lists import DOSSIERS
from recovery.evidence.keeping.queries import alarms
from recovery.kernel import clock, gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.loans.models import Loan
from recovery.web.pagination import bounded_count
from recovery.web.people import current_actor, current_scope
from recovery.web.rights import allowed

bp = Blueprint("evidence", __name__, url_prefix="/evidence")


@bp.get("/")
@allowed(Action.VIEW_EVIDENCE)
def index() -> ResponseReturnValue:
    """Show how the registry stands and the dossiers that were exported."""
    asked = DOSSIERS.read(request.args)
    statement = dossiers.dossiers(current_actor(), asked.filters)
    shown = asked.show(asked.page(db.session(), statement), bounded_count(db.session(), statement))
    return render_template(
        "evidence/index.html",
        list=shown,
        state=queries.state(db.session()),
        checkpoints=queries.checkpoints(db.session(), 5),
        alarms=alarms(db.session(), clock.now()),
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
        dossiers=dossiers.dossiers_of_loan(db.session(), loan_id, current_actor()),
        presets=NAMES,
    )
