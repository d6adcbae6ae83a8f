"""Pages of outside totals: differences, entering figures, the monthly reconciliation."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from io import BytesIO

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.access.approvals import pending_on
from recovery.evidence.totals import lists, queries, rules
from recovery.evidence.totals.forms import (
    DifferenceForm,
    MonthForm,
    TotalForm,
    TotalsFileForm,
)
from recovery.evidence.totals.importing import read_totals
from recovery.evidence.totals.models import ControlDifference, Reconciliation
from recovery.evidence.totals.reconciling import (
    SIGNED,
    figures_of_month,
    prepare_reconciliation,
)
from recovery.evidence.totals.service import (
    Handling,
    Outcome,
    enter_totals,
    figures_for,
    handle_difference,
)
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count
from recovery.web.people import user_work
from recovery.web.rights import allowed

bp = Blueprint("totals", __name__, url_prefix="/evidence/totals")

AT_ONCE = 200
"""Figures of one unit of work."""


@bp.get("/")
@allowed(Action.VIEW_TOTALS)
def index() -> ResponseReturnValue:
    """List the differences, and how far each source has been entered."""
    asked = lists.DIFFERENCES.read(request.args)
    statement = queries.differences(asked.filters)
    shown = asked.show(asked.page(db.session(), statement), bounded_count(db.session(), statement))
    return render_template(
        "evidence/totals/index.html",
        list=shown,
        coverage=queries.coverage(db.session()),
        recent=queries.recent_totals(db.session(), 30),
        rules=rules,
    )


def _enter(rows: Sequence[rules.Entered], *, file_sha256: str | None) -> Outcome:
    """Enter figures beside ours, some at a time; sent again, those that stand are unchanged."""
    ours = figures_for(db.session(), rows, clock.today())
    db.session.rollback()
    outcome = Outcome(0, 0, 0)
    for start in range(0, len(rows), AT_ONCE):
        with user_work() as work:
            part = rows[start : start + AT_ONCE]
            outcome += enter_totals(work, part, ours, file_sha256=file_sha256)
    return outcome


def _tell(outcome: Outcome) -> None:
    flash(
        _(
            "已录入 {entered} 个数字，{unchanged} 个未变，{differing} 个与我方不一致。",
            entered=outcome.entered,
            unchanged=outcome.unchanged,
            differing=outcome.differing,
        ),
        "warning" if outcome.differing else "success",
    )


@bp.route("/import", methods=["GET", "POST"])
@allowed(Action.CHANGE_TOTALS)
def import_file() -> ResponseReturnValue:
    """Import a file of control totals."""
    form = TotalsFileForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            assert form.file.data is not None
            data = form.file.data.stream.read()
            rows = read_totals(BytesIO(data))
            _tell(_enter(rows, file_sha256=hashlib.sha256(data).hexdigest()))
            return redirect(url_for(".index"))
    return render_template("evidence/totals/import.html", form=form, rules=rules), form.status


@bp.route("/new", methods=["GET", "POST"])
@allowed(Action.CHANGE_TOTALS)
def new() -> ResponseReturnValue:
    """Type one control total."""
    form = TotalForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            assert form.day.data is not None
            assert form.amount.data is not None
            row = rules.Entered(
                day=form.day.data,
                source=form.source.data,
                measure=form.measure.data,
                amount=form.amount.data,
                scope=form.scope.data,
                reference=form.reference.data or None,
            )
            _tell(_enter([row], file_sha256=None))
            return redirect(url_for(".index"))
    return render_template("evidence/totals/new.html", form=form), form.status


@bp.route("/differences/<int:difference_id>", methods=["GET", "POST"])
@allowed(Action.VIEW_TOTALS)
def show(difference_id: int) -> ResponseReturnValue:
    """Show a difference; its owner and reason are changed by who may."""
    found = queries.difference(db.session(), difference_id)
    if found is None:
        raise NotFound
    difference, total = found
    form = DifferenceForm(data=_stands(difference))
    form.show_version(difference.version)
    return render_template(
        "evidence/totals/show.html",
        form=form,
        one=difference,
        total=total,
        owner=queries.username_of(db.session(), difference.owner_id),
        age=rules.days_open(difference.day, clock.today()),
        rules=rules,
    )


def _stands(difference: ControlDifference) -> dict[str, str]:
    """Return what a difference says now, by name of the field that shows it."""
    return {
        "owner": queries.username_of(db.session(), difference.owner_id),
        "cause": difference.cause or "",
        "reason": difference.reason or "",
    }


@bp.post("/differences/<int:difference_id>/handle")
@allowed(Action.CHANGE_TOTALS)
def handle(difference_id: int) -> ResponseReturnValue:
    """Name owner and reason of a difference; close it where that is said."""
    form = DifferenceForm()
    if form.validate_on_submit():
        handling = Handling(
            owner=form.owner.data,
            cause=form.cause.data,
            reason=form.reason.data,
            closing=form.closing.data,
        )
        with form.refusal_shown():
            with user_work() as work:
                handle_difference(work, difference_id, form.seen, handling)
            flash(_("已保存。"))
            return redirect(url_for(".show", difference_id=difference_id))
    found = queries.difference(db.session(), difference_id)
    if found is None:
        raise NotFound
    difference, total = found
    form.compare_with(difference.version, _stands(difference))
    page = render_template(
        "evidence/totals/show.html",
        form=form,
        one=difference,
        total=total,
        owner=queries.username_of(db.session(), difference.owner_id),
        age=rules.days_open(difference.day, clock.today()),
        rules=rules,
    )
    return page, form.status


@bp.get("/reconciliations")
@allowed(Action.VIEW_TOTALS)
def reconciliations() -> ResponseReturnValue:
    """List the monthly reconciliations."""
    rows = queries.reconciliations(db.session())
    return render_template("evidence/totals/reconciliations.html", rows=rows, signed=SIGNED)


@bp.route("/reconciliations/new", methods=["GET", "POST"])
@allowed(Action.CHANGE_TOTALS)
def prepare() -> ResponseReturnValue:
    """Draw up the reconciliation of a month, for a second person to sign."""
    form = MonthForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            month = _month(form.month.data)
            ours = figures_of_month(db.session(), month)
            db.session.rollback()
            with user_work() as work:
                made = prepare_reconciliation(work, month, ours, reason=form.reason.data)
            flash(_("对账表已生成，等待另一人签署。"))
            return redirect(url_for(".reconciliation", reconciliation_id=made.id))
    return render_template("evidence/totals/prepare.html", form=form), form.status


def _month(text: str) -> date:
    match = re.fullmatch(r"(20\d\d)-?(\d\d?)", text.strip())
    if match is None or not 1 <= int(match[2]) <= 12:
        raise RuleViolation(_("请按 2026-02 的格式填写月份。"))
    return date(int(match[1]), int(match[2]), 1)


@bp.get("/reconciliations/<int:reconciliation_id>")
@allowed(Action.VIEW_TOTALS)
def reconciliation(reconciliation_id: int) -> ResponseReturnValue:
    """Show a reconciliation: coverage, both sides, what was open."""
    one = db.session.get(Reconciliation, reconciliation_id)
    if one is None:
        raise NotFound
    table = Reconciliation.__tablename__
    return render_template(
        "evidence/totals/reconciliation.html",
        one=one,
        request_of=pending_on(db.session(), table, one.id),
        log_index=queries.log_index_of(db.session(), table, one.id),
        is_signed=one.state == SIGNED,
        rules=rules,
    )
