"""Pages of stocktakes: begin, scan, differences, close, report."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.intake import custody_lists, custody_queries, stocktakes
from recovery.evidence.intake.custody_forms import CountForm, OpenStocktakeForm
from recovery.evidence.intake.custody_views import bp
from recovery.evidence.intake.labels import RESULTS
from recovery.evidence.intake.models import Stocktake, StocktakeLine
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.web.forms import EmptyForm
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count
from recovery.web.papers import render_paper
from recovery.web.people import current_actor, current_scope, user_work
from recovery.web.rights import allowed
from recovery.web.uploads import PDF, XLSX, as_attachment
from recovery.web.worklist import Badge, Column


def result_badge(line: StocktakeLine) -> Badge:
    """Return the result of a line in words."""
    return RESULTS[stocktakes.result_of(line)]


LINES = (
    Column("barcode", _("条码"), "own"),
    Column("result", _("结果"), "badge", value=result_badge),
    Column("title", _("名称"), value=lambda line: line.original.title if line.original else ""),
    Column(
        "contract_no",
        _("合同编号"),
        value=lambda line: line.original.loan.contract_no if line.original else "",
    ),
    Column("place", _("登记位置"), value=lambda line: line.original.place if line.original else ""),
    Column("counted_at", _("清点时间"), "moment"),
    Column("counted_by", _("清点人")),
)
ORDER = ("missing", "unexpected", "wrong_place", "found")


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
    statement = stocktakes.stocktakes(current_scope())
    page = asked.page(db.session(), statement)
    shown = asked.show(page, bounded_count(db.session(), statement), empty=_("还没有盘点过。"))
    return render_template("evidence/intake/stocktakes.html", list=shown)


@bp.get("/stocktakes/<int:stocktake_id>")
@allowed(Action.VIEW_CUSTODY)
def stocktake(stocktake_id: int) -> ResponseReturnValue:
    """Show a stocktake: what is missing, what lies where it should not."""
    return _shown(_found(stocktake_id), CountForm())


def _shown(found: Stocktake, form: CountForm) -> ResponseReturnValue:
    lines = stocktakes.lines_of(db.session(), found.id)
    rank = {result: place for place, result in enumerate(ORDER)}
    takers = {line.counted_by for line in lines} | {found.opened_by}
    page = render_template(
        "evidence/intake/stocktake.html",
        one=found,
        form=form,
        state=custody_lists.stocktake_badge(found),
        counts=stocktakes.summary_of(lines),
        lines=sorted(lines, key=lambda line: (rank[stocktakes.result_of(line)], line.barcode)),
        columns=LINES,
        is_taker=current_actor().name in takers,
    )
    return page, form.status


@bp.post("/stocktakes/<int:stocktake_id>/count")
@allowed(Action.TAKE_STOCK)
def count(stocktake_id: int) -> ResponseReturnValue:
    """Note barcodes that were found."""
    found, form = _found(stocktake_id), CountForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                new = stocktakes.count(work, stocktake_id, form.barcodes.data)
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


@bp.get("/stocktakes/<int:stocktake_id>/report.pdf")
@allowed(Action.VIEW_CUSTODY)
def stocktake_paper(stocktake_id: int) -> ResponseReturnValue:
    """Print the report of a stocktake."""
    found = _found(stocktake_id)
    lines = stocktakes.lines_of(db.session(), found.id)
    pdf = render_paper(
        "documents/evidence/intake/stocktake.html",
        one=found,
        number=found.number,
        counts=[(RESULTS[code].text, n) for code, n in stocktakes.summary_of(lines).items()],
        groups=[
            (RESULTS[code].text, [line for line in lines if stocktakes.result_of(line) == code])
            for code in ORDER
        ],
        printed_on=clock.today(),
        draft=found.closed_at is None,
    )
    return as_attachment(pdf, name=f"{found.number}.pdf", media_type=PDF.media_type)


@bp.get("/stocktakes/<int:stocktake_id>/report.xlsx")
@allowed(Action.VIEW_CUSTODY)
def stocktake_sheet(stocktake_id: int) -> ResponseReturnValue:
    """Send a stocktake as xlsx."""
    found = _found(stocktake_id)
    content = stocktakes.as_workbook(found, stocktakes.lines_of(db.session(), found.id))
    return as_attachment(content, name=f"{found.number}.xlsx", media_type=XLSX.media_type)


def _found(stocktake_id: int) -> Stocktake:
    return stocktakes.find_stocktake(db.session(), stocktake_id, current_scope())
