"""Pages of the import: upload, mapping, preview and dry run, confirmation, result."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import Forbidden
from recovery.kernel.text import _
from recovery.loans.models import ImportBatch
from recovery.loans.tape import service, showing
from recovery.loans.tape.forms import MappingForm, UploadForm
from recovery.loans.tape.staging import (
    LOANS,
    PAYMENTS_FORM,
    Upload,
    all_layouts,
    find_layout,
    mapping_of,
    stage,
)
from recovery.web.forms import EmptyForm
from recovery.web.messages import flash
from recovery.web.numbers import row_number
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed, may

bp = Blueprint("tape", __name__, url_prefix="/tapes")

KEEP = ""
"""Choice of a layout that leaves the present one."""


def batch_of(batch_id: int) -> ImportBatch:
    """Return the batch that the person may see."""
    return service.find_batch(db.session(), batch_id, current_actor())


def steps_of(batch: ImportBatch | None) -> list[tuple[Any, str | None]]:
    """Return the steps of the wizard, with the addresses of those that can be gone back to."""
    names = (_("上传"), _("对应列"), _("预览与试算"), _("确认"), _("结果"))
    if batch is None or batch.state != "staged":
        return [(name, None) for name in names]
    number = batch.id
    urls = [
        url_for(".new"),
        url_for(".mapping", batch_id=number),
        url_for(".preview", batch_id=number),
        url_for(".confirm", batch_id=number),
    ]
    return list(zip(names, [*urls, None], strict=True))


@bp.get("/")
@allowed(Action.IMPORT_TAPE)
def index() -> ResponseReturnValue:
    """List the imports, the newest first."""
    before = request.args.get("before", type=row_number)
    batches = service.recent_batches(db.session(), current_actor(), before=before, limit=51)
    return render_template(
        "loans/tape/index.html",
        batches=batches[:50],
        older=batches[49].id if len(batches) > 50 else None,
        states=showing.STATES,
    )


@bp.route("/new", methods=["GET", "POST"])
@allowed(Action.IMPORT_TAPE)
def new() -> ResponseReturnValue:
    """Take the files of a tape and stage their rows; the files themselves are not kept."""
    form = UploadForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            batch_id = _stage(form)
            return redirect(url_for(".mapping", batch_id=batch_id))
    page = render_template("loans/tape/new.html", form=form, steps=steps_of(None), step=1)
    return page, form.status


def _stage(form: UploadForm) -> int:
    """Stage the files that were sent; they lie in a private folder only meanwhile."""
    with tempfile.TemporaryDirectory(prefix="tape-") as folder:
        tape, payments = form.tape.data, form.payments.data
        assert tape is not None
        upload = Upload(
            path=_put(Path(folder), "tape", tape),
            file_name=tape.name,
            payments=_put(Path(folder), "payments", payments) if payments else None,
        )
        return stage(user_work, db.session(), upload)


def _put(folder: Path, name: str, sent: Any) -> Path:
    """Write what was sent into `folder`, under a name of ours."""
    path = folder / name
    with path.open("wb") as file:
        while piece := sent.stream.read(1 << 20):
            file.write(piece)
    return path


@bp.route("/<int:batch_id>/mapping", methods=["GET", "POST"])
@allowed(Action.IMPORT_TAPE)
def mapping(batch_id: int) -> ResponseReturnValue:
    """Map each column to a field, with its unit and its form of days; keep that as a layout."""
    batch = batch_of(batch_id)
    if batch.state != "staged":
        return redirect(url_for(".result", batch_id=batch.id))
    form = MappingForm()
    layouts = all_layouts(db.session())
    usable = [one for one in layouts.values() if one.form != PAYMENTS_FORM]
    form.base.choices = [
        (KEEP, _("保持当前的对应")),
        *((one.name, str(one.title)) for one in usable),
    ]
    if not form.is_submitted():
        form.as_of.data = batch.as_of
    if form.validate_on_submit():
        with form.refusal_shown():
            return _map(batch, form)
    current = mapping_of(batch, LOANS)
    columns = showing.column_choices(db.session(), batch)
    page = render_template(
        "loans/tape/mapping.html",
        form=form,
        batch=batch,
        current=current,
        columns=[_as_typed(one) for one in columns] if form.is_submitted() else columns,
        groups=showing.field_groups(current.layout),
        units=showing.unit_choices(),
        days=showing.day_choices(),
        same=service.same_files(db.session(), batch),
        steps=steps_of(batch),
        step=2,
    )
    return page, form.status


def _as_typed(column: showing.ColumnChoice) -> showing.ColumnChoice:
    """Return what the refused page chose for a column, so that nothing chosen is lost."""
    return replace(
        column,
        field=request.form.get(f"field-{column.index}", column.field),
        unit=request.form.get(f"unit-{column.index}", column.unit),
        days=request.form.get(f"days-{column.index}", column.days),
    )


def _map(batch: ImportBatch, form: MappingForm) -> ResponseReturnValue:
    """Keep what was chosen; with another layout to start from, show its mapping first."""
    with user_work() as work:
        service.choose_day(work, batch.id, form.as_of.data)
        if form.base.data != KEEP:
            service.choose_layout(work, batch.id, find_layout(work.session, form.base.data))
            return redirect(url_for(".mapping", batch_id=batch.id))
        layout = service.layout_from(batch, mapping_of(batch, LOANS).layout, _choices(batch))
        if form.save_as.data:
            if not may(Action.CHANGE_LAYOUT):
                raise Forbidden(_("您的角色不能保存版式。"))
            kept = service.save_layout(work, form.save_as.data, layout)
            layout = find_layout(work.session, kept.name)
            flash(_("版式“{name}”已保存。", name=kept.name))
        service.choose_layout(work, batch.id, layout)
    return redirect(url_for(".preview", batch_id=batch.id))


def _choices(batch: ImportBatch) -> list[service.Choice]:
    """Return what the page chose for each column."""
    return [
        service.Choice(
            column["index"],
            request.form.get(f"field-{column['index']}") or None,
            request.form.get(f"unit-{column['index']}") or None,
            request.form.get(f"days-{column['index']}") or "auto",
        )
        for column in batch.source[LOANS]["columns"]
    ]


@bp.get("/<int:batch_id>/preview")
@allowed(Action.IMPORT_TAPE)
def preview(batch_id: int) -> ResponseReturnValue:
    """Show the first rows as they are read, each problem in its cell, and the dry run."""
    batch = batch_of(batch_id)
    if batch.state != "staged":
        return redirect(url_for(".result", batch_id=batch.id))
    actor, today = current_actor(), clock.today()
    current, rows = showing.preview(db.session(), batch, actor=actor, today=today)
    return render_template(
        "loans/tape/preview.html",
        batch=batch,
        current=current,
        rows=rows,
        **_findings(batch),
        steps=steps_of(batch),
        step=3,
    )


def _findings(batch: ImportBatch) -> dict[str, Any]:
    """Return what the page shows of a dry run; `findings` is None where none was made."""
    found = batch.findings
    if found is None:
        return {"findings": None}
    return {
        "findings": found,
        "figures_here": showing.outcome_figures(found["counts"]),
        "sums": showing.sum_rows(found["sums"]),
        "fields": showing.field_rows(found["fields"]),
        "examples": showing.example_rows(found["examples"]),
        "problems": showing.problem_rows(found["problems"]),
        "problem_count": found["problem_count"],
    }


@bp.post("/<int:batch_id>/check")
@allowed(Action.IMPORT_TAPE)
def check(batch_id: int) -> ResponseReturnValue:
    """Ask for the dry run."""
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            job_id = service.request_check(work, batch_id).id
        return redirect(url_for("jobs.show", job_id=job_id))
    return redirect(url_for(".preview", batch_id=batch_id))


@bp.get("/<int:batch_id>/confirm")
@allowed(Action.IMPORT_TAPE)
def confirm(batch_id: int) -> ResponseReturnValue:
    """Show exactly what will happen; one button does it."""
    batch = batch_of(batch_id)
    if batch.state != "staged" or batch.findings is None:
        return redirect(url_for(".preview", batch_id=batch.id))
    found = batch.findings
    return render_template(
        "loans/tape/confirm.html",
        batch=batch,
        counts=found["counts"],
        writing=found["counts"]["created"] + found["counts"]["updated"],
        **_findings(batch),
        steps=steps_of(batch),
        step=4,
    )


@bp.post("/<int:batch_id>/import")
@allowed(Action.IMPORT_TAPE)
def start(batch_id: int) -> ResponseReturnValue:
    """Start the import as a job."""
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            job_id = service.request_import(work, batch_id).id
        return redirect(url_for("jobs.show", job_id=job_id))
    return redirect(url_for(".confirm", batch_id=batch_id))


@bp.post("/<int:batch_id>/cancel")
@allowed(Action.IMPORT_TAPE)
def cancel(batch_id: int) -> ResponseReturnValue:
    """Give up an import of which nothing has been written."""
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            service.cancel_batch(work, batch_id)
        flash(_("已取消导入，没有写入任何贷款。"))
    return redirect(url_for(".index"))
