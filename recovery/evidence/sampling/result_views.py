"""Pages of what was drawn: items and their results, the conclusion, letters and replies."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from recovery.evidence.sampling import confirmations, lists, pasting, service
from recovery.evidence.sampling.evaluation import evaluate
from recovery.evidence.sampling.forms import (
    ConclusionForm,
    PasteResultsForm,
    ReplyForm,
    ResultForm,
)
from recovery.evidence.sampling.labels import EXCEPTIONS, PROJECTIONS
from recovery.evidence.sampling.models import AuditSample, Confirmation, SampleItem
from recovery.evidence.sampling.views import found, tabs_of
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.web.filters import FilterState
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count
from recovery.web.people import user_work
from recovery.web.rights import allowed

bp = Blueprint("sample_items", __name__, url_prefix="/evidence/samples/<int:sample_id>")

RESULT = ("examined", "exception", "reason", "note")
REPLY = ("state", "sent_on", "replied_on", "confirmed", "alternative")
"""What the forms over an item and over a letter show of it."""


def _narrowed(sample: AuditSample, filters: FilterState) -> Select[Any]:
    """Return the statement of the items of a sample, filtered."""
    rows: Select[Any] = select(SampleItem).where(SampleItem.sample_id == sample.id)
    if asked := filters.get("result"):
        clean = SampleItem.examined.is_not(None) & SampleItem.exception.is_(None)
        by_name = {
            "open": SampleItem.examined.is_(None),
            "clean": clean,
            "exception": SampleItem.exception.is_not(None),
        }
        condition = by_name[asked[0]]
        for name in asked[1:]:
            condition = condition | by_name[name]
        rows = rows.where(condition)
    return rows


@bp.get("/items")
@allowed(Action.VIEW_SAMPLES)
def index(sample_id: int) -> ResponseReturnValue:
    """List what was drawn with what was found."""
    sample = found(sample_id)
    asked = lists.ITEMS.read(request.args, sample_id=sample.id)
    statement = _narrowed(sample, asked.filters)
    shown = asked.show(
        asked.page(db.session(), statement),
        bounded_count(db.session(), statement),
        row_url=lambda item: url_for(".item", sample_id=sample.id, place=item.place),
    )
    tabs = tabs_of(sample, "sample_items.index")
    return render_template("evidence/sampling/items.html", list=shown, sample=sample, tabs=tabs)


@bp.route("/items/<int:place>", methods=["GET", "POST"])
@allowed(Action.RECORD_SAMPLE)
def item(sample_id: int, place: int) -> ResponseReturnValue:
    """Show one item and record what was found of it."""
    sample = found(sample_id)
    one = service.item_at(db.session(), sample, place)
    form = ResultForm(obj=one)
    form.show_version(one.version)
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                service.record_result(work, sample.id, place, form.result, version=form.seen)
            flash(_("第 {place} 项已登记。", place=place))
            return redirect(_next_open(sample, place))
        form.compare_with(one.version, _stands(one, RESULT))
    return render_template(
        "evidence/sampling/item.html", form=form, sample=sample, item=one, exceptions=EXCEPTIONS
    ), form.status


def _stands(record: SampleItem | Confirmation, names: tuple[str, ...]) -> dict[str, object]:
    """Return what a record says now, by name of the field that shows it."""
    return {name: getattr(record, name) for name in names}


def _next_open(sample: AuditSample, place: int) -> str:
    """Return the address of the next item that is not examined; of the list where there is none."""
    open_ones = select(SampleItem.place).where(
        SampleItem.sample_id == sample.id, SampleItem.examined.is_(None), SampleItem.place > place
    )
    following = db.session.scalar(open_ones.order_by(SampleItem.place).limit(1))
    if following is None:
        return url_for(".index", sample_id=sample.id)
    return url_for(".item", sample_id=sample.id, place=following)


@bp.route("/paste", methods=["GET", "POST"])
@allowed(Action.RECORD_SAMPLE)
def paste(sample_id: int) -> ResponseReturnValue:
    """Record many results at once."""
    sample = found(sample_id)
    form = PasteResultsForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                count = pasting.record_results(work, sample.id, form.lines.data or "")
            flash(_("已登记 {count} 项。", count=count))
            return redirect(url_for(".index", sample_id=sample.id))
    return render_template(
        "evidence/sampling/paste.html", form=form, sample=sample, exceptions=EXCEPTIONS
    ), form.status


@bp.route("/conclusion", methods=["GET", "POST"])
@allowed(Action.RECORD_SAMPLE)
def conclusion(sample_id: int) -> ResponseReturnValue:
    """Record the conclusion, once every item is examined."""
    sample = found(sample_id)
    form = ConclusionForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                service.conclude(work, sample.id, form.words.data or "")
            flash(_("结论已登记。"))
            return redirect(url_for("sampling.show", sample_id=sample.id))
    items = service.items_of(db.session(), sample.id)
    return render_template(
        "evidence/sampling/conclusion.html",
        form=form,
        sample=sample,
        evaluation=evaluate(sample, items),
        projections=PROJECTIONS,
    ), form.status


@bp.get("/letters")
@allowed(Action.VIEW_SAMPLES)
def letters(sample_id: int) -> ResponseReturnValue:
    """List the letters and what came back."""
    sample = found(sample_id)
    asked = lists.LETTERS.read(request.args, sample_id=sample.id)
    statement: Select[Any] = select(Confirmation).where(Confirmation.sample_id == sample.id)
    if states := asked.filters.get("state"):
        statement = statement.where(Confirmation.state.in_(states))
    shown = asked.show(
        asked.page(db.session(), statement),
        bounded_count(db.session(), statement),
        row_url=lambda one: url_for(".letter", sample_id=sample.id, place=one.place),
        empty=_("还没有询证函。"),
    )
    tabs = tabs_of(sample, "sample_items.letters")
    return render_template("evidence/sampling/letters.html", list=shown, sample=sample, tabs=tabs)


@bp.route("/letters/<int:place>", methods=["GET", "POST"])
@allowed(Action.RECORD_SAMPLE)
def letter(sample_id: int, place: int) -> ResponseReturnValue:
    """Show one letter and record how it stands."""
    sample = found(sample_id)
    one = confirmations.letter_at(db.session(), sample, place)
    form = ReplyForm(obj=one)
    form.show_version(one.version)
    if form.validate_on_submit():
        reply = confirmations.Reply(
            state=form.state.data,
            sent_on=form.sent_on.data,
            replied_on=form.replied_on.data,
            confirmed=form.confirmed.data,
            alternative=form.alternative.data or "",
        )
        with form.refusal_shown():
            with user_work() as work:
                confirmations.record_reply(work, sample.id, place, reply, version=form.seen)
            flash(_("函证 {number} 已更新。", number=one.number))
            return redirect(url_for(".letters", sample_id=sample.id))
        form.compare_with(one.version, _stands(one, REPLY))
    return render_template(
        "evidence/sampling/letter.html", form=form, sample=sample, letter=one
    ), form.status
