"""Pages of a delivery: send files, see what goes where, correct, add; scans; receipts."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from recovery.evidence.intake import service, staging
from recovery.evidence.intake.forms import IntakeForm, RowForm
from recovery.evidence.intake.index_sheet import read_index
from recovery.evidence.intake.labels import BATCH_STATES, ROW_STATES, SOURCES
from recovery.evidence.intake.models import IntakeBatch, IntakeRow
from recovery.evidence.intake.receiving import Received, from_upload
from recovery.evidence.intake.staging import Correction, Reading
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.job_rows import unpack_text
from recovery.kernel.text import _
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.web.display import file_size
from recovery.web.filters import Choices, FilterBar, Words
from recovery.web.forms import EmptyForm
from recovery.web.messages import flash
from recovery.web.pagination import Sort, Sorts, bounded_count
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed
from recovery.web.uploads import Upload
from recovery.web.worklist import Column, View, Worklist

bp = Blueprint("intake", __name__, url_prefix="/evidence/intake")

ROWS = Worklist(
    key="intake_rows",
    title=_("文件"),
    endpoint="intake.show",
    columns=(
        Column("file_name", _("文件"), "own"),
        Column("state", _("状态"), "badge", value=lambda row: ROW_STATES[row.state]),
        Column("contract_no", _("合同编号")),
        Column("kind", _("类型"), value=lambda row: DOCUMENT_KINDS.get(row.kind, row.kind)),
        Column("title", _("标题")),
        Column("size", _("大小"), value=lambda row: file_size(row.size)),
        Column("why", _("说明"), "own"),
        Column("acts", _("操作"), "own"),
    ),
    sorts=Sorts((Sort("number", _("收录次序"), IntakeRow.id),), tie=IntakeRow.id),
    filters=FilterBar(
        (
            Words("q", _("文件名或合同编号")),
            Choices(
                "state", _("状态"), tuple((code, one.text) for code, one in ROW_STATES.items())
            ),
        )
    ),
    views=(
        View(_("有问题"), "state=refused&state=failed"),
        View(_("可入库"), "state=ready"),
    ),
)

BATCHES = (
    Column("id", _("收录编号"), "own"),
    Column("created_at", _("时间"), "moment"),
    Column("source", _("方式"), value=lambda one: SOURCES.get(one.source, one.source)),
    Column("rule", _("命名规则")),
    Column("state", _("状态"), "badge", value=lambda one: BATCH_STATES[one.state]),
)


@bp.route("/", methods=["GET", "POST"])
@allowed(Action.ADD_EVIDENCE)
def index() -> ResponseReturnValue:
    """Take files, many at once, and show the deliveries so far."""
    form = IntakeForm()
    if not form.is_submitted():
        form.rule.data = service.last_rule(db.session(), current_actor()) or form.rule.data
    if form.validate_on_submit():
        with form.refusal_shown():
            batch_id = _take(form, sent_files())
            return _answer(batch_id)
    page = render_template(
        "evidence/intake/index.html",
        form=form,
        columns=BATCHES,
        batches=service.batches_of(db.session(), current_actor()),
    )
    return page, form.status


def sent_files() -> list[FileStorage]:
    """Return the files that were sent with this request."""
    return [one for one in request.files.getlist("files") if one.filename]


def _take(form: IntakeForm, files: list[FileStorage]) -> int:
    """Stage the files of a new delivery; return its number."""
    if not files:
        raise RuleViolation(_("请选择或拖入要收录的文件。"))
    rule = staging.rule_or_refusal(form.rule.data)
    rows = staging.prepare(Reading(rule, index_of(form.index.data)), received(files))
    with user_work() as work:
        batch_id = staging.start_batch(work, "upload", rule).id
    _stage(batch_id, rows)
    return batch_id


def _stage(batch_id: int, rows: list[IntakeRow]) -> None:
    """Add files to a delivery, some at a time."""
    for part in staging.in_parts(rows):
        with user_work() as work:
            staging.add_rows(work, staging.find_batch(work.session, batch_id, work.actor), part)


def index_of(upload: Upload | None) -> dict[str, dict[str, str]]:
    """Return what an uploaded index says; nothing where none was sent."""
    if upload is None:
        return {}
    with tempfile.TemporaryDirectory(prefix="intake-") as folder:
        path = Path(folder) / f"index{upload.kind.suffixes[0]}"
        path.write_bytes(upload.stream.read())
        return read_index(path)


def received(files: list[FileStorage]) -> Iterator[Received]:
    """Yield what was sent, archives unpacked."""
    for one in files:
        yield from from_upload(one.filename or "", one.stream)


def _answer(batch_id: int) -> ResponseReturnValue:
    """Go to the delivery; the script that sends file by file is told where its others go."""
    page = url_for(".show", batch_id=batch_id)
    if request.accept_mimetypes.best == "application/json":
        return {"page": page, "more": url_for(".add_files", batch_id=batch_id)}
    return redirect(page)


@bp.post("/<int:batch_id>/files")
@allowed(Action.ADD_EVIDENCE)
def add_files(batch_id: int) -> ResponseReturnValue:
    """Take further files of a delivery."""
    batch = _batch(batch_id)
    reading = Reading(staging.rule_or_refusal(batch.rule))
    rows = staging.prepare(reading, received(sent_files()))
    _stage(batch_id, rows)
    return _answer(batch_id)


@bp.get("/<int:batch_id>")
@allowed(Action.ADD_EVIDENCE)
def show(batch_id: int) -> ResponseReturnValue:
    """Show what goes where, each problem with its file."""
    batch = _batch(batch_id)
    asked = ROWS.read(request.args, batch_id=batch.id)
    statement = service.rows(batch.id, asked.filters)
    page = asked.page(db.session(), statement)
    return render_template(
        "evidence/intake/show.html",
        batch=batch,
        state=BATCH_STATES[batch.state],
        counts=service.counts_of(db.session(), batch.id),
        list=asked.show(page, bounded_count(db.session(), statement), empty=_("没有文件。")),
        why=why,
    )


def why(row: IntakeRow) -> str:
    """Return what is to be known about a file of a delivery."""
    return str(unpack_text(row.problem or row.note))


@bp.route("/rows/<int:row_id>", methods=["GET", "POST"])
@allowed(Action.ADD_EVIDENCE)
def correct(row_id: int) -> ResponseReturnValue:
    """Say of one file what its name did not."""
    row = service.find_row(db.session(), row_id, current_actor())
    form = RowForm(obj=row)
    if not form.is_submitted():
        form.title.data = row.title or row.file_name
    if form.validate_on_submit():
        with form.refusal_shown():
            said = Correction(
                form.contract_no.data,
                form.kind.data,
                form.title.data,
                form.origin.data,
                form.dated.data,
                form.is_new_version.data,
            )
            with user_work() as work:
                service.correct_row(work, row_id, said)
            return redirect(url_for(".show", batch_id=row.batch_id))
    return render_template("evidence/intake/correct.html", form=form, row=row), form.status


@bp.post("/<int:batch_id>/apply")
@allowed(Action.ADD_EVIDENCE)
def apply(batch_id: int) -> ResponseReturnValue:
    """Add the files of a delivery, as a job."""
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            job = service.request_apply(work, batch_id)
        return redirect(url_for("jobs.show", job_id=job.id))
    return redirect(url_for(".show", batch_id=batch_id))


@bp.post("/<int:batch_id>/cancel")
@allowed(Action.ADD_EVIDENCE)
def cancel(batch_id: int) -> ResponseReturnValue:
    """Give up a delivery."""
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            service.cancel_batch(work, batch_id)
        flash(_("已放弃，没有文件入库。"))
    return redirect(url_for(".index"))


def _batch(batch_id: int) -> IntakeBatch:
    return staging.find_batch(db.session(), batch_id, current_actor())
