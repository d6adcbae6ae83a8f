"""Pages of witnesses, and the log as they read it."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.house import house_store
from recovery.evidence.witnessing import naming, publication, queries, service
from recovery.evidence.witnessing.forms import CosignatureForm, EndForm, WitnessForm
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.web.messages import flash
from recovery.web.people import user_work
from recovery.web.rights import allowed, public

bp = Blueprint("witnesses", __name__, url_prefix="/evidence/witnesses")
log = Blueprint("log", __name__, url_prefix="/log")

PARTS = {"checkpoint": "text/plain; charset=utf-8", "keys": "text/plain; charset=utf-8"}


@bp.get("/")
@allowed(Action.VIEW_EVIDENCE)
def index() -> ResponseReturnValue:
    """Show who witnesses the log, up to which head, and how one becomes a witness."""
    return render_template(
        "evidence/witnessing/index.html",
        standings=queries.standings(db.session()),
        cosignatures=queries.newest_cosignatures(db.session()),
        vkeys=house_store().ring.vkeys(),
        is_public=publication.is_public(),
    )


@bp.route("/new", methods=["GET", "POST"])
@allowed(Action.MANAGE_WITNESSES)
def name_witness() -> ResponseReturnValue:
    """Ask a second person to let cosignatures of a key count."""
    form = WitnessForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                made = naming.propose_witness(
                    work, form.vkey.data, form.organisation.data, reason=form.reason.data
                )
            flash(_("见证人“{name}”已提交，待另一人审批。", name=made.organisation))
            return redirect(url_for(".index"))
    return render_template("evidence/witnessing/new.html", form=form), form.status


@bp.route("/<int:witness_id>/end", methods=["GET", "POST"])
@allowed(Action.MANAGE_WITNESSES)
def end_witness(witness_id: int) -> ResponseReturnValue:
    """Ask a second person to take in no more cosignatures of a witness."""
    one, form = naming.named_witness(db.session(), witness_id), EndForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                naming.propose_end(work, witness_id, reason=form.reason.data)
            flash(_("结束“{name}”的申请已提交，待另一人审批。", name=one.organisation))
            return redirect(url_for(".index"))
    return render_template("evidence/witnessing/end.html", form=form, one=one), form.status


@bp.route("/cosignatures/new", methods=["GET", "POST"])
@allowed(Action.TAKE_IN_COSIGNATURE)
def take_in() -> ResponseReturnValue:
    """Take in what a witness cosigned."""
    form = CosignatureForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                taken = service.take_in(work, form.cosigned.data)
            flash(_("新接收 {count} 个会签。", count=len(taken)))
            return redirect(url_for(".index"))
    return render_template("evidence/witnessing/cosign.html", form=form), form.status


@log.get("/<path:path>")
@public
def read(path: str) -> ResponseReturnValue:
    """Answer a file of the published log to anyone, where this installation publishes it."""
    data = publication.published(house_store(), path) if publication.is_public() else None
    if data is None:
        raise NotFound(_("没有这个页面。"))
    return Response(data, mimetype=PARTS.get(path, "application/octet-stream"))
