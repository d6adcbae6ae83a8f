"""Pages of stocktakes: begin, scan, differences, close, report."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.intake import custody_lists, custody_queries, stocktakes
from recovery.evidence.intake import stocktake_queries as reads
from recovery.evidence.intake.custody_forms import CountForm, OpenStocktakeForm
from recovery.evidence.intake.custody_views import bp
from recovery.evidence.intake.models import Stocktake
from recovery.evidence.intake.stocktake_report import REPORT
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.web.forms import EmptyForm
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count
from recovery.web.people import current_actor, current_scope, user_work
from recovery.web.rights import allowed


@bp.route("/stocktakes/", methods=["GET", "POST"])
@allowed(Action.TAKE_STOCK)
def open_stocktake() -> ResponseReturnValue:
    """Begin to count a place."""
    form = OpenStocktakeForm()
    form.place.choices = [
        (one, one) for one in custody_queries.places(db.session(), current_scope())
    ]
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                stocktake_id = stocktakes.open_stocktake(work, form.place.data).id
            return redirect(url_for(".stocktake", stocktake_id=stocktake_id))
    return render_template("evidence/intake/open_stocktake.html", form=form), form.status


@bp.get("/stocktakes/all")
@allowed(Action.VIEW_CUSTODY)
def stocktakes_list() -> ResponseReturnValue:
    """List the stocktakes."""
    asked = custody_lists.STOCKTAKES.read(request.args)
    statement = reads.stocktakes(current_scope())
    page = asked.page(db.session(), statement)
    shown = asked.show(page, bounded_count(db.session(), statement), empty=_("还没有盘点过。"))
    return render_template("evidence/intake/stocktakes.html", list=shown)


@bp.get("/stocktakes/<int:stocktake_id>")
@allowed(Action.VIEW_CUSTODY)
def stocktake(stocktake_id: int) -> ResponseReturnValue:
    """Show a stocktake: what is missing, what lies where it should not."""
    return _shown(_found(stocktake_id), CountForm())


def _shown(found: Stocktake, form: CountForm) -> ResponseReturnValue:
    session = db.session()
    asked = custody_lists.LINES.read(request.args, stocktake_id=found.id)
    statement = reads.lines(found.id, asked.filters.get("result") or ())
    page = render_template(
        "evidence/intake/stocktake.html",
        one=found,
        form=form,
        state=custody_lists.stocktake_badge(found),
        counts=reads.counts_of(session, found.id),
        list=asked.show(asked.page(session, statement), bounded_count(session, statement)),
        is_taker=current_actor().name in reads.takers_of(session, found),
    )
    return page, form.status


@bp.post("/stocktakes/<int:stocktake_id>/count")
@allowed(Action.TAKE_STOCK)
def count(stocktake_id: int) -> ResponseReturnValue:
    """Note barcodes that were found."""
    found, form = _found(stocktake_id), CountForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            new = 0
            for part in stocktakes.in_parts(form.barcodes.data):
                with user_work() as work:
                    new += stocktakes.count(work, stocktake_id, part)
            flash(_("新清点 {count} 件。", count=new))
            return redirect(url_for(".stocktake", stocktake_id=stocktake_id))
    return _shown(found, form)


@bp.post("/stocktakes/<int:stocktake_id>/close")
@allowed(Action.CLOSE_STOCKTAKE)
def close_stocktake(stocktake_id: int) -> ResponseReturnValue:
    """Close a stocktake, as a second person."""
    _found(stocktake_id)
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            stocktakes.close(work, stocktake_id)
        flash(_("盘点已复核并结束，结果已登记。"))
    return redirect(url_for(".stocktake", stocktake_id=stocktake_id))


@bp.post("/stocktakes/<int:stocktake_id>/report")
@allowed(Action.VIEW_CUSTODY)
def stocktake_report(stocktake_id: int) -> ResponseReturnValue:
    """Have the report of a stocktake made, as PDF and xlsx."""
    found = _found(stocktake_id)
    if not EmptyForm().validate_on_submit():
        return redirect(url_for(".stocktake", stocktake_id=stocktake_id))
    with user_work() as work:
        job = work.enqueue(REPORT, {"stocktake": found.id})
    return redirect(url_for("jobs.show", job_id=job.id))


def _found(stocktake_id: int) -> Stocktake:
    return reads.find_stocktake(db.session(), stocktake_id, current_scope())
